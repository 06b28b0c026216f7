-- trial_decisions: what was decided of a model's shadows, by whom and on what.
-- grain: one row per decision, the newest first; they are never changed.
-- model     varchar    the model
SELECT model, champion, shadow, decided, reason, verdict, author, decided_at, data_at
FROM trial_decisions WHERE model = $model ORDER BY decided_at DESC, rowid DESC
