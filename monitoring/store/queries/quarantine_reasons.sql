-- quarantine_reasons: why rows of a model were set aside.
-- grain: one row per reason and kind of file, the most frequent first.
-- name  varchar  the model
SELECT q.reason, f.kind, count(*) AS n
FROM quarantine AS q JOIN files AS f ON f.file = q.file AND f.model = q.model
WHERE q.model = $name
GROUP BY q.reason, f.kind
ORDER BY n DESC, q.reason, f.kind
