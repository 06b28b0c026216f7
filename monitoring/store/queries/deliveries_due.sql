-- deliveries_due: messages whose next attempt is due.
-- grain: one row per message and channel, the oldest first; of all models where none is named.
-- model     varchar    the model, or empty
-- at        timestamp  now
SELECT number, model, incident, channel, kind, digest, subject, body, queued_at, next_at, attempts, state, error, sent_at
FROM deliveries
WHERE state = 'waiting' AND next_at <= $at AND ($model = '' OR model = $model) ORDER BY queued_at, number
