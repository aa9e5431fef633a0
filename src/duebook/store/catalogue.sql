-- What documents refer to. Deleted entries stay, since documents name them; lists do not show them.

-- name: find
-- Joined to the ids rather than compared with a list of them: an unplanned list is gone through for every row of the tenant.
SELECT c.id, c.kind, c.parent_id, c.name, c.slug, c.archived_at, c.deleted_at, c.updated_at, c.content
FROM unnest($2::text::uuid[]) AS n (id)
JOIN catalogue AS c ON c.tenant_id = $1 AND c.id = n.id

-- name: of_parents
SELECT c.id, c.kind, c.parent_id, c.name, c.slug, c.archived_at, c.deleted_at, c.updated_at, c.content
FROM unnest($2::text::uuid[]) AS n (id)
JOIN catalogue AS c ON c.tenant_id = $1 AND c.parent_id = n.id AND c.parent_id IS NOT NULL
WHERE c.deleted_at IS NULL
ORDER BY c.id

-- name: of_kind
SELECT id, kind, parent_id, name, slug, archived_at, deleted_at, updated_at, content
FROM catalogue
WHERE tenant_id = $1 AND kind = $2 AND deleted_at IS NULL
ORDER BY id DESC

-- name: page
-- Nothing is in a price book: there are none, so whoever asks for the things of one gets none.
--? page: SELECT id, kind, parent_id, name, slug, archived_at, deleted_at, updated_at, content
--? count: SELECT count(*)
FROM catalogue
WHERE tenant_id = :tenant_id AND kind = :kind AND deleted_at IS NULL
--? active: AND archived_at IS NULL
--? archived: AND archived_at IS NOT NULL
--& id id: id
--& parent id: parent_id
--& name text: name
--& type text: type
--& description text: description
--& price_book_id text: NULL::text
--& custom_properties member: (convert_from(content, 'UTF8')::json -> 'custom_properties')
--? newest: ORDER BY id DESC
--? page: LIMIT :limit OFFSET :offset

-- name: lock
SELECT id, kind, parent_id, name, slug, archived_at, deleted_at, updated_at, content
FROM catalogue
WHERE tenant_id = $1 AND id = $2
FOR NO KEY UPDATE

-- name: has_slug
SELECT EXISTS (
    SELECT 1 FROM catalogue WHERE tenant_id = $1 AND kind = $2 AND slug = $3 AND slug IS NOT NULL AND deleted_at IS NULL AND id <> $4)

-- name: insert
INSERT INTO catalogue (
    tenant_id, id, kind, parent_id, name, slug, archived_at, deleted_at, updated_at, type, description, content)
SELECT $1, n.id, n.kind, n.parent_id, n.name, n.slug, n.archived_at, n.deleted_at, $2, n.type, n.description, n.content
FROM unnest($3::text::uuid[], $4::text::text[], $5::text::uuid[], $6::text::text[], $7::text::text[], $8::timestamptz[], $9::timestamptz[],
            $10::text::text[], $11::text::text[], $12::bytea[])
    AS n (id, kind, parent_id, name, slug, archived_at, deleted_at, type, description, content)
RETURNING 1

-- name: update
UPDATE catalogue AS c
SET name = n.name, slug = n.slug, archived_at = n.archived_at, deleted_at = n.deleted_at, type = n.type, description = n.description,
    content = n.content, updated_at = $2
FROM unnest($3::text::uuid[], $4::text::text[], $5::text::uuid[], $6::text::text[], $7::text::text[], $8::timestamptz[], $9::timestamptz[],
            $10::text::text[], $11::text::text[], $12::bytea[])
    AS n (id, kind, parent_id, name, slug, archived_at, deleted_at, type, description, content)
WHERE c.tenant_id = $1 AND c.id = n.id

-- name: product_is_on_papers
-- Walks the tenant's papers: deleting a product is rare, an index on an array would cost every document.
SELECT EXISTS (SELECT 1 FROM papers WHERE tenant_id = $1 AND $2::uuid = ANY (product_ids))

-- name: rate_is_on_papers
-- Walks the papers of one entity: lines name their rate inside the content, where the id stands as text.
SELECT EXISTS (SELECT 1 FROM papers WHERE tenant_id = $1 AND entity_id = $2 AND position($3::bytea IN content) > 0)
