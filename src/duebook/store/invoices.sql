-- Invoices: look-ups, locks and set-based writes. Instalment arrays come in as array literals (text), since their lengths differ per row.

-- name: lock_by_external_id
-- IS NOT NULL, here and elsewhere: older planners do not see that a list of values implies it, and the index knows only such rows.
SELECT id, customer_id, external_id, reference, amount, net_amount, currency, default_amount, issued_on, due_on,
       instalment_due_on, instalment_amount, instalment_default_amount, amount_paid, amount_offset, standing, uncovered_on,
       promised_on, review_on, recovery_on, disputed_on, payment_in_progress_on, positions, updated_at
FROM invoices
WHERE tenant_id = $1 AND external_id = ANY ($2::text[]) AND external_id IS NOT NULL
ORDER BY id
FOR UPDATE

-- name: lock
SELECT id, customer_id, external_id, reference, amount, net_amount, currency, default_amount, issued_on, due_on,
       instalment_due_on, instalment_amount, instalment_default_amount, amount_paid, amount_offset, standing, uncovered_on,
       promised_on, review_on, recovery_on, disputed_on, payment_in_progress_on, positions, updated_at
FROM invoices
WHERE tenant_id = $1 AND id = ANY ($2::uuid[])
ORDER BY id
FOR UPDATE

-- name: find_references
SELECT id, external_id
FROM invoices
WHERE tenant_id = $1 AND id = ANY ($2::uuid[])
UNION
SELECT id, external_id
FROM invoices
WHERE tenant_id = $1 AND external_id = ANY ($3::text[]) AND external_id IS NOT NULL

-- name: insert
-- An external id that another writer has just taken is a unique violation: the unit of work is run again and finds it known. (ON CONFLICT would
-- insert every row speculatively, which costs a tenth more.)
-- RETURNING: a distributed database refuses INSERT … SELECT FROM unnest behind row-level security without it. One row of it is fetched.
INSERT INTO invoices (
    tenant_id, id, customer_id, external_id, reference, amount, net_amount, currency, default_amount, issued_on, due_on,
    instalment_due_on, instalment_amount, instalment_default_amount, amount_paid, amount_offset, standing, uncovered_on, review_on,
    positions, payment_in_progress_on, updated_at)
SELECT $1, n.id, n.customer_id, n.external_id, n.reference, n.amount, n.net_amount, n.currency, n.default_amount, n.issued_on, n.due_on,
       n.instalment_due_on::date[], n.instalment_amount::bigint[], n.instalment_default_amount::bigint[], n.amount_paid, n.amount_offset,
       n.standing, n.uncovered_on, n.review_on, n.positions, n.payment_in_progress_on, $2
FROM (SELECT unnest($3::text::uuid[]) AS id, unnest($4::text::uuid[]) AS customer_id, unnest($5::text::text[]) AS external_id,
             unnest($6::text::text[]) AS reference, unnest($7::text::bigint[]) AS amount, unnest($8::text::bigint[]) AS net_amount,
             unnest($9::text::text[]) AS currency, unnest($10::text::bigint[]) AS default_amount,
             unnest($11::text::date[]) AS issued_on, unnest($12::text::date[]) AS due_on,
             unnest($13::text::text[]) AS instalment_due_on, unnest($14::text::text[]) AS instalment_amount,
             unnest($15::text::text[]) AS instalment_default_amount, unnest($16::text::bigint[]) AS amount_paid,
             unnest($17::text::bigint[]) AS amount_offset, unnest($18::text::text[]) AS standing,
             unnest($19::text::date[]) AS uncovered_on, unnest($20::text::date[]) AS review_on, unnest($21::text::int[]) AS positions,
             unnest($22::text::date[]) AS payment_in_progress_on) AS n
RETURNING 1

-- name: insert_plain
-- As insert, for invoices of one instalment in one currency, with no row on them and something to pay: less than half the columns come in.
INSERT INTO invoices (
    tenant_id, id, customer_id, external_id, reference, amount, net_amount, currency, default_amount, issued_on, due_on,
    instalment_due_on, instalment_amount, instalment_default_amount, amount_paid, amount_offset, standing, uncovered_on, review_on,
    positions, updated_at)
SELECT $1, n.id, n.customer_id, n.external_id, n.reference, n.amount, n.net_amount, $3, n.amount, n.issued_on, n.due_on,
       ARRAY[n.due_on], ARRAY[n.amount], ARRAY[n.amount], 0, 0, 'open', n.due_on, n.review_on, 0, $2
FROM (SELECT unnest($4::uuid[]) AS id, unnest($5::uuid[]) AS customer_id, unnest($6::text::text[]) AS external_id,
             unnest($7::text::text[]) AS reference, unnest($8::text::bigint[]) AS amount, unnest($9::text::bigint[]) AS net_amount,
             unnest($10::text::date[]) AS issued_on, unnest($11::text::date[]) AS due_on, unnest($12::text::date[]) AS review_on) AS n
RETURNING 1

-- name: update
UPDATE invoices AS i
SET customer_id = n.customer_id, external_id = n.external_id, reference = n.reference, amount = n.amount, net_amount = n.net_amount,
    currency = n.currency, default_amount = n.default_amount, issued_on = n.issued_on, due_on = n.due_on,
    instalment_due_on = n.instalment_due_on::date[], instalment_amount = n.instalment_amount::bigint[],
    instalment_default_amount = n.instalment_default_amount::bigint[], amount_paid = n.amount_paid, amount_offset = n.amount_offset,
    standing = n.standing, uncovered_on = n.uncovered_on, review_on = n.review_on, disputed_on = n.disputed_on,
    payment_in_progress_on = n.payment_in_progress_on, positions = n.positions, updated_at = $2
FROM unnest($3::text::uuid[], $4::text::uuid[], $5::text::text[], $6::text::text[], $7::text::bigint[], $8::text::bigint[], $9::text::text[], $10::text::bigint[], $11::text::date[],
            $12::text::date[], $13::text::text[], $14::text::text[], $15::text::text[], $16::text::bigint[], $17::text::bigint[], $18::text::text[], $19::text::date[], $20::text::date[],
            $21::text::int[], $22::text::date[], $23::text::date[])
    AS n (id, customer_id, external_id, reference, amount, net_amount, currency, default_amount, issued_on,
          due_on, instalment_due_on, instalment_amount, instalment_default_amount, amount_paid, amount_offset, standing, uncovered_on,
          review_on, positions, disputed_on, payment_in_progress_on)
WHERE i.tenant_id = $1 AND i.id = n.id

-- name: read
-- An InvoiceFace, as lists.sql gives one, then its allocations in order of recording: both halves are cheaper to find and to read than a
-- join, which tells the face with each of them, and than four aggregates.
SELECT i.id, i.customer_id, i.external_id, i.reference, i.amount, i.currency, i.default_amount, i.issued_on, i.due_on,
       CASE WHEN cardinality(i.instalment_due_on) = 1 THEN nullif(i.instalment_due_on[1], i.due_on) END AS only_due_on,
       CASE WHEN cardinality(i.instalment_due_on) > 1 THEN i.instalment_due_on END AS instalment_due_on,
       CASE WHEN cardinality(i.instalment_due_on) > 1 THEN i.instalment_amount END AS instalment_amount,
       CASE WHEN cardinality(i.instalment_due_on) > 1 THEN i.instalment_default_amount END AS instalment_default_amount,
       i.amount_paid, i.amount_offset, i.standing, i.uncovered_on, i.promised_on,
       (date_part('epoch', i.updated_at) * 1000)::bigint AS updated_ms,
       NULL AS kind, NULL::bigint AS row_amount, NULL::date AS dated_on, NULL AS row_external_id, NULL::uuid AS credit_note_id,
       NULL AS credit_note_external_id, NULL::int AS invoice_position
FROM invoices AS i
WHERE i.tenant_id = $1 AND i.id = $2
UNION ALL
SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
       a.kind, a.amount, a.dated_on, a.external_id, a.credit_note_id, c.external_id, a.invoice_position
FROM allocations AS a
LEFT JOIN credit_notes AS c ON c.tenant_id = $1 AND c.id = a.credit_note_id
WHERE a.tenant_id = $1 AND a.invoice_id = $2
ORDER BY invoice_position NULLS FIRST

-- name: due_for_review
SELECT id, customer_id, external_id, reference, amount, net_amount, currency, default_amount, issued_on, due_on,
       instalment_due_on, instalment_amount, instalment_default_amount, amount_paid, amount_offset, standing, uncovered_on,
       promised_on, review_on, recovery_on, disputed_on, payment_in_progress_on, positions, updated_at
FROM invoices
WHERE tenant_id = $1 AND review_on <= $2
ORDER BY review_on
LIMIT $3
FOR UPDATE SKIP LOCKED

-- name: set_review
UPDATE invoices AS i
SET review_on = n.review_on
FROM unnest($2::text::uuid[], $3::text::date[]) AS n (id, review_on)
WHERE i.tenant_id = $1 AND i.id = n.id
