-- Credit notes: look-ups, locks and set-based writes.

-- name: find_references
SELECT id, external_id
FROM credit_notes
WHERE tenant_id = $1 AND id = ANY ($2::uuid[])
UNION
SELECT id, external_id
FROM credit_notes
WHERE tenant_id = $1 AND external_id = ANY ($3::text[]) AND external_id IS NOT NULL

-- name: lock_by_external_id
SELECT id, customer_id, external_id, reference, amount, net_amount, currency, default_amount, issued_on, due_on, amount_paid_back,
       amount_linked, standing, recovery_on, disputed_on, positions, updated_at
FROM credit_notes
WHERE tenant_id = $1 AND external_id = ANY ($2::text[]) AND external_id IS NOT NULL
ORDER BY id
FOR UPDATE

-- name: lock
SELECT id, customer_id, external_id, reference, amount, net_amount, currency, default_amount, issued_on, due_on, amount_paid_back,
       amount_linked, standing, recovery_on, disputed_on, positions, updated_at
FROM credit_notes
WHERE tenant_id = $1 AND id = ANY ($2::uuid[])
ORDER BY id
FOR UPDATE

-- name: insert
INSERT INTO credit_notes (
    tenant_id, id, customer_id, external_id, reference, amount, net_amount, currency, default_amount, issued_on, due_on,
    amount_paid_back, amount_linked, standing, positions, updated_at)
SELECT $1, n.id, n.customer_id, n.external_id, n.reference, n.amount, n.net_amount, n.currency, n.default_amount, n.issued_on, n.due_on,
       n.amount_paid_back, n.amount_linked, n.standing, n.positions, $2
FROM unnest($3::text::uuid[], $4::text::uuid[], $5::text::text[], $6::text::text[], $7::text::bigint[], $8::text::bigint[], $9::text::text[], $10::text::bigint[], $11::text::date[],
            $12::text::date[], $13::text::bigint[], $14::text::bigint[], $15::text::text[], $16::text::int[])
    AS n (id, customer_id, external_id, reference, amount, net_amount, currency, default_amount, issued_on,
          due_on, amount_paid_back, amount_linked, standing, positions)
RETURNING 1

-- name: update
UPDATE credit_notes AS c
SET customer_id = n.customer_id, external_id = n.external_id, reference = n.reference, amount = n.amount, net_amount = n.net_amount,
    currency = n.currency, default_amount = n.default_amount, issued_on = n.issued_on, due_on = n.due_on,
    amount_paid_back = n.amount_paid_back, amount_linked = n.amount_linked, standing = n.standing, positions = n.positions, updated_at = $2
FROM unnest($3::text::uuid[], $4::text::uuid[], $5::text::text[], $6::text::text[], $7::text::bigint[], $8::text::bigint[], $9::text::text[], $10::text::bigint[], $11::text::date[],
            $12::text::date[], $13::text::bigint[], $14::text::bigint[], $15::text::text[], $16::text::int[])
    AS n (id, customer_id, external_id, reference, amount, net_amount, currency, default_amount, issued_on,
          due_on, amount_paid_back, amount_linked, standing, positions)
WHERE c.tenant_id = $1 AND c.id = n.id

-- name: read_many
SELECT c.id, c.customer_id, c.external_id, c.reference, c.amount, c.net_amount, c.currency, c.default_amount, c.issued_on, c.due_on,
       c.amount_paid_back, c.amount_linked, c.standing, c.recovery_on, c.disputed_on, c.positions, c.updated_at,
       a.kind, a.amount AS row_amount, a.dated_on, a.external_id AS row_external_id, a.invoice_id, a.credit_note_position,
       i.external_id AS invoice_external_id
FROM credit_notes AS c
LEFT JOIN allocations AS a ON a.tenant_id = $1 AND a.credit_note_id = c.id
LEFT JOIN invoices AS i ON i.tenant_id = $1 AND i.id = a.invoice_id
WHERE c.tenant_id = $1 AND c.id = ANY ($2::uuid[])
ORDER BY c.id, a.credit_note_position
