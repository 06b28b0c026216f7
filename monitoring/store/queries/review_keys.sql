-- review_keys: the rows of a model that stand in its review queue, whatever became of them, and why they do.
-- grain: one row per case.
-- model     varchar    the model
SELECT c.id, c.day, c.number, r.reasons
FROM review_cases AS c LEFT JOIN (
    SELECT number, list(reason ORDER BY reason) AS reasons FROM review_reasons WHERE model = $model GROUP BY number
) AS r ON r.number = c.number
WHERE c.model = $model
ORDER BY c.number
