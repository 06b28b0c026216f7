-- outlier_fit: how many rows of the reference were fitted and held back, and the scores of these.
-- grain: one row, or none before the first fit.
SELECT fitted, held, total, scores, above, beyond, excluded
FROM {schema}.outlier_fit
