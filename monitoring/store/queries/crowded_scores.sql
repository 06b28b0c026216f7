-- crowded_scores: the profile of outputs of chunks that have many partial rows of one key, for merging.
-- grain: one row per partial row; place numbers the keys.
-- least     bigint     from how many rows of a key on
SELECT *, dense_rank() OVER (ORDER BY chunk, version, segment_column, segment_value, subject, label, label_key, beside) AS place FROM {schema}.scores
WHERE chunk IN (
    SELECT chunk FROM {schema}.scores GROUP BY chunk, version, segment_column, segment_value, subject, label, label_key, beside HAVING count(*) >= $least)
