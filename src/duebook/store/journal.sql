-- The journal, its tallies and its blocks.

-- name: append
-- The rows of one writing transaction and its one tally row, in one statement. The hashes come in one behind the other, 32 bytes each.
WITH written AS (
    INSERT INTO journal (tenant_id, id, object_id, kind, action, body, sha256)
    SELECT $1, n.id, n.object_id, n.kind, n.action, n.body, substring($15::bytea FROM n.hashed_at FOR 32)
    FROM (SELECT unnest($2::uuid[]) AS id, unnest($3::uuid[]) AS object_id, unnest($4::text::text[]) AS kind,
                 unnest($5::text::text[]) AS action, unnest($6::bytea[]) AS body, generate_series(1, length($15::bytea), 32) AS hashed_at) AS n
    RETURNING 1
)
INSERT INTO tallies (tenant_id, id, is_base, customers, credit_notes, invoices, standing, uncovered_on, promised_on, difference)
VALUES ($1, $7, false, $8, $9, $10, $11::text::text[], $12::text::date[], $13::text::date[], $14::text::bigint[])
RETURNING xid::text

-- name: tenants_to_visit
-- Crosses tenants: whom the follower has to visit. Owner role.
SELECT DISTINCT tenant_id
FROM tallies
WHERE NOT is_base

-- name: last_block
SELECT number, last_xid::text AS last_xid, last_id, sha256
FROM journal_blocks
WHERE tenant_id = $1
ORDER BY number DESC
LIMIT 1

-- name: seal
-- One block over what stands above the last one and below every running writer, at most $5 rows. Transactions below the snapshot's xmin are over
-- for good, so nothing can appear inside a sealed range.
INSERT INTO journal_blocks (tenant_id, number, first_xid, first_id, last_xid, last_id, rows, sha256, sealed_at)
SELECT $1, $2, (array_agg(tail.xid))[1], (array_agg(tail.id))[1], (array_agg(tail.xid))[count(*)], (array_agg(tail.id))[count(*)],
       count(*), sha256($6::bytea || string_agg(tail.sha256, ''::bytea)), $7
FROM (
    SELECT j.xid, j.id, j.sha256
    FROM journal AS j
    WHERE j.tenant_id = $1 AND (j.xid, j.id) > ($3::text::xid8, $4::uuid) AND j.xid < pg_snapshot_xmin(pg_current_snapshot())
    ORDER BY j.xid, j.id
    LIMIT $5
) AS tail
HAVING count(*) > 0
RETURNING number, rows, last_xid::text AS last_xid, last_id, sha256

-- name: fold
-- The differences of transactions that are over for good, and the base they change, become one new base. While the base itself is too young to be
-- sure that every reader has it, nothing is folded.
WITH gone AS (
    DELETE FROM tallies AS t
    WHERE t.tenant_id = $1 AND t.xid < pg_snapshot_xmin(pg_current_snapshot())
      AND NOT EXISTS (SELECT 1 FROM tallies AS b
                      WHERE b.tenant_id = $1 AND b.is_base AND b.xid >= pg_snapshot_xmin(pg_current_snapshot()))
    RETURNING t.customers, t.credit_notes, t.invoices, t.standing, t.uncovered_on, t.promised_on, t.difference
), stands AS (
    SELECT entry.standing, entry.uncovered_on, entry.promised_on, sum(entry.difference)::bigint AS difference
    FROM gone, unnest(gone.standing, gone.uncovered_on, gone.promised_on, gone.difference)
        AS entry (standing, uncovered_on, promised_on, difference)
    GROUP BY entry.standing, entry.uncovered_on, entry.promised_on
    HAVING sum(entry.difference) <> 0
)
SELECT sum(gone.customers)::bigint AS customers, sum(gone.credit_notes)::bigint AS credit_notes, sum(gone.invoices)::bigint AS invoices,
       (SELECT coalesce(array_agg(stands.standing), '{}') FROM stands) AS standing,
       (SELECT coalesce(array_agg(stands.uncovered_on), '{}') FROM stands) AS uncovered_on,
       (SELECT coalesce(array_agg(stands.promised_on), '{}') FROM stands) AS promised_on,
       (SELECT coalesce(array_agg(stands.difference), '{}') FROM stands) AS difference
FROM gone

-- name: set_base
INSERT INTO tallies (tenant_id, id, is_base, customers, credit_notes, invoices, standing, uncovered_on, promised_on, difference)
VALUES ($1, $2, true, $3, $4, $5, $6, $7, $8, $9)

-- name: totals
SELECT coalesce(sum(customers), 0)::bigint AS customers, coalesce(sum(credit_notes), 0)::bigint AS credit_notes,
       coalesce(sum(invoices), 0)::bigint AS invoices
FROM tallies
WHERE tenant_id = $1

-- name: totals_by_standing
-- Exact numbers of invoices on a day by status, from the tallies.
SELECT CASE WHEN entry.standing <> 'open' THEN entry.standing
            WHEN entry.promised_on >= $2 THEN 'upcoming_payment'
            WHEN entry.uncovered_on < $2 THEN 'overdue'
            ELSE 'due' END AS status,
       sum(entry.difference)::bigint AS number
FROM tallies AS t, unnest(t.standing, t.uncovered_on, t.promised_on, t.difference)
    AS entry (standing, uncovered_on, promised_on, difference)
WHERE t.tenant_id = $1
GROUP BY 1
