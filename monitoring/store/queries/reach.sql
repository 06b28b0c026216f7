-- reach: how far a model's log reaches.
-- grain: one row; first and last profile key, the newest request in UTC, and the number of requests.
SELECT min(chunk), max(chunk), max(last_at), coalesce(sum(n), 0)
FROM {schema}.volume
WHERE version = ''
