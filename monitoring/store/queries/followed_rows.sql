-- followed_rows: what the newest rows of a followed table that are in already are recognised by.
-- grain: one row per row of the table after the cut.
-- model  varchar  the model
-- kind   varchar  predictions or labels
-- place  varchar  the place, a database and its table
SELECT key
FROM followed_rows
WHERE model = $model AND kind = $kind AND place = $place
