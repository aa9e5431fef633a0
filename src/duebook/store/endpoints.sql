-- Webhook endpoints and the tenant's cursor, whose row everybody locks who changes endpoints or turns the journal into messages.

-- name: hold
-- The cursor's row, made with the first endpoint and locked until the transaction ends; a new one stands behind its own transaction.
INSERT INTO webhook_cursors (tenant_id, id, sequence)
VALUES ($1, $2, 0)
ON CONFLICT (tenant_id) DO UPDATE SET sequence = webhook_cursors.sequence
RETURNING 1

-- name: this_transaction
SELECT pg_current_xact_id()::text

-- name: jump
UPDATE webhook_cursors
SET xid = $2::text::xid8, id = $3
WHERE tenant_id = $1

-- name: numbers
SELECT count(*) AS there, count(*) FILTER (WHERE disabled_at IS NULL) AS listening
FROM endpoints
WHERE tenant_id = $1 AND deleted_at IS NULL

-- name: set_tells
UPDATE tenants
SET tells = $2
WHERE tenant_id = $1 AND tells <> $2

-- name: insert
INSERT INTO endpoints (tenant_id, id, dialect, url, description, rate_limit, event_types, secret, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)

-- name: lock
SELECT id, dialect, url, description, rate_limit, event_types, disabled_at, disabled_reason, updated_at
FROM endpoints
WHERE tenant_id = $1 AND id = $2 AND deleted_at IS NULL
FOR UPDATE

-- name: update
UPDATE endpoints
SET url = $3, description = $4, rate_limit = $5, event_types = $6, updated_at = $7
WHERE tenant_id = $1 AND id = $2

-- name: enable
UPDATE endpoints
SET disabled_at = NULL, disabled_reason = NULL, failing_since = NULL, from_xid = $3::text::xid8
WHERE tenant_id = $1 AND id = $2

-- name: rotate
UPDATE endpoints
SET previous_secret = secret, previous_secret_until = $4, secret = $3
WHERE tenant_id = $1 AND id = $2

-- name: delete
-- It stays as a row, because its messages can still be read; its secrets go.
UPDATE endpoints
SET deleted_at = $3, secret = '', previous_secret = NULL, previous_secret_until = NULL
WHERE tenant_id = $1 AND id = $2

-- name: read
SELECT id, dialect, url, description, rate_limit, event_types, disabled_at, disabled_reason, updated_at
FROM endpoints
WHERE tenant_id = $1 AND id = $2 AND deleted_at IS NULL

-- name: page
-- Of a dialect, oldest first, behind $3.
SELECT id, dialect, url, description, rate_limit, event_types, disabled_at, disabled_reason, updated_at
FROM endpoints
WHERE tenant_id = $1 AND dialect = $2 AND id > $3 AND deleted_at IS NULL
ORDER BY id
LIMIT $4 OFFSET $5

-- name: count
SELECT count(*)
FROM endpoints
WHERE tenant_id = $1 AND dialect = $2 AND deleted_at IS NULL

-- name: listening
-- Who is to be told, with the transaction behind which facts are theirs.
SELECT id, dialect, event_types, from_xid::text AS from_xid
FROM endpoints
WHERE tenant_id = $1 AND deleted_at IS NULL AND disabled_at IS NULL
ORDER BY id
