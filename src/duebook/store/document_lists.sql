-- Lists of documents: invoices and credit notes, each with its paper if it has one, and what stands on paper alone (drafts, and documents without
-- legal value). A page or a count puts together the branches below that can hold what is asked for, each in the order of the list and no longer
-- than the page, so that a page costs the same at every place of a list of any length: `document_lists.py` writes them where `branches` stands.
-- created_at is the instant of the id: that order is the order of the primary keys. The order by the id's text is the same, which no index has:
-- it makes the planner find few rows by something else first and sort them then. LIMIT is a number, since plans are made for all values at once
-- and an unknown limit counts as a tenth of the tenant.

-- name: page
SELECT u.id, u.at
FROM (
    SELECT NULL::uuid AS id, NULL::timestamptz AS at WHERE false AND :tenant_id::uuid IS NULL
    -- branches
) AS u
--? all_created_up: ORDER BY u.id
--? all_created_down: ORDER BY u.id DESC
--? all_emitted_up: ORDER BY u.at, u.id
--? all_emitted_down: ORDER BY u.at DESC, u.id DESC
LIMIT :size OFFSET :skipped

-- name: count
--? count: SELECT count(*)
FROM (
    SELECT NULL::uuid AS id, NULL::timestamptz AS at WHERE false AND :tenant_id::uuid IS NULL
    -- branches
) AS u

-- name: invoices
-- words: the status and every other word of the filter by status that an invoice answers to.
SELECT d.id
--? created_at: , NULL::timestamptz AS at
--? emitted_at: , COALESCE(p.issued_at, d.issued_on::timestamp AT TIME ZONE 'UTC') AS at
FROM invoices AS d
LEFT JOIN papers AS p ON p.tenant_id = :tenant_id AND p.id = d.id
CROSS JOIN LATERAL (
    SELECT ARRAY[
        CASE
            WHEN d.standing IN ('paid', 'offset') THEN 'paid'
            WHEN d.amount_paid > 0 OR d.amount_offset > 0 THEN 'partially_paid'
            ELSE 'to_pay'
        END,
--? refunded: CASE
--? refunded:     WHEN d.amount > 0 AND d.amount <= (
--? refunded:         SELECT sum(c.total)
--? refunded:         FROM papers AS c
--? refunded:         WHERE c.tenant_id = :tenant_id AND c.original_id = d.id AND c.kind = 'credit_note' AND NOT c.is_draft
--? refunded:     ) THEN 'refunded'
--? refunded: END,
        CASE WHEN d.standing NOT IN ('paid', 'offset') AND d.uncovered_on < :day THEN 'late' END,
        CASE WHEN d.reference <> '' THEN 'finalized' END
    ] AS words
) AS told
WHERE d.tenant_id = :tenant_id
--? one_standing: AND d.standing = :standing
--? credited: AND d.id IN (SELECT c.original_id FROM papers AS c WHERE c.tenant_id = :tenant_id AND c.original_id IS NOT NULL)
--? after_created_up: AND d.id > :after_id
--? after_created_down: AND d.id < :after_id
--? after_emitted_up: AND (COALESCE(p.issued_at, d.issued_on::timestamp AT TIME ZONE 'UTC'), d.id) > (:after_at, :after_id)
--? after_emitted_down: AND (COALESCE(p.issued_at, d.issued_on::timestamp AT TIME ZONE 'UTC'), d.id) < (:after_at, :after_id)
--& status tags: told.words
--& id id: d.id
--& customer_id id: d.customer_id
--& subscription_id text: p.subscription_id
--& entity_id id: COALESCE(p.entity_id, (SELECT e.id FROM entities AS e WHERE e.tenant_id = :tenant_id AND e.is_default))
--& number text: d.reference
--& original_id id: p.original_id
--& original_number text: (SELECT o.reference FROM invoices AS o WHERE o.tenant_id = :tenant_id AND o.id = p.original_id)
--& period_start instant: p.period_starts_at
--& period_end instant: p.period_ends_at
--& issued_at instant: COALESCE(p.issued_at, d.issued_on::timestamp AT TIME ZONE 'UTC')
--& due_at instant: COALESCE(p.due_at, d.due_on::timestamp AT TIME ZONE 'UTC')
--& updated_at instant: d.updated_at
--? created_up: ORDER BY d.id
--? created_down: ORDER BY d.id DESC
--? few_up: ORDER BY d.id::text COLLATE "C"
--? few_down: ORDER BY d.id::text COLLATE "C" DESC
--? emitted_up: ORDER BY COALESCE(p.issued_at, d.issued_on::timestamp AT TIME ZONE 'UTC'), d.id
--? emitted_down: ORDER BY COALESCE(p.issued_at, d.issued_on::timestamp AT TIME ZONE 'UTC') DESC, d.id DESC
--? page: LIMIT 101
--? far: LIMIT 10000

-- name: credit_notes
SELECT d.id
--? created_at: , NULL::timestamptz AS at
--? emitted_at: , COALESCE(p.issued_at, d.issued_on::timestamp AT TIME ZONE 'UTC') AS at
FROM credit_notes AS d
LEFT JOIN papers AS p ON p.tenant_id = :tenant_id AND p.id = d.id
CROSS JOIN LATERAL (
    SELECT ARRAY[
        CASE
            WHEN d.standing = 'deducted' THEN 'paid'
            WHEN d.amount_paid_back > 0 OR d.amount_linked > 0 THEN 'partially_paid'
            ELSE 'to_pay'
        END,
        CASE WHEN d.reference <> '' THEN 'finalized' END
    ] AS words
) AS told
WHERE d.tenant_id = :tenant_id
--? after_created_up: AND d.id > :after_id
--? after_created_down: AND d.id < :after_id
--? after_emitted_up: AND (COALESCE(p.issued_at, d.issued_on::timestamp AT TIME ZONE 'UTC'), d.id) > (:after_at, :after_id)
--? after_emitted_down: AND (COALESCE(p.issued_at, d.issued_on::timestamp AT TIME ZONE 'UTC'), d.id) < (:after_at, :after_id)
--& status tags: told.words
--& id id: d.id
--& customer_id id: d.customer_id
--& subscription_id text: p.subscription_id
--& entity_id id: COALESCE(p.entity_id, (SELECT e.id FROM entities AS e WHERE e.tenant_id = :tenant_id AND e.is_default))
--& number text: d.reference
--& original_id id: p.original_id
--& original_number text: (SELECT o.reference FROM invoices AS o WHERE o.tenant_id = :tenant_id AND o.id = p.original_id)
--& period_start instant: p.period_starts_at
--& period_end instant: p.period_ends_at
--& issued_at instant: COALESCE(p.issued_at, d.issued_on::timestamp AT TIME ZONE 'UTC')
--& due_at instant: COALESCE(p.due_at, COALESCE(d.due_on, d.issued_on)::timestamp AT TIME ZONE 'UTC')
--& updated_at instant: d.updated_at
--? created_up: ORDER BY d.id
--? created_down: ORDER BY d.id DESC
--? few_up: ORDER BY d.id::text COLLATE "C"
--? few_down: ORDER BY d.id::text COLLATE "C" DESC
--? emitted_up: ORDER BY COALESCE(p.issued_at, d.issued_on::timestamp AT TIME ZONE 'UTC'), d.id
--? emitted_down: ORDER BY COALESCE(p.issued_at, d.issued_on::timestamp AT TIME ZONE 'UTC') DESC, d.id DESC
--? page: LIMIT 101
--? far: LIMIT 10000

-- name: alone
-- A draft is never late. The day an instant falls on is that of midnight UTC in every zone.
SELECT p.id
--? created_at: , NULL::timestamptz AS at
--? emitted_at: , p.issued_at AS at
FROM papers AS p
CROSS JOIN LATERAL (
    SELECT ARRAY[
        CASE
            WHEN p.is_draft THEN 'draft'
            WHEN p.amount_paid >= p.total THEN 'paid'
            WHEN p.amount_paid > 0 THEN 'partially_paid'
            ELSE 'to_pay'
        END,
        CASE
            WHEN NOT p.is_draft AND p.amount_paid < p.total AND :day > (
                p.due_at AT TIME ZONE CASE WHEN p.due_at = date_trunc('day', p.due_at, 'UTC') THEN 'UTC' ELSE :timezone END
            )::date THEN 'late'
        END,
        CASE WHEN p.number <> '' THEN 'finalized' END
    ] AS words
) AS told
WHERE p.tenant_id = :tenant_id AND (p.is_draft OR p.kind = 'document')
--? after_created_up: AND p.id > :after_id
--? after_created_down: AND p.id < :after_id
--? after_emitted_up: AND (p.issued_at, p.id) > (:after_at, :after_id)
--? after_emitted_down: AND (p.issued_at, p.id) < (:after_at, :after_id)
--& kind text: p.kind
--& status tags: told.words
--& id id: p.id
--& customer_id id: p.customer_id
--& subscription_id text: p.subscription_id
--& entity_id id: p.entity_id
--& number text: p.number
--& original_id id: p.original_id
--& original_number text: (SELECT o.reference FROM invoices AS o WHERE o.tenant_id = :tenant_id AND o.id = p.original_id)
--& period_start instant: p.period_starts_at
--& period_end instant: p.period_ends_at
--& issued_at instant: p.issued_at
--& due_at instant: p.due_at
--& updated_at instant: p.updated_at
--? created_up: ORDER BY p.id
--? created_down: ORDER BY p.id DESC
--? few_up: ORDER BY p.id::text COLLATE "C"
--? few_down: ORDER BY p.id::text COLLATE "C" DESC
--? emitted_up: ORDER BY p.issued_at, p.id
--? emitted_down: ORDER BY p.issued_at DESC, p.id DESC
--? page: LIMIT 101
--? far: LIMIT 10000

-- name: number_alone
-- How many documents stand on paper alone, by kind.
SELECT kind, count(*)
FROM papers
WHERE tenant_id = $1 AND (is_draft OR kind = 'document')
GROUP BY kind

-- name: updated_since
-- How many invoices were changed since $2, as far as they are few.
SELECT count(*)
FROM (SELECT 1 FROM invoices WHERE tenant_id = $1 AND updated_at >= $2 LIMIT $3) AS found

-- name: with_line
-- The document that has this line: an import has one, with its own id.
SELECT id
FROM papers
WHERE tenant_id = $1 AND $2::uuid = ANY (line_ids)
UNION ALL
SELECT $2
WHERE NOT EXISTS (SELECT FROM papers WHERE tenant_id = $1 AND id = $2)

-- name: customer_named
SELECT id
FROM customers
WHERE tenant_id = $1 AND external_id = $2
