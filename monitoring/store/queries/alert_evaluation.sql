-- alert_evaluation: what the newest evaluation of a model's alerts rested on.
-- grain: one row where there was one.
-- model     varchar    the model
SELECT made_from, clock, evaluated_at FROM alert_evaluations WHERE model = $model ORDER BY evaluated_at DESC, rowid DESC LIMIT 1
