-- Allocations: the rows of documents, read and written as sets.

-- name: of_invoices
SELECT id, kind, amount, dated_on, recorded_on, external_id, invoice_id, credit_note_id, invoice_position, credit_note_position,
       by_invoice, by_credit_note, by_hand
FROM allocations
WHERE tenant_id = $1 AND invoice_id = ANY ($2::uuid[]) AND invoice_id IS NOT NULL
ORDER BY invoice_id, invoice_position

-- name: of_credit_notes
SELECT id, kind, amount, dated_on, recorded_on, external_id, invoice_id, credit_note_id, invoice_position, credit_note_position,
       by_invoice, by_credit_note, by_hand
FROM allocations
WHERE tenant_id = $1 AND credit_note_id = ANY ($2::uuid[]) AND credit_note_id IS NOT NULL
ORDER BY credit_note_id, credit_note_position

-- name: credit_notes_linked_to
-- Read before any lock: which credit notes to lock before the invoices that name them. Rows without one give a NULL: asked for IS NOT NULL,
-- the planner would walk all links of the tenant where statistics know of few.
SELECT DISTINCT a.credit_note_id
FROM invoices AS i
JOIN allocations AS a ON a.tenant_id = $1 AND a.invoice_id = i.id
WHERE i.tenant_id = $1 AND i.external_id = ANY ($2::text[]) AND i.external_id IS NOT NULL

-- name: insert
INSERT INTO allocations (
    tenant_id, id, kind, amount, dated_on, recorded_on, effective_on, external_id, invoice_id, credit_note_id, invoice_position,
    credit_note_position, by_invoice, by_credit_note, by_hand, updated_at)
SELECT $1, n.id, n.kind, n.amount, n.dated_on, n.recorded_on, LEAST(n.dated_on, n.recorded_on), n.external_id, n.invoice_id,
       n.credit_note_id, n.invoice_position, n.credit_note_position, n.by_invoice, n.by_credit_note, n.by_hand, $2
FROM (SELECT unnest($3::text::uuid[]) AS id, unnest($4::text::text[]) AS kind, unnest($5::text::bigint[]) AS amount,
             unnest($6::text::date[]) AS dated_on, unnest($7::text::date[]) AS recorded_on, unnest($8::text::text[]) AS external_id,
             unnest($9::text::uuid[]) AS invoice_id, unnest($10::text::uuid[]) AS credit_note_id,
             unnest($11::text::int[]) AS invoice_position, unnest($12::text::int[]) AS credit_note_position,
             unnest($13::text::boolean[]) AS by_invoice, unnest($14::text::boolean[]) AS by_credit_note,
             unnest($15::text::boolean[]) AS by_hand) AS n
RETURNING 1

-- name: update
UPDATE allocations AS a
SET amount = n.amount, dated_on = n.dated_on, effective_on = LEAST(n.dated_on, a.recorded_on), external_id = n.external_id,
    by_invoice = n.by_invoice, by_credit_note = n.by_credit_note, by_hand = n.by_hand, updated_at = $2
FROM unnest($3::text::uuid[], $4::text::bigint[], $5::text::date[], $6::text::text[], $7::text::boolean[], $8::text::boolean[], $9::text::boolean[])
    AS n (id, amount, dated_on, external_id, by_invoice, by_credit_note, by_hand)
WHERE a.tenant_id = $1 AND a.id = n.id

-- name: delete
DELETE FROM allocations
WHERE tenant_id = $1 AND id = ANY ($2::uuid[])
