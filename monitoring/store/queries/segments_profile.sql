-- segments_profile: the counts and moments of one feature in every segment, as partial rows that add up.
-- grain: one or more rows per segment and profile key, in any order.
-- feature  varchar    the feature
-- start    timestamp  first profile key included
-- stop     timestamp  first profile key excluded
SELECT segment_column, segment_value, chunk, n, missing, non_finite, counts, sums, total, square, minimum, maximum
FROM {schema}.profile
WHERE feature = $feature AND segment_column <> '' AND chunk >= $start AND chunk < $stop
