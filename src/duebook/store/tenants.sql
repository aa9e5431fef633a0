-- Tenants and their keys. A key is looked up before its tenant is known.

-- name: find_key
SELECT tenant_id, prefix, scope, revoked_at
FROM keys
WHERE hash = $1

-- name: read
SELECT tenant_id, name, mode, currency, timezone, country, unknown_fields, tells
FROM tenants
WHERE tenant_id = $1

-- name: insert_tenant
INSERT INTO tenants (tenant_id, name, mode, currency, timezone, country, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)

-- name: insert_entity
INSERT INTO entities (tenant_id, id, name, country, is_default, currency, accounting_currency, timezone, updated_at)
VALUES ($1, $2, $3, $4, true, $5, $5, $6, $7)

-- name: by_name
-- Crosses tenants: an operator names a company. Owner role.
SELECT tenant_id, name, mode, currency, timezone, country, unknown_fields, tells
FROM tenants
WHERE name = $1
ORDER BY mode

-- name: set
UPDATE tenants
SET currency = $2, timezone = $3, country = $4, unknown_fields = $5
WHERE tenant_id = $1

-- name: has_documents
SELECT EXISTS (SELECT 1 FROM customers WHERE tenant_id = $1)

-- name: insert_key
INSERT INTO keys (hash, tenant_id, prefix, scope, created_at)
VALUES ($1, $2, $3, $4, $5)

-- name: every_key
-- Crosses tenants: operators' list. Owner role.
SELECT k.prefix, t.name, t.mode, k.tenant_id, k.scope, k.created_at, k.revoked_at
FROM keys AS k
JOIN tenants AS t ON t.tenant_id = k.tenant_id
ORDER BY k.created_at

-- name: revoke_key
-- Crosses tenants: an operator names a key by its visible prefix. Owner role.
UPDATE keys
SET revoked_at = $2
WHERE prefix = $1 AND revoked_at IS NULL
RETURNING prefix

-- name: with_reviews_due
-- Crosses tenants: the calendar lists whom time concerns by $1, the latest day anywhere. Owner role.
SELECT t.tenant_id, t.name, t.mode, t.currency, t.timezone, t.country, t.unknown_fields, t.tells
FROM tenants AS t
WHERE EXISTS (SELECT 1 FROM invoices AS i WHERE i.tenant_id = t.tenant_id AND i.review_on <= $1)

-- name: every_tenant
-- Crosses tenants: the sweep, the calendar, operators' lists. Owner role.
SELECT tenant_id, name, mode, currency, timezone, country, unknown_fields, tells
FROM tenants
ORDER BY name, mode
