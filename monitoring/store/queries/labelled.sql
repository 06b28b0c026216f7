-- labelled: when the newest label of a model's log came.
-- grain: one row; an instant in UTC, NULL without labels.
SELECT max(_labelled_at)
FROM {schema}.labels WHERE _source = 'log'
