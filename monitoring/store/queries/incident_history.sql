-- incident_history: what happened to each incident, by whom; entries are added and never changed.
-- grain: one row per entry, the oldest first.
-- model     varchar    the model
SELECT number, model, kind, author, note, until, noted_at
FROM incident_history WHERE model = $model ORDER BY noted_at, rowid
