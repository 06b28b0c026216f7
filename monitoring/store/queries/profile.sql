-- profile: the counts and moments of features, as partial rows that add up.
-- grain: one or more rows per feature and profile key, in any order.
-- column    varchar    segment column; '' for all rows
-- value     varchar    segment value; '' for all rows
-- start     timestamp  first profile key included
-- stop      timestamp  first profile key excluded
-- features  varchar[]  the features
SELECT feature, chunk, n, missing, non_finite, counts, sums, total, square, minimum, maximum
FROM {schema}.profile
WHERE segment_column = $column AND segment_value = $value AND chunk >= $start AND chunk < $stop
    AND list_contains($features, feature)
