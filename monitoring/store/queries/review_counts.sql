-- review_counts: how many open cases of a model each reason has; a case with two reasons counts for both.
-- grain: one row per reason.
-- model     varchar    the model
WITH standing AS (
    SELECT number, arg_max(verdict, revision) AS verdict FROM review_verdicts WHERE model = $model AND stands GROUP BY number
)
SELECT r.reason, count(*) AS n
FROM review_reasons AS r LEFT JOIN standing AS s ON s.number = r.number
WHERE r.model = $model AND coalesce(s.verdict, '') = ''
GROUP BY r.reason
ORDER BY r.reason
