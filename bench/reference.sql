-- Fixed small tables, the yardstick of this benchmark: they stay as they are whatever becomes of the schema, so that a figure in times of them can
-- be compared between releases and machines. About as much data as an invoice and its journal row, two primary keys, one more unique index.

-- name: tables
CREATE TABLE reference_documents (
    owner_id uuid NOT NULL,
    id bigint NOT NULL,
    amount bigint NOT NULL CHECK (amount >= 0),
    remaining bigint NOT NULL CHECK (remaining >= 0),
    due_on date NOT NULL,
    name text NOT NULL,
    label text NOT NULL,
    PRIMARY KEY (owner_id, id)
);
CREATE UNIQUE INDEX reference_documents_by_name ON reference_documents (owner_id, name);
CREATE TABLE reference_notes (
    owner_id uuid NOT NULL,
    id bigint NOT NULL,
    body bytea NOT NULL,
    PRIMARY KEY (owner_id, id)
);

-- name: documents
SELECT uuid '018f0000-0000-7000-8000-000000000001', n, 1000 + n, n, DATE '2026-01-01' + (n % 365)::int, md5(n::text), 'reference ' || n
FROM generate_series(1, 50000) AS n

-- name: notes
SELECT uuid '018f0000-0000-7000-8000-000000000001', n, convert_to(repeat(md5(n::text), 12), 'UTF8')
FROM generate_series(1, 50000) AS n

-- name: read
SELECT owner_id, id, amount, remaining, due_on, name, label FROM reference_documents WHERE owner_id = $1 AND id = $2
