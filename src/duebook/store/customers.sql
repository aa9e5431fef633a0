-- Customers: who owes it.

-- name: find
-- Joined to the names rather than compared with a list of them: an unplanned list is gone through for every row of the tenant.
SELECT c.id, c.external_id
FROM unnest($2::text::uuid[]) AS n (id)
JOIN customers AS c ON c.tenant_id = $1 AND c.id = n.id
UNION
SELECT c.id, c.external_id
FROM unnest($3::text::text[]) AS n (external_id)
JOIN customers AS c ON c.tenant_id = $1 AND c.external_id = n.external_id

-- name: lock_by_external_id
SELECT id, external_id, name, registration_number, vat_number, currency, language, payment_term_days, updated_at, archived_at, entity_id,
       country, billing_email, profile
FROM customers
WHERE tenant_id = $1 AND external_id = ANY ($2::text[]) AND external_id IS NOT NULL
ORDER BY id
FOR NO KEY UPDATE

-- name: lock
SELECT id, external_id, name, registration_number, vat_number, currency, language, payment_term_days, updated_at, archived_at, entity_id,
       country, billing_email, profile
FROM customers
WHERE tenant_id = $1 AND id = ANY ($2::uuid[])
ORDER BY id
FOR NO KEY UPDATE

-- name: lock_whole
-- Against those too who are about to store a document of the customer: whoever holds this may delete it.
SELECT id, external_id, name, registration_number, vat_number, currency, language, payment_term_days, updated_at, archived_at, entity_id,
       country, billing_email, profile
FROM customers
WHERE tenant_id = $1 AND id = $2
FOR UPDATE

-- name: read_many
SELECT id, external_id, name, registration_number, vat_number, currency, language, payment_term_days, updated_at, archived_at, entity_id,
       country, billing_email, profile
FROM customers
WHERE tenant_id = $1 AND id = ANY ($2::uuid[])
ORDER BY id

-- name: insert
INSERT INTO customers (
    tenant_id, id, external_id, name, registration_number, vat_number, currency, language, payment_term_days, updated_at)
SELECT $1, n.id, n.external_id, n.name, n.registration_number, n.vat_number, n.currency, n.language, n.payment_term_days, $2
FROM unnest($3::text::uuid[], $4::text::text[], $5::text::text[], $6::text::text[], $7::text::text[], $8::text::text[], $9::text::text[], $10::text::int[])
    AS n (id, external_id, name, registration_number, vat_number, currency, language, payment_term_days)
RETURNING 1

-- name: insert_whole
INSERT INTO customers (
    tenant_id, id, external_id, name, registration_number, vat_number, currency, language, payment_term_days, updated_at, archived_at,
    entity_id, country, billing_email, profile)
SELECT $1, n.id, n.external_id, n.name, n.registration_number, n.vat_number, n.currency, n.language, n.payment_term_days, $2, n.archived_at,
       n.entity_id, n.country, n.billing_email, n.profile
FROM unnest($3::text::uuid[], $4::text::text[], $5::text::text[], $6::text::text[], $7::text::text[], $8::text::text[], $9::text::text[],
            $10::text::int[], $11::timestamptz[], $12::text::uuid[], $13::text::text[], $14::text::text[], $15::bytea[])
    AS n (id, external_id, name, registration_number, vat_number, currency, language, payment_term_days, archived_at, entity_id, country,
          billing_email, profile)
RETURNING 1

-- name: update
-- What is not named here belongs to other doors, and stays.
UPDATE customers AS c
SET external_id = n.external_id, name = n.name, registration_number = n.registration_number, vat_number = n.vat_number,
    currency = n.currency, language = n.language, payment_term_days = n.payment_term_days, updated_at = $2
FROM unnest($3::text::uuid[], $4::text::text[], $5::text::text[], $6::text::text[], $7::text::text[], $8::text::text[], $9::text::text[], $10::text::int[])
    AS n (id, external_id, name, registration_number, vat_number, currency, language, payment_term_days)
WHERE c.tenant_id = $1 AND c.id = n.id

-- name: update_whole
UPDATE customers AS c
SET external_id = n.external_id, name = n.name, registration_number = n.registration_number, vat_number = n.vat_number,
    currency = n.currency, language = n.language, payment_term_days = n.payment_term_days, updated_at = $2, archived_at = n.archived_at,
    entity_id = n.entity_id, country = n.country, billing_email = n.billing_email, profile = n.profile
FROM unnest($3::text::uuid[], $4::text::text[], $5::text::text[], $6::text::text[], $7::text::text[], $8::text::text[], $9::text::text[],
            $10::text::int[], $11::timestamptz[], $12::text::uuid[], $13::text::text[], $14::text::text[], $15::bytea[])
    AS n (id, external_id, name, registration_number, vat_number, currency, language, payment_term_days, archived_at, entity_id, country,
          billing_email, profile)
WHERE c.tenant_id = $1 AND c.id = n.id

-- name: delete
DELETE FROM customers
WHERE tenant_id = $1 AND id = $2

-- name: has_documents
SELECT EXISTS (SELECT FROM invoices WHERE tenant_id = $1 AND customer_id = $2)
    OR EXISTS (SELECT FROM credit_notes WHERE tenant_id = $1 AND customer_id = $2)
    OR EXISTS (SELECT FROM papers WHERE tenant_id = $1 AND customer_id = $2)

-- name: balances
-- numeric: a sum over many documents may be larger than any of them can be. Per customer and currency, what is open on the day. Overdue is what money, laid oldest first, leaves uncovered of the instalments before the day.
SELECT i.customer_id, i.currency,
       sum(GREATEST(0, i.amount - i.amount_paid - i.amount_offset)) AS outstanding,
       sum(CASE WHEN i.uncovered_on < $3 THEN GREATEST(0, late.amount - i.amount_paid - i.amount_offset) ELSE 0 END) AS overdue,
       sum(CASE WHEN i.standing = 'disputed' THEN GREATEST(0, i.amount - i.amount_paid - i.amount_offset) ELSE 0 END) AS disputed,
       sum(CASE WHEN i.standing = 'recovery' THEN GREATEST(0, i.amount - i.amount_paid - i.amount_offset) ELSE 0 END) AS recovery,
       sum(GREATEST(0, i.amount_paid + i.amount_offset - i.amount)) AS unapplied,
       0::numeric AS credit
FROM invoices AS i
LEFT JOIN LATERAL (
    SELECT sum(part.amount) AS amount
    FROM unnest(i.instalment_due_on, i.instalment_amount) AS part (due_on, amount)
    WHERE part.due_on < $3
) AS late ON i.uncovered_on < $3
WHERE i.tenant_id = $1 AND i.customer_id = ANY ($2::uuid[])
GROUP BY i.customer_id, i.currency
UNION ALL
SELECT c.customer_id, c.currency, 0, 0, 0, 0, 0, sum(c.amount - c.amount_paid_back - c.amount_linked)
FROM credit_notes AS c
WHERE c.tenant_id = $1 AND c.customer_id = ANY ($2::uuid[])
GROUP BY c.customer_id, c.currency
