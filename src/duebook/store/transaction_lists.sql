-- Transactions of every document: those that stand in the table of transactions, and the payments and paybacks that have none there.

-- name: page
-- Newest first. Both parts come in order of their keys and end with the page.
SELECT u.id, u.document_id
FROM (
    (
        SELECT t.id, t.document_id
        FROM transactions AS t
        WHERE t.tenant_id = $1
        ORDER BY t.id DESC
        LIMIT $2::bigint + $3::bigint
    )
    UNION ALL
    (
        SELECT a.id, COALESCE(a.invoice_id, a.credit_note_id)
        FROM allocations AS a
        WHERE a.tenant_id = $1 AND a.kind IN ('payment', 'payback')
            AND NOT EXISTS (SELECT FROM transactions AS t WHERE t.tenant_id = $1 AND t.id = a.id)
        ORDER BY a.id DESC
        LIMIT $2::bigint + $3::bigint
    )
) AS u
ORDER BY u.id DESC
LIMIT $2 OFFSET $3

-- name: total
SELECT (SELECT count(*) FROM transactions WHERE tenant_id = $1)
    + (
        SELECT count(*)
        FROM allocations AS a
        WHERE a.tenant_id = $1 AND a.kind IN ('payment', 'payback')
            AND NOT EXISTS (SELECT FROM transactions AS t WHERE t.tenant_id = $1 AND t.id = a.id)
    )

-- name: document_of
SELECT document_id
FROM transactions
WHERE tenant_id = $1 AND id = $2
UNION
SELECT COALESCE(invoice_id, credit_note_id)
FROM allocations
WHERE tenant_id = $1 AND id = $2 AND kind IN ('payment', 'payback')
