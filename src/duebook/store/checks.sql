-- What `duebook doctor` reads: whole tables of one tenant in order of their keys, a page at a time, on one snapshot. It writes nothing.
-- Sums and standings are deliberately not worked out here: the core does that, so that the proof does not lean on what it proves.

-- name: set_patience
-- A page is short, but a machine that is busy with traffic may be slow; the transaction alone is patient.
SELECT set_config('statement_timeout', '600000', true), set_config('work_mem', '16MB', true)

-- name: next_xid
-- Every transaction that this cluster has begun is below it.
SELECT pg_snapshot_xmax(pg_current_snapshot())::text

-- name: last_xid
-- Named by its table: the output column of the same name is text, in whose order 1000 comes before 999.
SELECT j.xid::text
FROM journal AS j
WHERE j.tenant_id = $1
ORDER BY j.xid DESC, j.id DESC
LIMIT 1

-- name: sealed_rows
SELECT coalesce(sum(rows), 0)::bigint
FROM journal_blocks
WHERE tenant_id = $1

-- name: blocks
SELECT number, first_xid::text, first_id, last_xid::text, last_id, rows, sha256
FROM journal_blocks
WHERE tenant_id = $1 AND number > $2
ORDER BY number
LIMIT 500

-- name: journal
-- Named by its table, as above.
SELECT j.xid::text, j.id, j.object_id, j.kind, j.action, j.body, j.sha256
FROM journal AS j
WHERE j.tenant_id = $1 AND (j.xid, j.id) > ($2::text::xid8, $3::uuid)
ORDER BY j.xid, j.id
LIMIT 2000

-- name: customers
SELECT id, external_id, name, registration_number, vat_number, currency, language, payment_term_days, updated_at, archived_at, entity_id,
       country, billing_email, profile
FROM customers
WHERE tenant_id = $1 AND id > $2
ORDER BY id
LIMIT 2000

-- name: invoices
SELECT id, customer_id, external_id, reference, amount, net_amount, currency, default_amount, issued_on, due_on,
       instalment_due_on, instalment_amount, instalment_default_amount, amount_paid, amount_offset, standing, uncovered_on,
       promised_on, review_on, recovery_on, disputed_on, payment_in_progress_on, positions, updated_at
FROM invoices
WHERE tenant_id = $1 AND id > $2
ORDER BY id
LIMIT 1000

-- name: rows_of_invoices
-- By range, so that rows of an invoice that is not there are seen too.
SELECT id, kind, amount, dated_on, recorded_on, external_id, invoice_id, credit_note_id, invoice_position, credit_note_position,
       by_invoice, by_credit_note, by_hand, effective_on
FROM allocations
WHERE tenant_id = $1 AND invoice_id IS NOT NULL AND invoice_id > $2 AND invoice_id <= $3
ORDER BY invoice_id, invoice_position

-- name: counterparts
SELECT id, customer_id, currency
FROM credit_notes
WHERE tenant_id = $1 AND id = ANY ($2::uuid[])

-- name: credit_notes
SELECT id, customer_id, external_id, reference, amount, net_amount, currency, default_amount, issued_on, due_on, amount_paid_back,
       amount_linked, standing, recovery_on, disputed_on, positions, updated_at
FROM credit_notes
WHERE tenant_id = $1 AND id > $2
ORDER BY id
LIMIT 1000

-- name: rows_of_credit_notes
SELECT id, kind, amount, dated_on, recorded_on, external_id, invoice_id, credit_note_id, invoice_position, credit_note_position,
       by_invoice, by_credit_note, by_hand, effective_on
FROM allocations
WHERE tenant_id = $1 AND credit_note_id IS NOT NULL AND credit_note_id > $2 AND credit_note_id <= $3
ORDER BY credit_note_id, credit_note_position

-- name: stands
-- What lists are counted from, folded or not.
SELECT entry.standing, entry.uncovered_on, entry.promised_on, sum(entry.difference)::bigint AS number
FROM tallies AS t, unnest(t.standing, t.uncovered_on, t.promised_on, t.difference)
    AS entry (standing, uncovered_on, promised_on, difference)
WHERE t.tenant_id = $1
GROUP BY entry.standing, entry.uncovered_on, entry.promised_on
HAVING sum(entry.difference) <> 0

-- name: marks
SELECT position, id
FROM page_marks
WHERE tenant_id = $1

-- name: papers
SELECT id, kind, is_draft, entity_id, customer_id, currency, number, total, issued_at, due_at, content, settled_at, period_starts_at,
       period_ends_at, subscription_id, original_id, amount_paid, updated_at, line_ids, product_ids
FROM papers
WHERE tenant_id = $1 AND id > $2
ORDER BY id
LIMIT 500

-- name: receivables
SELECT id, 'invoice' AS kind, customer_id, currency, amount, net_amount, reference
FROM invoices
WHERE tenant_id = $1 AND id = ANY ($2::uuid[])
UNION ALL
SELECT id, 'credit_note', customer_id, currency, amount, net_amount, reference
FROM credit_notes
WHERE tenant_id = $1 AND id = ANY ($2::uuid[])

-- name: transactions
-- By range of their documents, so that those of a paper that is not there are seen too.
SELECT id, document_id, customer_id, kind, status, amount, currency, method, process_at, settled_at, payment_method_id, bank_account_id,
       provider_name, provider_id, provider_transaction_id, updated_at
FROM transactions
WHERE tenant_id = $1 AND document_id > $2 AND document_id <= $3
ORDER BY document_id, id

-- name: rows_named
SELECT id, kind, amount, dated_on, recorded_on, external_id, invoice_id, credit_note_id, invoice_position, credit_note_position,
       by_invoice, by_credit_note, by_hand
FROM allocations
WHERE tenant_id = $1 AND id = ANY ($2::uuid[])

-- name: batches
SELECT id, name, dialect, state, size, succeeded, failed, takes, is_set_aside, day, actor_kind, actor_id, request_sha256, updated_at,
       finished_at, outcomes
FROM batches
WHERE tenant_id = $1 AND id > $2
ORDER BY id
LIMIT 500

-- name: papers_there
SELECT id
FROM papers
WHERE tenant_id = $1 AND id = ANY ($2::uuid[])
