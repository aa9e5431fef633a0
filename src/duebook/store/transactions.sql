-- Transactions: movements of money as documents tell of them.

-- name: insert
INSERT INTO transactions (
    tenant_id, id, document_id, customer_id, kind, status, amount, currency, method, process_at, settled_at, payment_method_id,
    bank_account_id, provider_name, provider_id, provider_transaction_id, updated_at)
SELECT $1, n.id, n.document_id, n.customer_id, n.kind, n.status, n.amount, n.currency, n.method, n.process_at, n.settled_at,
       n.payment_method_id, n.bank_account_id, n.provider_name, n.provider_id, n.provider_transaction_id, $2
FROM (SELECT unnest($3::text::uuid[]) AS id, unnest($4::text::uuid[]) AS document_id, unnest($5::text::uuid[]) AS customer_id,
             unnest($6::text::text[]) AS kind, unnest($7::text::text[]) AS status, unnest($8::text::bigint[]) AS amount,
             unnest($9::text::text[]) AS currency, unnest($10::text::text[]) AS method, unnest($11::text::timestamptz[]) AS process_at,
             unnest($12::text::timestamptz[]) AS settled_at, unnest($13::text::uuid[]) AS payment_method_id,
             unnest($14::text::uuid[]) AS bank_account_id, unnest($15::text::text[]) AS provider_name,
             unnest($16::text::text[]) AS provider_id, unnest($17::text::text[]) AS provider_transaction_id) AS n
RETURNING 1

-- name: due
-- Those another worker holds are left to it. Exact midnight UTC stands for a day: today's ($4) has come whatever the hour ($3), tomorrow's ($5)
-- has not. $2 is the later of the two that have come.
SELECT id, document_id, customer_id, kind, status, amount, currency, method, process_at, settled_at, payment_method_id, bank_account_id,
       provider_name, provider_id, provider_transaction_id, updated_at
FROM transactions
WHERE tenant_id = $1 AND status = 'scheduled' AND process_at <= $2 AND (process_at <= $3 OR process_at = $4) AND process_at <> $5
ORDER BY process_at, id
LIMIT $6
FOR UPDATE SKIP LOCKED

-- name: of_documents
-- Joined to the ids rather than compared with a list of them, and not narrowed to the scheduled ones, so that the planner never walks all that a
-- tenant has scheduled.
SELECT t.id, t.document_id, t.customer_id, t.kind, t.status, t.amount, t.currency, t.method, t.process_at, t.settled_at, t.payment_method_id,
       t.bank_account_id, t.provider_name, t.provider_id, t.provider_transaction_id, t.updated_at
FROM unnest($2::text::uuid[]) AS n (id)
JOIN transactions AS t ON t.tenant_id = $1 AND t.document_id = n.id

-- name: conclude
UPDATE transactions AS t
SET status = n.status, settled_at = n.settled_at, updated_at = $2
FROM unnest($3::text::uuid[], $4::text::text[], $5::text::timestamptz[]) AS n (id, status, settled_at)
WHERE t.tenant_id = $1 AND t.id = n.id

-- name: tenants_with_due
-- Crosses tenants: a worker asks whose scheduled transactions have come, by `due` above, at the instant $1 or, where $2 is given, at its time of that
-- day. Owner role. Jumps from tenant to tenant in the index of scheduled ones, whose number costs nothing.
WITH RECURSIVE scheduling AS (
    (SELECT tenant_id FROM transactions WHERE status = 'scheduled' ORDER BY tenant_id LIMIT 1)
    UNION ALL
    SELECT (SELECT t.tenant_id FROM transactions AS t WHERE t.status = 'scheduled' AND t.tenant_id > s.tenant_id ORDER BY t.tenant_id LIMIT 1)
    FROM scheduling AS s
    WHERE s.tenant_id IS NOT NULL
), clocks AS (
    SELECT c.tenant_id, c.today::timestamp AT TIME ZONE 'UTC' AS today, (c.today + 1)::timestamp AT TIME ZONE 'UTC' AS tomorrow,
           CASE WHEN c.is_pinned THEN (c.today + c.local::time) AT TIME ZONE c.timezone ELSE $1::timestamptz END AS now
    FROM (
        SELECT t.tenant_id, t.timezone, $1::timestamptz AT TIME ZONE t.timezone AS local, $2::date IS NOT NULL AS is_pinned,
               COALESCE($2::date, ($1::timestamptz AT TIME ZONE t.timezone)::date) AS today
        FROM scheduling AS s
        JOIN tenants AS t ON t.tenant_id = s.tenant_id
    ) AS c
)
SELECT c.tenant_id
FROM clocks AS c
WHERE EXISTS (
    SELECT 1
    FROM transactions AS t
    WHERE t.tenant_id = c.tenant_id AND t.status = 'scheduled' AND t.process_at <= GREATEST(c.now, c.today)
      AND (t.process_at <= c.now OR t.process_at = c.today) AND t.process_at <> c.tomorrow
)
