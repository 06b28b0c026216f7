-- followed_troubles: why a followed place cannot be used, or what of it has to be told.
-- grain: one row per trouble, the oldest first.
-- name  varchar  the model
SELECT kind, code, subject, detail, since
FROM followed_troubles
WHERE model = $name
ORDER BY since, kind, code, subject
