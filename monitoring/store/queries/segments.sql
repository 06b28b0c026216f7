-- segments: the values of each segment column that have a profile of their own.
-- grain: one row per column and value, the most frequent value of the reference first.
SELECT name, value
FROM {schema}.segments
ORDER BY name, position
