-- segments_scores: which labels the outputs of a version met in every segment, as partial rows that add up.
-- grain: one or more rows per segment, profile key, label and instant of the label, in any order.
-- version   varchar    the version
-- subject   varchar    score; class and the name of a class; confidence, error or label
-- beside    varchar    only requests that this version scored too; '' for all
-- start     timestamp  first profile key included
-- stop      timestamp  first profile key excluded
-- known_at  timestamp  last profile key whose labels are known
SELECT segment_column, segment_value, chunk, label, label_key, slots, counts, logged, decided, sums, squares, moments
FROM {schema}.scores
WHERE version = $version AND subject = $subject AND beside = $beside AND segment_column <> ''
    AND chunk >= $start AND chunk < $stop AND (label_key IS NULL OR label_key <= $known_at)
