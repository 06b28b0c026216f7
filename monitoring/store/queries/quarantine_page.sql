-- quarantine_page: some of what was not taken in, and why.
-- grain: one row per rejected row or file, the newest file first, in the order of its rows.
-- name    varchar  the model
-- reason  varchar  one reason; '' for all
-- first   bigint   how many rows are left out before
-- most    bigint   how many rows there are at most
SELECT f.name AS file, f.kind, q.row, q.reason, q.detail, q.content
FROM quarantine AS q JOIN files AS f ON f.file = q.file AND f.model = q.model
WHERE q.model = $name AND ($reason = '' OR q.reason = $reason)
ORDER BY q.file DESC, q.row
LIMIT $most OFFSET $first
