-- reference_profile: the counts and moments of features in a reference file, as partial rows that add up.
-- grain: one row per feature and profile key of the file, in any order.
-- column    varchar    segment column; '' for all rows
-- value     varchar    segment value; '' for all rows
-- features  varchar[]  the features
SELECT feature, chunk, n, missing, non_finite, counts, sums, total, square, minimum, maximum
FROM {schema}.reference_profile
WHERE segment_column = $column AND segment_value = $value AND list_contains($features, feature)
