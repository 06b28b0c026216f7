-- rest: segment columns with rows of no value that has a profile of its own: all others, or none.
-- grain: one row per column and label, '(other)' or '(missing)'.
SELECT DISTINCT segment_column, segment_value
FROM {schema}.profile
WHERE segment_value IN ('(other)', '(missing)')
