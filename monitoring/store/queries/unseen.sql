-- unseen: categories of a feature that the reference never held.
-- grain: one row per category, the first to appear first.
-- feature  varchar  the feature
SELECT value, min(chunk) AS first, CAST(sum(n) AS BIGINT) AS n
FROM {schema}.unseen
WHERE feature = $feature
GROUP BY value
ORDER BY first, n DESC, value
