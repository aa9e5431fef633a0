-- Papers: documents as they were written. Arrays of a row come in as array literals (text), since their lengths differ per row.

-- name: insert
INSERT INTO papers (
    tenant_id, id, kind, is_draft, entity_id, customer_id, currency, number, total, issued_at, due_at, settled_at, period_starts_at,
    period_ends_at, subscription_id, original_id, amount_paid, line_ids, product_ids, content, updated_at)
SELECT $1, n.id, n.kind, n.is_draft, n.entity_id, n.customer_id, n.currency, n.number, n.total, n.issued_at, n.due_at, n.settled_at,
       n.period_starts_at, n.period_ends_at, n.subscription_id, n.original_id, n.amount_paid, n.line_ids::uuid[], n.product_ids::uuid[],
       n.content, $2
FROM unnest($3::text::uuid[], $4::text::text[], $5::text::boolean[], $6::text::uuid[], $7::text::uuid[], $8::text::text[], $9::text::text[],
            $10::text::bigint[], $11::text::timestamptz[], $12::text::timestamptz[], $13::text::timestamptz[], $14::text::timestamptz[],
            $15::text::timestamptz[], $16::text::text[], $17::text::uuid[], $18::text::bigint[], $19::text::text[], $20::text::text[],
            $21::bytea[])
    AS n (id, kind, is_draft, entity_id, customer_id, currency, number, total, issued_at, due_at, settled_at, period_starts_at,
          period_ends_at, subscription_id, original_id, amount_paid, line_ids, product_ids, content)
RETURNING 1

-- name: read_many
SELECT id, kind, is_draft, entity_id, customer_id, currency, number, total, issued_at, due_at, content, settled_at, period_starts_at,
       period_ends_at, subscription_id, original_id, amount_paid, updated_at
FROM papers
WHERE tenant_id = $1 AND id = ANY ($2::uuid[])
ORDER BY id

-- name: lock
SELECT id, kind, is_draft, entity_id, customer_id, currency, number, total, issued_at, due_at, content, settled_at, period_starts_at,
       period_ends_at, subscription_id, original_id, amount_paid, updated_at
FROM papers
WHERE tenant_id = $1 AND id = ANY ($2::uuid[])
ORDER BY id
FOR NO KEY UPDATE

-- name: set_paid
UPDATE papers AS p
SET amount_paid = n.amount_paid, updated_at = $2
FROM unnest($3::text::uuid[], $4::text::bigint[]) AS n (id, amount_paid)
WHERE p.tenant_id = $1 AND p.id = n.id
