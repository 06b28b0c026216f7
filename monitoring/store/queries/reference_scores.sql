-- reference_scores: how the outputs of a version were spread in a reference file, and which labels they met.
-- grain: one or more rows per profile key of the file, label and instant of the label, in any order.
-- version   varchar    the version
-- subject   varchar    score; class and the name of a class; confidence, error or label
-- column    varchar    segment column; '' for all rows
-- value     varchar    segment value; '' for all rows
SELECT chunk, label, label_key, slots, counts, logged, decided, sums, squares, moments
FROM {schema}.reference_scores
WHERE version = $version AND subject = $subject AND segment_column = $column AND segment_value = $value
