-- Batches of drafts that were accepted, and their outcomes.

-- name: insert
-- A name that another submitter has just taken is no error: what was stored under it is then looked at.
INSERT INTO batches (
    tenant_id, id, updated_at, day, size, state, dialect, name, actor_kind, actor_id, request_sha256, drafts)
VALUES ($1, $2, $3, $4, $5, 'pending', $6, $7, $8, $9, $10, $11)
ON CONFLICT (tenant_id, name) DO NOTHING
RETURNING pg_current_xact_id()::text

-- name: by_name
SELECT id, name, dialect, state, size, succeeded, failed, takes, is_set_aside, day, actor_kind, actor_id, request_sha256, updated_at,
       finished_at
FROM batches
WHERE tenant_id = $1 AND name = $2

-- name: lock
SELECT id, name, dialect, state, size, succeeded, failed, takes, is_set_aside, day, actor_kind, actor_id, request_sha256, updated_at,
       finished_at, drafts, outcomes
FROM batches
WHERE tenant_id = $1 AND id = $2
FOR UPDATE

-- name: items_of
SELECT drafts, outcomes, size
FROM batches
WHERE tenant_id = $1 AND id = $2

-- name: take
-- The oldest that is open, that nobody has locked to run it, and that was not taken between $3 and $4 by a worker that is about to; or, with $5,
-- never at all.
UPDATE batches
SET takes = takes + 1, state = 'running', taken_at = $2, updated_at = $2
WHERE tenant_id = $1 AND id = (
    SELECT id
    FROM batches
    WHERE tenant_id = $1 AND state <> 'done' AND (taken_at IS NULL OR taken_at NOT BETWEEN $3 AND $4) AND (takes = 0 OR NOT $5::boolean)
    ORDER BY id
    LIMIT 1
    FOR UPDATE SKIP LOCKED
)
RETURNING id, takes

-- name: give_back
-- Only the take of $3: whoever took it since keeps it.
UPDATE batches
SET takes = takes - 1, taken_at = NULL, state = CASE WHEN succeeded + failed = 0 THEN 'pending' ELSE state END
WHERE tenant_id = $1 AND id = $2 AND taken_at = $3 AND state <> 'done'

-- name: write_outcomes
-- The drafts stay where they are while an item may still need them.
UPDATE batches
SET outcomes = $3, succeeded = $4, failed = $5, state = $6, is_set_aside = $7, finished_at = $8, updated_at = $9,
    drafts = CASE WHEN $10::boolean THEN drafts ELSE '[]'::bytea END
WHERE tenant_id = $1 AND id = $2

-- name: end_set_aside
UPDATE batches
SET is_set_aside = false, updated_at = $3, drafts = '[]'::bytea
WHERE tenant_id = $1 AND id = $2

-- name: page
-- Newest first, below an id.
SELECT id, name, dialect, state, size, succeeded, failed, takes, is_set_aside, day, actor_kind, actor_id, request_sha256, updated_at,
       finished_at
FROM batches
WHERE tenant_id = $1 AND id < $2
ORDER BY id DESC
LIMIT $3

-- name: total
SELECT count(*)
FROM batches
WHERE tenant_id = $1

-- name: set_aside
-- Crosses tenants: operators' list of what waits for them. Owner role.
SELECT t.tenant_id, t.name AS company, t.mode, b.id, b.name, b.state, b.is_set_aside, b.size, b.succeeded, b.failed, b.takes, b.finished_at
FROM batches AS b
JOIN tenants AS t ON t.tenant_id = b.tenant_id
WHERE b.is_set_aside
ORDER BY b.id

-- name: unfinished
-- Crosses tenants: operators' list of what waits for workers. Owner role.
SELECT t.tenant_id, t.name AS company, t.mode, b.id, b.name, b.state, b.is_set_aside, b.size, b.succeeded, b.failed, b.takes, b.finished_at
FROM batches AS b
JOIN tenants AS t ON t.tenant_id = b.tenant_id
WHERE b.state <> 'done'
ORDER BY b.id
LIMIT $1
