-- deploy_notes: what people noted of a model's surroundings, such as a deploy upstream.
-- grain: one row per note, the oldest first; notes are never changed.
-- model     varchar    the model
SELECT model, happened_at, title, note, author, noted_at
FROM deploy_notes WHERE model = $model ORDER BY happened_at, rowid
