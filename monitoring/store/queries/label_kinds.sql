-- label_kinds: the labels that a log holds.
-- grain: one row per label, the most frequent first.
SELECT CAST(_label AS VARCHAR) AS label, count(*) AS n
FROM {schema}.labels
GROUP BY label
ORDER BY n DESC, label
