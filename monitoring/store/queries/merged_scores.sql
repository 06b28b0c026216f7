-- merged_scores: what crowded_scores holds, added up; keys of which nothing is left are dropped.
-- grain: one row per key.
SELECT chunk, version, segment_column, segment_value, subject, label, label_key, n, slots, counts, logged, decided, sums, squares, COALESCE(moments, []), beside FROM (
    SELECT place, chunk, version, segment_column, segment_value, subject, label, label_key, beside, CAST(SUM(n) AS BIGINT) AS n FROM crowded_scores GROUP BY ALL
) JOIN (
    SELECT place, list(slot ORDER BY slot) AS slots, list(counts ORDER BY slot) AS counts,
        list(logged ORDER BY slot) AS logged, list(decided ORDER BY slot) AS decided,
        list(sums ORDER BY slot) AS sums, list(squares ORDER BY slot) AS squares
    FROM (
        SELECT place, slot, CAST(SUM(counts) AS BIGINT) AS counts, CAST(SUM(logged) AS BIGINT) AS logged,
            CAST(SUM(decided) AS BIGINT) AS decided, SUM(sums) AS sums, SUM(squares) AS squares
        FROM (
            SELECT place, unnest(slots) AS slot, unnest(counts) AS counts, unnest(logged) AS logged,
                unnest(decided) AS decided, unnest(sums) AS sums, unnest(squares) AS squares
            FROM crowded_scores
        ) GROUP BY 1, 2
    ) GROUP BY 1
) USING (place) LEFT JOIN (
    SELECT place, list(moment ORDER BY position) AS moments FROM (
        SELECT place, position, SUM(moment) AS moment FROM (
            SELECT place, unnest(moments) AS moment, generate_subscripts(moments, 1) AS position
            FROM crowded_scores
        ) GROUP BY 1, 2
    ) GROUP BY 1
) USING (place)
WHERE n <> 0 OR list_min(counts) <> 0 OR list_max(counts) <> 0
ORDER BY place
