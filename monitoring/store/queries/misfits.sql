-- misfits: rows of a log set aside because a value had another type than the store keeps, by the column at fault.
-- grain: one row per column, its name written as a Python literal.
-- name  varchar  the model
SELECT
    regexp_extract(
        detail, '^column (''(?:[^''\\]|\\.)*''|"(?:[^"\\]|\\.)*")(?:: | holds a value that)', 1
    ) AS literal,
    count(*) AS n
FROM quarantine AS q JOIN files AS f ON f.file = q.file AND f.model = q.model
WHERE q.model = $name AND q.reason = 'changed_type' AND f.kind <> 'reference'
GROUP BY literal
ORDER BY literal
