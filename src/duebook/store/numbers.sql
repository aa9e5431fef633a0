-- The counters of the sellers' numbers.

-- name: move
-- Locked in order of id, so that two batches that number for the same sellers never wait for each other in a ring. What comes back is where each
-- counter stood, with the pattern of that moment.
WITH locked AS (
    SELECT id
    FROM entities
    WHERE tenant_id = $1 AND id = ANY ($2::uuid[])
    ORDER BY id
    FOR NO KEY UPDATE
)
UPDATE entities AS e
SET next_invoice_number = e.next_invoice_number + n.invoices, has_invoice_numbers = e.has_invoice_numbers OR n.invoices > 0,
    next_credit_note_number = e.next_credit_note_number + n.credit_notes, has_credit_note_numbers = e.has_credit_note_numbers OR n.credit_notes > 0,
    next_document_number = e.next_document_number + n.documents, has_document_numbers = e.has_document_numbers OR n.documents > 0
FROM locked AS l, unnest($2::uuid[], $3::bigint[], $4::bigint[], $5::bigint[]) AS n (id, invoices, credit_notes, documents)
WHERE e.tenant_id = $1 AND e.id = l.id AND n.id = l.id
RETURNING e.id, e.timezone, e.next_invoice_number - n.invoices, e.invoice_pattern, e.next_credit_note_number - n.credit_notes, e.credit_note_pattern,
          e.next_document_number - n.documents, e.document_pattern
