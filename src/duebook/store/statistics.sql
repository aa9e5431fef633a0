-- What the planner knows of the tables' sizes.

-- name: outgrown
-- Tables that have doubled since PostgreSQL last counted them, or were never counted. Pages are those on disk.
SELECT c.relname
FROM pg_class AS c
JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname = 'public' AND c.relkind = 'r' AND c.relname = ANY ($1::text[])
  AND pg_relation_size(c.oid) / 8192 > 2 * c.relpages + 32
