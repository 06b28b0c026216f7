-- review_waiting: since which day each case of a model waits, and the instant at which the verdict that stands was given.
-- grain: one row per case; the instant is in UTC, NULL where nothing was said or it was taken back.
-- model     varchar    the model
WITH standing AS (
    SELECT number, arg_max(verdict, revision) AS verdict, arg_max(said_at, revision) AS said_at
    FROM review_verdicts WHERE model = $model AND stands GROUP BY number
)
SELECT c.day, CASE WHEN s.verdict <> '' THEN s.said_at END AS decided_at
FROM review_cases AS c LEFT JOIN standing AS s ON s.number = c.number
WHERE c.model = $model ORDER BY c.day, c.number
