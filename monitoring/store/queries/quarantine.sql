-- quarantine: what was not taken in, and why.
-- grain: one row per rejected row or file, in the order of the files and their rows.
-- name  varchar  the model
SELECT f.name AS file, q.row, q.reason, q.detail, q.content
FROM quarantine AS q JOIN files AS f ON f.file = q.file AND f.model = q.model
WHERE q.model = $name
ORDER BY q.file, q.row
