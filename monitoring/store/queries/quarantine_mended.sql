-- quarantine_mended: rows of predictions that were set aside and whose id has come into the log since.
-- grain: one row.
-- name  varchar  the model
-- id    varchar  where the id stands in a row's content, as a JSON path
SELECT count(*)
FROM quarantine AS q JOIN files AS f ON f.file = q.file AND f.model = q.model
WHERE q.model = $name AND f.kind = 'predictions' AND q.reason <> 'duplicate_id'
    AND json_extract_string(q.content, $id) IN (SELECT _id FROM {schema}.requests)
