-- file_columns: which features each file of a log had, how many rows came from it, and their local days.
-- grain: one row per file and feature, oldest file first; files without a row have no days.
-- name  varchar  the model
SELECT f.file, f.kind, f.first_day, f.last_day, f.accepted, c.name AS feature
FROM files AS f JOIN {schema}.column_files AS c ON c.file = f.file
WHERE f.model = $name AND (f.kind = 'reference' OR f.first_day IS NOT NULL)
ORDER BY f.file, c.name
