-- Wake-ups: a row of the queue that says "look at this tenant's batches", and nothing else. At most one per tenant waits: its key is the tenant's
-- until a worker begins it, so that whatever is accepted from then on waits for the next. See wakeups.py.

-- name: wake
-- No more than a look at the unique index where one waits already. Never an error, which would end the caller's transaction.
INSERT INTO pgqueuer (priority, status, entrypoint, dedupe_key, payload)
VALUES (0, 'queued', 'batches', 'batches ' || $1::uuid::text, uuid_send($1::uuid))
ON CONFLICT (dedupe_key) WHERE status IN ('queued', 'picked') AND dedupe_key IS NOT NULL DO NOTHING

-- name: wake_again
-- As `wake`, and says whether it did.
INSERT INTO pgqueuer (priority, status, entrypoint, dedupe_key, payload)
VALUES (0, 'queued', 'batches', 'batches ' || $1::uuid::text, uuid_send($1::uuid))
ON CONFLICT (dedupe_key) WHERE status IN ('queued', 'picked') AND dedupe_key IS NOT NULL DO NOTHING
RETURNING 1

-- name: be_seen
SELECT set_config('application_name', $1, false)

-- name: begin
UPDATE pgqueuer
SET dedupe_key = NULL
WHERE id = $1

-- name: others_wait
SELECT 1
FROM pgqueuer
WHERE status = 'queued' AND dedupe_key <> 'batches ' || $1::uuid::text
LIMIT 1

-- name: finish
-- Takes the wake-up $2 out of the queue, and queues the tenant again, at the end, if a batch waits for a worker: open, and not taken
-- between $3 and $4.
WITH gone AS (DELETE FROM pgqueuer WHERE id = $2)
INSERT INTO pgqueuer (priority, status, entrypoint, dedupe_key, payload)
SELECT 0, 'queued', 'batches', 'batches ' || $1::uuid::text, uuid_send($1::uuid)
WHERE EXISTS (
    SELECT 1
    FROM batches
    WHERE tenant_id = $1 AND state <> 'done' AND (taken_at IS NULL OR taken_at NOT BETWEEN $3 AND $4)
)
ON CONFLICT (dedupe_key) WHERE status IN ('queued', 'picked') AND dedupe_key IS NOT NULL DO NOTHING

-- name: sweep
-- Crosses tenants: who has an open batch and no wake-up that waits. Owner role. Jumps from tenant to tenant in the index of
-- open batches, so that neither ten thousand of one tenant nor a thousand tenants without one cost anything.
WITH RECURSIVE waiting AS (
    (SELECT tenant_id FROM batches WHERE state <> 'done' ORDER BY tenant_id LIMIT 1)
    UNION ALL
    SELECT (SELECT b.tenant_id FROM batches AS b WHERE b.state <> 'done' AND b.tenant_id > w.tenant_id ORDER BY b.tenant_id LIMIT 1)
    FROM waiting AS w
    WHERE w.tenant_id IS NOT NULL
)
SELECT w.tenant_id
FROM waiting AS w
WHERE w.tenant_id IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM pgqueuer AS q WHERE q.dedupe_key = 'batches ' || w.tenant_id::text AND q.status IN ('queued', 'picked'))

-- name: forget_lost
-- What a worker picked whose session is gone, and it with it: its key would keep the tenant out of the queue. Asked row by row, since there are
-- few and mostly none.
DELETE FROM pgqueuer AS q
WHERE q.status = 'picked'
  AND (SELECT count(*) FROM pg_stat_activity AS a WHERE a.application_name = $1 || q.queue_manager_id::text) = 0

-- name: prune_log
DELETE FROM pgqueuer_log
WHERE created < $1
