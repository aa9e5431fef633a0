-- Deliveries: which worker delivers to which endpoint, what is due there, and what came of it. See deliveries.py.

-- name: announce
SELECT pg_notify('duebook_deliveries', $1::text)

-- name: join
-- Session: this worker is there, known by $2, as long as this connection lives.
SELECT pg_try_advisory_lock($1, $2)

-- name: still_there
SELECT true

-- name: tenants_with_due
-- Crosses tenants: the worker asks for whom something is due, one look into the index for each endpoint. Owner role.
SELECT DISTINCT e.tenant_id
FROM endpoints AS e
CROSS JOIN LATERAL (
    SELECT m.next_at
    FROM messages AS m
    WHERE m.tenant_id = e.tenant_id AND m.endpoint_id = e.id AND m.status = 'pending'
    ORDER BY m.next_at, m.id
    LIMIT 1
) AS first
WHERE e.deleted_at IS NULL AND e.disabled_at IS NULL AND first.next_at <= $1

-- name: hold
-- Endpoints with something due that no worker holds, whose worker is gone, or whose worker's time is over; the well before the failing. $2 this
-- worker, $3 those that it holds and knows of, $4 now, $5 until when, $6 the key of workers' locks, $7 how many, $8 whether failing ones too.
WITH workers AS MATERIALIZED (
    SELECT l.objid::bigint AS held_by
    FROM pg_locks AS l
    WHERE l.locktype = 'advisory' AND l.classid::bigint = $6 AND l.objsubid = 2 AND l.granted
      AND l.database = (SELECT d.oid FROM pg_database AS d WHERE d.datname = current_database())
), free AS (
    SELECT e.id
    FROM endpoints AS e
    CROSS JOIN LATERAL (
        SELECT m.next_at
        FROM messages AS m
        WHERE m.tenant_id = $1 AND m.endpoint_id = e.id AND m.status = 'pending'
        ORDER BY m.next_at, m.id
        LIMIT 1
    ) AS first
    WHERE e.tenant_id = $1 AND e.deleted_at IS NULL AND e.disabled_at IS NULL AND first.next_at <= $4 AND e.id <> ALL ($3::uuid[])
      AND ($8 OR e.failing_since IS NULL)
      AND (e.held_by IS NULL OR e.held_by = $2 OR e.held_until <= $4
           OR NOT EXISTS (SELECT 1 FROM workers AS w WHERE w.held_by = e.held_by))
    ORDER BY e.failing_since IS NOT NULL, first.next_at
    LIMIT $7
    FOR NO KEY UPDATE OF e SKIP LOCKED
)
UPDATE endpoints AS e
SET held_by = $2, held_until = $5
FROM free
WHERE e.tenant_id = $1 AND e.id = free.id
RETURNING e.id, e.dialect, e.url, e.rate_limit, e.secret, e.previous_secret, e.previous_secret_until, e.failing_since

-- name: hold_on
-- What this worker ($2) still holds of $3, until $4.
UPDATE endpoints AS e
SET held_until = $4
WHERE e.tenant_id = $1 AND e.held_by = $2 AND e.id = ANY ($3::uuid[]) AND e.deleted_at IS NULL AND e.disabled_at IS NULL
RETURNING e.id, e.dialect, e.url, e.rate_limit, e.secret, e.previous_secret, e.previous_secret_until, e.failing_since

-- name: due
-- For each endpoint that is asked for and still held by this worker ($2): up to its number ($4) of messages due at $7, oldest first, without those in
-- hand ($6), each as long as those before it have no more bytes than $5; and when the next one is due. An endpoint without a message has a row too.
SELECT e.id AS endpoint_id, e.dialect, e.url, e.rate_limit, e.secret, e.previous_secret, e.previous_secret_until, e.failing_since,
       later.next_at AS later_at, m.id, m.sequence, m.attempts, m.body
FROM unnest($3::uuid[], $4::int[], $5::int[]) AS asked (id, number, size)
JOIN endpoints AS e ON e.tenant_id = $1 AND e.id = ANY ($3::uuid[]) AND e.id = asked.id
    AND e.held_by = $2 AND e.deleted_at IS NULL AND e.disabled_at IS NULL
LEFT JOIN LATERAL (
    SELECT l.next_at
    FROM messages AS l
    WHERE l.tenant_id = $1 AND l.endpoint_id = e.id AND l.status = 'pending' AND l.next_at > $7
    ORDER BY l.next_at, l.id
    LIMIT 1
) AS later ON true
LEFT JOIN LATERAL (
    SELECT d.id, d.sequence, d.attempts, d.body, d.next_at, sum(octet_length(d.body)) OVER (ORDER BY d.next_at, d.id) - octet_length(d.body) AS before
    FROM (
        SELECT n.id, n.sequence, n.attempts, n.body, n.next_at
        FROM messages AS n
        WHERE n.tenant_id = $1 AND n.endpoint_id = e.id AND n.status = 'pending' AND n.next_at <= $7 AND n.id <> ALL ($6::uuid[])
        ORDER BY n.next_at, n.id
        LIMIT asked.number
    ) AS d
) AS m ON m.before <= asked.size
ORDER BY m.next_at, m.id

-- name: settle
-- Outcomes of attempts of this worker ($2), one row each; written at $3. What another worker has taken meanwhile is left to it.
UPDATE messages AS m
SET attempts = m.attempts + 1, status = o.status, next_at = o.next_at, last_status = o.last_status, last_error = o.last_error, updated_at = $3,
    sent_at = CASE WHEN o.status = 'sent' THEN o.at ELSE m.sent_at END
FROM unnest($4::uuid[], $5::text[], $6::timestamptz[], $7::int[], $8::text[], $9::timestamptz[])
    AS o (id, status, next_at, last_status, last_error, at), endpoints AS e
WHERE m.tenant_id = $1 AND m.id = o.id AND m.status = 'pending' AND e.tenant_id = $1 AND e.id = m.endpoint_id AND e.held_by = $2
RETURNING m.id

-- name: mark_failing
-- $4: since when, null for those that are well again.
UPDATE endpoints AS e
SET failing_since = n.failing_since
FROM unnest($3::uuid[], $4::timestamptz[]) AS n (id, failing_since)
WHERE e.tenant_id = $1 AND e.id = ANY ($3::uuid[]) AND e.id = n.id AND e.held_by = $2
RETURNING 1

-- name: disable
-- The receiver at $6 wants nothing more; its messages stay as they are. An endpoint that has moved since is another receiver.
UPDATE endpoints AS e
SET disabled_at = $4, disabled_reason = $5
WHERE e.tenant_id = $1 AND e.held_by = $2 AND e.id = $3 AND e.url = $6 AND e.disabled_at IS NULL AND e.deleted_at IS NULL
RETURNING 1
