-- review_cases: cases of the review queue with their reasons, their assignee and the entry that stands.
-- grain: one row per case; open ones by audit and priority, decided ones the newest first.
-- model     varchar    the model
-- state     varchar    open, decided or all
-- reason    varchar    only cases with this reason; '' for any
-- assignee  varchar    only cases of this person; '' for any
-- number    bigint     only this case; NULL for any
-- most      bigint     how many at most
-- skip      bigint     how many of the first are left out
WITH standing AS (
    SELECT * FROM review_verdicts WHERE model = $model AND stands
    QUALIFY row_number() OVER (PARTITION BY number ORDER BY revision DESC) = 1
), assigned AS (
    SELECT number, arg_max(assignee, assigned_at) AS assignee FROM review_assignments WHERE model = $model GROUP BY number
), why AS (
    SELECT number, max(priority) AS priority, bool_or(reason = $reason) AS asked,
        list(struct_pack(reason := reason, detail := detail, priority := priority) ORDER BY priority DESC, reason) AS reasons
    FROM review_reasons WHERE model = $model GROUP BY number
)
SELECT c.number, c.id, c.day, c.predicted_at, c.chance, c.audit, w.reasons, coalesce(a.assignee, ''), s.revision,
    s.verdict, s.label, s.note, s.tags, s.author, s.said_at
FROM review_cases AS c
LEFT JOIN why AS w ON w.number = c.number
LEFT JOIN standing AS s ON s.number = c.number
LEFT JOIN assigned AS a ON a.number = c.number
WHERE c.model = $model AND ($number IS NULL OR c.number = $number) AND ($reason = '' OR w.asked)
    AND ($assignee = '' OR a.assignee = $assignee)
    AND ($state = 'all' OR ($state = 'open') = (coalesce(s.verdict, '') = ''))
ORDER BY coalesce(s.verdict, '') = '' DESC, s.said_at DESC, c.audit IS NULL, w.priority DESC, c.number
LIMIT $most OFFSET $skip
