-- label_delays: how many labels of each chunk had become known by when; a revised label counts once.
-- grain: one row per profile key, label and the key of the label's instant; a negative count takes back.
-- version   varchar    the version
-- subject   varchar    one that counts every labelled row once
-- column    varchar    segment column; '' for all rows
-- value     varchar    segment value; '' for all rows
SELECT chunk, label, label_key, CAST(sum(n) AS BIGINT) AS n
FROM {schema}.scores
WHERE version = $version AND subject = $subject AND segment_column = $column AND segment_value = $value
    AND beside = '' AND label_key IS NOT NULL
GROUP BY ALL
HAVING sum(n) <> 0
ORDER BY chunk, label_key, label
