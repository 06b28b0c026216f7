-- incidents: what alerts are about, as the newest evaluation has it.
-- grain: one row per incident, the newest onset first.
-- model     varchar    the model
SELECT number, model, state, onset, last, ended, severity, worst, content, sentence, opened_at, changed_at
FROM incidents WHERE model = $model ORDER BY onset DESC, number DESC
