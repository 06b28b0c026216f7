-- deliveries: messages to channels, sent, waiting or given up.
-- grain: one row per message and channel, the newest first; of all models where none is named.
-- model     varchar    the model, or empty
SELECT number, model, incident, channel, kind, digest, subject, body, queued_at, next_at, attempts, state, error, sent_at
FROM deliveries WHERE $model = '' OR model = $model ORDER BY queued_at DESC, number DESC
