-- outlier_counts: how odd the requests of each day or hour were, as partial rows that add up.
-- grain: one or more rows per profile key, oldest first.
-- start  timestamp  first profile key included
-- stop   timestamp  first profile key excluded
SELECT chunk, counts, leads
FROM {schema}.outlier_counts
WHERE chunk >= $start AND chunk < $stop
ORDER BY chunk
