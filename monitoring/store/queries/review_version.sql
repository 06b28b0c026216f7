-- review_version: how much there is of a model's review; it only ever grows.
-- grain: one row: cases, reasons, entries and assignments.
-- model     varchar    the model
SELECT (SELECT count(*) FROM review_cases WHERE model = $model), (SELECT count(*) FROM review_reasons WHERE model = $model),
    (SELECT count(*) FROM review_verdicts WHERE model = $model), (SELECT count(*) FROM review_assignments WHERE model = $model)
