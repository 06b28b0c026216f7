-- review_backlog: how many cases of a model wait, how many are decided, and since when the oldest waits.
-- grain: one row; the instant is in UTC, NULL where nothing waits.
-- model     varchar    the model
WITH standing AS (
    SELECT number, arg_max(verdict, revision) AS verdict FROM review_verdicts WHERE model = $model AND stands GROUP BY number
)
SELECT count(*) FILTER (coalesce(s.verdict, '') = ''), count(*) FILTER (s.verdict <> ''),
    min(c.predicted_at) FILTER (coalesce(s.verdict, '') = '')
FROM review_cases AS c LEFT JOIN standing AS s ON s.number = c.number
WHERE c.model = $model
