-- files: the journal, every file that was taken in or refused.
-- grain: one row per file, oldest first.
-- name  varchar  the model
SELECT file, kind, name, bytes, rows, accepted, duplicates, rejected, first_day, last_day, taken_at
FROM files
WHERE model = $name
ORDER BY file
