-- review_sample: cases that were drawn with a known chance, and what stood of them at an instant.
-- grain: one row per case, by its number; verdict, label, author and said_at are NULL where nothing stood.
-- model     varchar    the model
-- until     timestamp  what was said later does not count, in UTC
WITH standing AS (
    SELECT * FROM review_verdicts WHERE model = $model AND stands AND said_at < $until
    QUALIFY row_number() OVER (PARTITION BY number ORDER BY revision DESC) = 1
)
SELECT c.number, c.id, c.day, c.chance, c.audit, s.verdict, s.label, s.author, s.said_at
FROM review_cases AS c LEFT JOIN standing AS s ON s.number = c.number
WHERE c.model = $model AND c.chance IS NOT NULL
ORDER BY c.number
