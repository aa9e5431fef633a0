-- Lists: pages and exact totals. List blocks (see queries.py): a `--?` line stands when its condition is given. `total` and
-- `total_by_status` (invoices) are for first pages, which are asked most: page and total in one statement.
-- Words are found in the collation of the database: that of external_id, "C", knows no letter beyond ASCII.
-- createdAt is the instant of the id, so the default order is that of the primary key. An order by the id's text is the same order, which no index
-- has: of a few rows that were updated lately they are found first and sorted then, instead of walking the primary key until they come by.
-- Far pages start at a page mark.

-- name: mark_before
SELECT position, id
FROM page_marks
WHERE tenant_id = $1 AND position <= $2
ORDER BY position DESC
LIMIT 1

-- name: last_mark
SELECT position, id
FROM page_marks
WHERE tenant_id = $1
ORDER BY position DESC
LIMIT 1

-- name: next_mark
-- The invoice $3 places behind the last mark, if no writer that still runs can put one before it: ids carry the instant they were made.
SELECT d.id
FROM invoices AS d
WHERE d.tenant_id = $1 AND d.id >= $2
ORDER BY d.id
OFFSET $3
LIMIT 1

-- name: oldest_writer
SELECT coalesce(min(xact_start), now()) AS since
FROM pg_stat_activity
WHERE datname = current_database() AND xact_start IS NOT NULL

-- name: insert_mark
INSERT INTO page_marks (tenant_id, position, id)
VALUES ($1, $2, $3)

-- name: invoices
-- An InvoiceFace (invoices.py), then its InvoiceRows as JSON, if it has any: in one statement, for between two of them a payment may be
-- recorded, and the page would show an amount paid that its payments do not come to. What is made of columns is made of the page's rows
-- alone, not of those it skips: hence the inner SELECT, whose order PostgreSQL keeps.
--? page: SELECT d.id, d.customer_id, d.external_id, d.reference, d.amount, d.currency, d.default_amount, d.issued_on, d.due_on,
--? page:        CASE WHEN cardinality(d.instalment_due_on) = 1 THEN nullif(d.instalment_due_on[1], d.due_on) END AS only_due_on,
--? page:        CASE WHEN cardinality(d.instalment_due_on) > 1 THEN d.instalment_due_on END AS instalment_due_on,
--? page:        CASE WHEN cardinality(d.instalment_due_on) > 1 THEN d.instalment_amount END AS instalment_amount,
--? page:        CASE WHEN cardinality(d.instalment_due_on) > 1 THEN d.instalment_default_amount END AS instalment_default_amount,
--? page:        d.amount_paid, d.amount_offset, d.standing, d.uncovered_on, d.promised_on,
--? page:        (date_part('epoch', d.updated_at) * 1000)::bigint AS updated_ms,
--? page:        CASE WHEN d.positions > 0 THEN (
--? page:            SELECT json_agg(
--? page:                       json_build_array(
--? page:                           a.kind, a.amount, a.dated_on, a.external_id, a.credit_note_id,
--? page:                           CASE WHEN a.credit_note_id IS NOT NULL THEN (
--? page:                               SELECT c.external_id FROM credit_notes AS c WHERE c.tenant_id = :tenant_id AND c.id = a.credit_note_id
--? page:                           ) END
--? page:                       ) ORDER BY a.invoice_position
--? page:                   )
--? page:            FROM allocations AS a
--? page:            WHERE a.tenant_id = :tenant_id AND a.invoice_id = d.id
--? page:        ) END AS rows
--? total: , (SELECT coalesce(sum(t.invoices), 0)::bigint FROM tallies AS t WHERE t.tenant_id = :tenant_id) AS total
--? total_by_status: , (SELECT coalesce(sum(entry.difference), 0)::bigint
--? total_by_status:    FROM tallies AS t, unnest(t.standing, t.uncovered_on, t.promised_on, t.difference)
--? total_by_status:        AS entry (standing, uncovered_on, promised_on, difference)
--? total_by_status:    WHERE t.tenant_id = :tenant_id
--? total_by_status:          AND CASE WHEN entry.standing <> 'open' THEN entry.standing WHEN entry.promised_on >= :day THEN 'upcoming_payment'
--? total_by_status:                   WHEN entry.uncovered_on < :day THEN 'overdue' ELSE 'due' END = ANY (:statuses)) AS total
--? page: FROM (SELECT d.*
--? count: SELECT count(*)
FROM invoices AS d
--? words: JOIN customers AS c ON c.tenant_id = :tenant_id AND c.id = d.customer_id
WHERE d.tenant_id = :tenant_id
--? from_id: AND d.id >= :from_id
--? customer_id: AND d.customer_id = :customer_id
--? external_id: AND d.external_id = :external_id
--? updated_since: AND d.updated_at >= :updated_since
--? timeless: AND d.standing = :standing
--? upcoming_payment: AND d.standing = 'open' AND d.promised_on >= :day
--? overdue: AND d.standing = 'open' AND d.uncovered_on < :day AND (d.promised_on IS NULL OR d.promised_on < :day)
--? due: AND d.standing = 'open' AND (d.uncovered_on IS NULL OR d.uncovered_on >= :day) AND (d.promised_on IS NULL OR d.promised_on < :day)
--? several: AND CASE WHEN d.standing <> 'open' THEN d.standing WHEN d.promised_on >= :day THEN 'upcoming_payment'
--? several:          WHEN d.uncovered_on < :day THEN 'overdue' ELSE 'due' END = ANY (:statuses)
--? words: AND (d.reference || ' ' || coalesce(d.external_id, '') || ' ' || c.name || ' ' || d.amount::text) COLLATE "default" ~* ALL (:words)
--? createdAt: ORDER BY d.id
--? createdAt_down: ORDER BY d.id DESC
--? createdAt_of_few: ORDER BY d.id::text COLLATE "C"
--? createdAt_of_few_down: ORDER BY d.id::text COLLATE "C" DESC
--? updatedAt: ORDER BY d.updated_at, d.id
--? updatedAt_down: ORDER BY d.updated_at DESC, d.id DESC
--? issueDate: ORDER BY d.issued_on, d.id
--? issueDate_down: ORDER BY d.issued_on DESC, d.id DESC
--? dueDate: ORDER BY d.due_on, d.id
--? dueDate_down: ORDER BY d.due_on DESC, d.id DESC
--? amount: ORDER BY d.amount, d.id
--? amount_down: ORDER BY d.amount DESC, d.id DESC
--? page: LIMIT :size OFFSET :skipped) AS d

-- name: credit_notes
--? page: SELECT d.id
--? total: , (SELECT coalesce(sum(t.credit_notes), 0)::bigint FROM tallies AS t WHERE t.tenant_id = :tenant_id) AS total
--? count: SELECT count(*)
FROM credit_notes AS d
--? words: JOIN customers AS c ON c.tenant_id = :tenant_id AND c.id = d.customer_id
WHERE d.tenant_id = :tenant_id
--? customer_id: AND d.customer_id = :customer_id
--? external_id: AND d.external_id = :external_id
--? updated_since: AND d.updated_at >= :updated_since
--? timeless: AND d.standing = :standing
--? several: AND d.standing = ANY (:statuses)
--? words: AND (d.reference || ' ' || coalesce(d.external_id, '') || ' ' || c.name || ' ' || d.amount::text) COLLATE "default" ~* ALL (:words)
--? createdAt: ORDER BY d.id
--? createdAt_down: ORDER BY d.id DESC
--? createdAt_of_few: ORDER BY d.id::text COLLATE "C"
--? createdAt_of_few_down: ORDER BY d.id::text COLLATE "C" DESC
--? updatedAt: ORDER BY d.updated_at, d.id
--? updatedAt_down: ORDER BY d.updated_at DESC, d.id DESC
--? issueDate: ORDER BY d.issued_on, d.id
--? issueDate_down: ORDER BY d.issued_on DESC, d.id DESC
--? dueDate: ORDER BY d.due_on, d.id
--? dueDate_down: ORDER BY d.due_on DESC, d.id DESC
--? amount: ORDER BY d.amount, d.id
--? amount_down: ORDER BY d.amount DESC, d.id DESC
--? page: LIMIT :size OFFSET :skipped

-- name: customers
--? page: SELECT d.id
--? total: , (SELECT coalesce(sum(t.customers), 0)::bigint FROM tallies AS t WHERE t.tenant_id = :tenant_id) AS total
--? count: SELECT count(*)
FROM customers AS d
WHERE d.tenant_id = :tenant_id
--? external_id: AND d.external_id = :external_id
--? updated_since: AND d.updated_at >= :updated_since
--? words: AND (d.name || ' ' || coalesce(d.external_id, '')) COLLATE "default" ~* ALL (:words)
--? createdAt: ORDER BY d.id
--? createdAt_down: ORDER BY d.id DESC
--? createdAt_of_few: ORDER BY d.id::text COLLATE "C"
--? createdAt_of_few_down: ORDER BY d.id::text COLLATE "C" DESC
--? updatedAt: ORDER BY d.updated_at, d.id
--? updatedAt_down: ORDER BY d.updated_at DESC, d.id DESC
--? name: ORDER BY d.name, d.id
--? name_down: ORDER BY d.name DESC, d.id DESC
--? page: LIMIT :size OFFSET :skipped
