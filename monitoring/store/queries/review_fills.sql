-- review_fills: what was looked for in a model's log, and how much of it was found and chosen.
-- grain: one row per day and reason.
-- model     varchar    the model
SELECT day, reason, CAST(max(candidates) AS BIGINT) AS candidates, CAST(sum(chosen) AS BIGINT) AS chosen
FROM review_fills WHERE model = $model GROUP BY ALL ORDER BY day, reason
