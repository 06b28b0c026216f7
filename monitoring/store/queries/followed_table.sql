-- followed_table: how far a followed table was read.
-- grain: one row at most.
-- model  varchar  the model
-- kind   varchar  predictions or labels
-- place  varchar  the place, a database and its table
SELECT stamp, until, cut, below, gone
FROM followed_tables
WHERE model = $model AND kind = $kind AND place = $place
