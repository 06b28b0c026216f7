-- followed_files: the files of a followed place as they were when they were last looked into.
-- grain: one row per file, in the order of their paths.
-- model  varchar  the model
-- kind   varchar  predictions or labels
-- place  varchar  the place, an absolute path
SELECT title, bytes, modified, digest, rewritten, problem
FROM followed_files
WHERE model = $model AND kind = $kind AND place = $place
ORDER BY title
