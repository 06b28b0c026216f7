-- counters: faults that were counted beside the profile.
-- grain: one row per profile key, measure, subject and definition, oldest first.
SELECT chunk, measure, subject, definition, CAST(sum(hits) AS BIGINT) AS hits, CAST(sum(n) AS BIGINT) AS n
FROM {schema}.counters
GROUP BY chunk, measure, subject, definition
ORDER BY chunk, measure, subject, definition
