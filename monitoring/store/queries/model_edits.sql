-- model_edits: when the reference of a model was changed, and by whom.
-- grain: one row per change, the oldest first.
-- name  varchar  the model
SELECT happened_at, before, after, author
FROM model_edits
WHERE model = $name
ORDER BY edited_at
