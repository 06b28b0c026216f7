-- review_assignments: to whom a case was given, by whom and when.
-- grain: one row per entry, oldest first.
-- model     varchar    the model
-- number    bigint     the case
SELECT assignee, author, assigned_at
FROM review_assignments WHERE model = $model AND number = $number
ORDER BY assigned_at, rowid
