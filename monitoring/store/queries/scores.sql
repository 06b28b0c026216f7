-- scores: how the outputs of a version were spread and which labels they met, as partial rows that add up.
-- grain: one or more rows per profile key, label and instant of the label, in any order.
-- version   varchar    the version
-- subject   varchar    score; class and the name of a class; confidence, error or label
-- beside    varchar    only requests that this version scored too; '' for all
-- column    varchar    segment column; '' for all rows
-- value     varchar    segment value; '' for all rows
-- start     timestamp  first profile key included
-- stop      timestamp  first profile key excluded
-- known_at  timestamp  last profile key whose labels are known
SELECT chunk, label, label_key, slots, counts, logged, decided, sums, squares, moments
FROM {schema}.scores
WHERE version = $version AND subject = $subject AND beside = $beside AND segment_column = $column AND segment_value = $value
    AND chunk >= $start AND chunk < $stop AND (label_key IS NULL OR label_key <= $known_at)
