-- model_folder: where the file of a model lies, as far as that was ever told.
-- grain: one row at most.
-- name  varchar  the model
SELECT folder FROM model_folders WHERE model = $name
