-- Papers: documents as they were written. Arrays of a row come in as array literals (text), since their lengths differ per row.

-- name: insert
INSERT INTO papers (
    tenant_id, id, kind, is_draft, entity_id, customer_id, currency, number, total, issued_at, due_at, settled_at, period_starts_at,
    period_ends_at, subscription_id, original_id, amount_paid, line_ids, product_ids, content, updated_at)
SELECT $1, n.id, n.kind, n.is_draft, n.entity_id, n.customer_id, n.currency, n.number, n.total, n.issued_at, n.due_at, n.settled_at,
       n.period_starts_at, n.period_ends_at, n.subscription_id, n.original_id, n.amount_paid, n.line_ids::uuid[], n.product_ids::uuid[],
       n.content, $2
FROM (SELECT unnest($3::text::uuid[]) AS id, unnest($4::text::text[]) AS kind, unnest($5::text::boolean[]) AS is_draft,
             unnest($6::text::uuid[]) AS entity_id, unnest($7::text::uuid[]) AS customer_id, unnest($8::text::text[]) AS currency,
             unnest($9::text::text[]) AS number, unnest($10::text::bigint[]) AS total, unnest($11::text::timestamptz[]) AS issued_at,
             unnest($12::text::timestamptz[]) AS due_at, unnest($13::text::timestamptz[]) AS settled_at,
             unnest($14::text::timestamptz[]) AS period_starts_at, unnest($15::text::timestamptz[]) AS period_ends_at,
             unnest($16::text::text[]) AS subscription_id, unnest($17::text::uuid[]) AS original_id,
             unnest($18::text::bigint[]) AS amount_paid, unnest($19::text::text[]) AS line_ids,
             unnest($20::text::text[]) AS product_ids, unnest($21::bytea[]) AS content) AS n
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
