-- keys: the chunks in which a model ever had a request.
-- grain: one row per profile key, oldest first.
SELECT DISTINCT chunk
FROM {schema}.volume
WHERE version = ''
ORDER BY chunk
