-- Books in bulk, as the server would have left them: for what is measured on a large tenant. Run as the owner; no import is timed here.
-- Ids are UUIDv7 whose instants grow with the number of the row, ending an hour ago, so that pages can be marked.

-- name: functions
CREATE FUNCTION pg_temp.id_at(at timestamptz, number bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
    SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7' || substr(md5(number::text), 1, 3)
            || '8' || substr(md5(number::text), 4, 15))::uuid
$$

-- name: customers
INSERT INTO customers (tenant_id, id, updated_at, external_id, name)
SELECT %(tenant_id)s, pg_temp.id_at(date_trunc('milliseconds', now()) - interval '400 days' + n * interval '1 ms', n), now(),
       'C-' || %(count)s || '-' || n, 'Customer ' || n
FROM generate_series(1, %(count)s) AS n
RETURNING id

-- name: customers_tally
INSERT INTO tallies (tenant_id, id, is_base, customers, credit_notes, invoices, standing, uncovered_on, promised_on, difference)
VALUES (%(tenant_id)s, gen_random_uuid(), false, %(count)s, 0, 0, '{}', '{}', '{}', '{}')

-- name: invoices
-- Of 100 invoices some 80 are paid, 2 offset, 1 disputed, 1 in recovery; the open ones fall due from 90 days ago to 60 days ahead, and one of
-- ten of them has a promise. Due dates of the settled ones lie in the last two years. `settled`: what has paid and offset them follows.
INSERT INTO invoices (
    tenant_id, id, customer_id, amount, net_amount, default_amount, amount_paid, amount_offset, updated_at, issued_on, due_on, uncovered_on,
    promised_on, review_on, disputed_on, recovery_on, positions, standing, currency, external_id, reference, instalment_due_on,
    instalment_amount, instalment_default_amount)
SELECT %(tenant_id)s, n.id, n.customer_id, n.amount, n.amount * 5 / 6, n.amount, CASE n.standing WHEN 'paid' THEN n.amount ELSE 0 END,
       CASE n.standing WHEN 'offset' THEN n.amount ELSE 0 END, n.at, n.due_on - 30, n.due_on,
       CASE WHEN n.standing NOT IN ('paid', 'offset') THEN n.due_on END,
       CASE WHEN n.standing = 'open' AND n.dice %% 10 = 0 THEN %(day)s + n.dice %% 40 - 20 END,
       CASE WHEN n.standing = 'open' AND n.due_on >= %(day)s THEN n.due_on + 1 END,
       CASE n.standing WHEN 'disputed' THEN n.due_on END, CASE n.standing WHEN 'recovery' THEN n.due_on END,
       CASE WHEN %(settled)s AND n.standing IN ('paid', 'offset') THEN 1 ELSE 0 END, n.standing, 'EUR',
       n.external_id, 'F-' || n.number, ARRAY[n.due_on], ARRAY[n.amount], ARRAY[n.amount]
FROM (
    SELECT s.number, s.at, s.dice, pg_temp.id_at(s.at, s.number) AS id, (%(customers)s::uuid[])[1 + s.dice %% %(customer_count)s] AS customer_id,
           1000 + s.dice::bigint %% 5000000 AS amount, substr(md5('external ' || s.number), 1, 20) AS external_id,
           CASE WHEN s.roll < 80 THEN 'paid' WHEN s.roll < 82 THEN 'offset' WHEN s.roll < 83 THEN 'disputed' WHEN s.roll < 84 THEN 'recovery'
                ELSE 'open' END AS standing,
           %(day)s + CASE WHEN s.roll < 84 THEN - (s.dice / 7) %% 730 ELSE (s.dice / 7) %% 150 - 90 END AS due_on
    FROM (
        SELECT number, %(ends_at)s - (%(of)s - number) * interval '1 ms' AS at, abs(hashint8(number)) / 2 AS dice,
               abs(hashint8(number + 1000000007)) %% 100 AS roll
        FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS number
    ) AS s
) AS n

-- name: settlements
-- A payment in full of each paid invoice, five days late; a credit note over the amount of each offset one, and their link.
WITH settled AS (
    SELECT id, customer_id, amount, updated_at, due_on, due_on + 5 AS paid_on, standing, reference
    FROM invoices
    WHERE tenant_id = %(tenant_id)s AND standing IN ('paid', 'offset')
          AND id BETWEEN pg_temp.id_at(%(ends_at)s - (%(of)s - %(first)s) * interval '1 ms', %(first)s)
              AND pg_temp.id_at(%(ends_at)s - (%(of)s - %(last)s) * interval '1 ms', %(last)s)
), notes AS (
    INSERT INTO credit_notes (tenant_id, id, customer_id, amount, default_amount, amount_paid_back, amount_linked, updated_at, issued_on,
                              positions, standing, currency, external_id, reference)
    SELECT %(tenant_id)s, pg_temp.id_at(updated_at, hashtextextended(reference, 1)), customer_id, amount, amount, 0, amount, updated_at,
           due_on, 1, 'deducted', 'EUR', 'A-' || reference, 'A-' || reference
    FROM settled
    WHERE standing = 'offset'
    RETURNING id, external_id
)
INSERT INTO allocations (tenant_id, id, invoice_id, credit_note_id, amount, updated_at, dated_on, recorded_on, effective_on, invoice_position,
                         credit_note_position, by_invoice, by_credit_note, by_hand, kind, external_id)
SELECT %(tenant_id)s, pg_temp.id_at(s.updated_at, hashtextextended(s.reference, 2)), s.id, n.id, s.amount, s.updated_at, s.paid_on, s.paid_on,
       s.paid_on, 1, CASE WHEN n.id IS NOT NULL THEN 1 END, true, false, false, CASE WHEN n.id IS NULL THEN 'payment' ELSE 'link' END,
       'P-' || s.reference
FROM settled AS s
LEFT JOIN notes AS n ON n.external_id = 'A-' || s.reference

-- name: journal
-- One row for each invoice, as large as the server writes them; what stands in it is of no matter here.
INSERT INTO journal (tenant_id, id, object_id, kind, action, body, sha256)
SELECT %(tenant_id)s, b.id, b.id, 'invoice', 'imported', b.body, sha256(b.body)
FROM (SELECT i.id, convert_to(rpad('', %(body_bytes)s, md5(i.id::text)), 'UTF8') AS body
      FROM invoices AS i
      WHERE i.tenant_id = %(tenant_id)s AND i.id BETWEEN pg_temp.id_at(%(ends_at)s - (%(of)s - %(first)s) * interval '1 ms', %(first)s)
            AND pg_temp.id_at(%(ends_at)s - (%(of)s - %(last)s) * interval '1 ms', %(last)s)) AS b

-- name: tallies
-- The differences that the invoices are counted by, as the writer of these rows would have left them.
INSERT INTO tallies (tenant_id, id, is_base, customers, credit_notes, invoices, standing, uncovered_on, promised_on, difference)
SELECT %(tenant_id)s, gen_random_uuid(), false, 0, coalesce(sum(s.number) FILTER (WHERE %(settled)s AND s.standing = 'offset'), 0),
       sum(s.number), array_agg(s.standing), array_agg(s.uncovered_on), array_agg(s.promised_on), array_agg(s.number)
FROM (SELECT standing, uncovered_on, promised_on, count(*) AS number
      FROM invoices
      WHERE tenant_id = %(tenant_id)s AND id BETWEEN pg_temp.id_at(%(ends_at)s - (%(of)s - %(first)s) * interval '1 ms', %(first)s)
            AND pg_temp.id_at(%(ends_at)s - (%(of)s - %(last)s) * interval '1 ms', %(last)s)
      GROUP BY standing, uncovered_on, promised_on) AS s

-- name: rich_documents
-- Each invoice gets a second instalment, two payments and one link to a credit note of its customer that ten invoices share.
WITH numbered AS (
    SELECT id, customer_id, amount, due_on, (row_number() OVER (PARTITION BY customer_id ORDER BY id) - 1) / 10 AS note
    FROM invoices
    WHERE tenant_id = %(tenant_id)s
), notes AS (
    INSERT INTO credit_notes (tenant_id, id, customer_id, amount, default_amount, amount_paid_back, amount_linked, updated_at, issued_on,
                              positions, standing, currency, external_id, reference)
    SELECT %(tenant_id)s, pg_temp.id_at(now(), 77 + row_number() OVER ()), customer_id, 2000, 2000, 0, 100 * count(*), now(), min(due_on),
           count(*), 'available', 'EUR', 'A-' || customer_id || '-' || note, 'A-' || note
    FROM numbered
    GROUP BY customer_id, note
    RETURNING id, external_id
), linked AS (
    SELECT n.id, n.due_on, c.id AS credit_note_id, row_number() OVER (PARTITION BY c.id ORDER BY n.id) AS place
    FROM numbered AS n
    JOIN notes AS c ON c.external_id = 'A-' || n.customer_id || '-' || n.note
)
INSERT INTO allocations (tenant_id, id, invoice_id, credit_note_id, amount, updated_at, dated_on, recorded_on, effective_on, invoice_position,
                         credit_note_position, by_invoice, by_credit_note, by_hand, kind, external_id)
SELECT %(tenant_id)s, gen_random_uuid(), l.id, CASE part WHEN 3 THEN l.credit_note_id END, 100, now(), l.due_on, l.due_on, l.due_on, part,
       CASE part WHEN 3 THEN l.place END, true, false, false, CASE part WHEN 3 THEN 'link' ELSE 'payment' END, 'R-' || part
FROM linked AS l, generate_series(1, 3) AS part

-- name: rich_invoices
UPDATE invoices
SET amount_paid = 200, amount_offset = 100, standing = 'open', uncovered_on = due_on, positions = 3, promised_on = NULL, disputed_on = NULL,
    recovery_on = NULL, instalment_due_on = ARRAY[due_on, due_on + 30], instalment_amount = ARRAY[amount / 2, amount - amount / 2],
    instalment_default_amount = ARRAY[amount / 2, amount - amount / 2], due_on = due_on + 30
WHERE tenant_id = %(tenant_id)s
