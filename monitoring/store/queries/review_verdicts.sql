-- review_verdicts: everything that was ever said of a model's cases, those entries included that came too late.
-- grain: one row per entry, oldest first.
-- model     varchar    the model
-- number    bigint     only this case; NULL for all
SELECT number, revision, based_on, stands, undoes, verdict, label, note, tags, author, said_at
FROM review_verdicts WHERE model = $model AND ($number IS NULL OR number = $number)
ORDER BY said_at, number, revision
