-- outlier_features: what the values of each feature add to the score of a row.
-- grain: one row per feature, in the order in which rows are scored.
SELECT feature, kind, bounds, terms, categories, usual
FROM {schema}.outlier_features
ORDER BY rowid
