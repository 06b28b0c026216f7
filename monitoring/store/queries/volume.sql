-- volume: how many requests and predictions a model had, and when the newest of them came.
-- grain: one row per profile key and version, oldest first; the version '' counts requests.
SELECT chunk, version, CAST(sum(n) AS BIGINT) AS n, max(last_at) AS last_at
FROM {schema}.volume
GROUP BY chunk, version
ORDER BY chunk, version
