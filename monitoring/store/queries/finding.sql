-- finding: a result that was computed from rows and kept.
-- grain: one row, or none if it is not kept or was made from something else.
-- model      varchar  the model
-- key        varchar  what was asked
-- made_from  varchar  what the answer rests on
SELECT content
FROM findings
WHERE model = $model AND key = $key AND made_from = $made_from
