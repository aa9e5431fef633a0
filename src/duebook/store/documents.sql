-- Documents as both doors show them: what is owed, what was written, and what both refer to, each by id for any number of documents at once.

-- name: invoices_of
SELECT id, customer_id, external_id, reference, amount, net_amount, currency, default_amount, issued_on, due_on,
       instalment_due_on, instalment_amount, instalment_default_amount, amount_paid, amount_offset, standing, uncovered_on,
       promised_on, review_on, recovery_on, disputed_on, payment_in_progress_on, positions, updated_at
FROM invoices
WHERE tenant_id = $1 AND id = ANY ($2::uuid[])

-- name: credit_notes_of
SELECT id, customer_id, external_id, reference, amount, net_amount, currency, default_amount, issued_on, due_on, amount_paid_back,
       amount_linked, standing, recovery_on, disputed_on, positions, updated_at
FROM credit_notes
WHERE tenant_id = $1 AND id = ANY ($2::uuid[])

-- name: rows_of
-- The rows of invoices and of credit notes, each document's in order of recording; a link comes once for each of its documents among these.
SELECT a.invoice_id AS document_id, a.invoice_position AS position, a.id, a.kind, a.amount, a.dated_on, a.external_id,
       a.credit_note_id AS counterpart_id, c.external_id AS counterpart_external_id
FROM allocations AS a
LEFT JOIN credit_notes AS c ON c.tenant_id = $1 AND c.id = a.credit_note_id
WHERE a.tenant_id = $1 AND a.invoice_id = ANY ($2::uuid[]) AND a.invoice_id IS NOT NULL
UNION ALL
SELECT a.credit_note_id, a.credit_note_position, a.id, a.kind, a.amount, a.dated_on, a.external_id, a.invoice_id, i.external_id
FROM allocations AS a
LEFT JOIN invoices AS i ON i.tenant_id = $1 AND i.id = a.invoice_id
WHERE a.tenant_id = $1 AND a.credit_note_id = ANY ($2::uuid[]) AND a.credit_note_id IS NOT NULL
ORDER BY 1, 2

-- name: transactions_of
-- By when they are (or were) to happen, then as they were made.
SELECT id, document_id, customer_id, kind, status, amount, currency, method, process_at, settled_at, payment_method_id, bank_account_id,
       provider_name, provider_id, provider_transaction_id, updated_at
FROM transactions
WHERE tenant_id = $1 AND document_id = ANY ($2::uuid[])
ORDER BY document_id, process_at, id

-- name: page_secret
-- What the addresses of public pages are proved by.
SELECT page_secret
FROM tenants
WHERE tenant_id = $1

-- name: originals_of
-- The numbers of the invoices that credit notes belong to.
SELECT id, reference
FROM invoices
WHERE tenant_id = $1 AND id = ANY ($2::uuid[])

-- name: credited
-- What the final credit notes of these invoices come to, and when the last of them was issued.
SELECT original_id, sum(total)::bigint, max(issued_at)
FROM papers
WHERE tenant_id = $1 AND original_id = ANY ($2::uuid[]) AND original_id IS NOT NULL AND kind = 'credit_note' AND NOT is_draft
GROUP BY original_id
