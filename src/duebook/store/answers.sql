-- Answers kept for Idempotency-Key.

-- name: try_lock
SELECT pg_try_advisory_xact_lock($1)

-- name: find
SELECT request_sha256, status, content_type, body
FROM kept_answers
WHERE tenant_id = $1 AND key = $2 AND created_at > $3

-- name: keep
INSERT INTO kept_answers (tenant_id, key, created_at, status, request_sha256, content_type, body)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (tenant_id, key) DO UPDATE
SET created_at = EXCLUDED.created_at, status = EXCLUDED.status, request_sha256 = EXCLUDED.request_sha256,
    content_type = EXCLUDED.content_type, body = EXCLUDED.body

-- name: purge
DELETE FROM kept_answers
WHERE tenant_id = $1 AND created_at <= $2

-- name: xact_status
-- Whether a transaction whose COMMIT got no answer is over; on a connection of its own.
SELECT pg_xact_status($1::text::xid8)

-- name: journalled
SELECT EXISTS (SELECT 1 FROM journal WHERE tenant_id = $1 AND xid = $2::text::xid8 AND id = $3)

-- name: accepted
SELECT EXISTS (SELECT 1 FROM batches WHERE tenant_id = $1 AND id = $2)
