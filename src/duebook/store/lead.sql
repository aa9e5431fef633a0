-- The lead among workers: see lead.py. Sees no table.

-- name: try
SELECT pg_try_advisory_lock($1)

-- name: still_there
SELECT true
