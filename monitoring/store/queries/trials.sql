-- trials: what each comparison of two versions is judged by, as it was registered.
-- grain: one row per entry, the newest first; entries are never changed.
-- model     varchar    the model
SELECT model, champion, shadow, metric, margin, planned, most, level, since, segments, author, note, registered_at
FROM trials WHERE model = $model ORDER BY registered_at DESC, rowid DESC
