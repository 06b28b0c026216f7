-- outlier_rows: the oddest requests of a window, as far as they are kept.
-- grain: one row per request, the oddest first.
-- start  timestamp  first profile key included
-- stop   timestamp  first profile key excluded
-- most   bigint     rows at most
SELECT chunk, _id AS id, score
FROM {schema}.outlier_rows
WHERE chunk >= $start AND chunk < $stop
ORDER BY score DESC, chunk, _id
LIMIT $most
