-- Lists of customers by conditions (see conditions.py): pages by offset, newest first, and pages that begin behind a row.

-- name: customers
--? page: SELECT d.id, d.external_id, d.name, d.registration_number, d.vat_number, d.currency, d.language, d.payment_term_days, d.updated_at,
--? page:        d.archived_at, d.entity_id, d.country, d.billing_email, d.profile
--? count: SELECT count(*)
FROM customers AS d
WHERE d.tenant_id = :tenant_id
--& name text: d.name
--& currency text: d.currency
--& country text: d.country
--& external_id text: d.external_id
--& billing_email text: d.billing_email
--& tax_id text: d.vat_number
--& invoicing_entity_id id: coalesce(d.entity_id, (SELECT e.id FROM entities AS e WHERE e.tenant_id = :tenant_id AND e.is_default))
--& type text: convert_from(d.profile, 'UTF8')::json ->> 'kind'
--& custom_properties member: (convert_from(d.profile, 'UTF8')::json -> 'custom_properties')
--& created_at birth: d.id
--& updated_at instant: d.updated_at
--& archived_at instant: d.archived_at
--& state text: CASE WHEN d.archived_at IS NOT NULL THEN 'archived' WHEN d.profile IS NULL THEN 'imported' ELSE 'kept' END
--? methods: AND EXISTS (
--? methods:     SELECT FROM (SELECT convert_from(d.profile, 'UTF8')::json AS told) AS own
--? methods:     LEFT JOIN catalogue AS m ON m.tenant_id = :tenant_id AND m.id = (own.told ->> 'payment_method_id')::uuid AND m.deleted_at IS NULL
--? methods:     WHERE coalesce(m.type, own.told ->> 'payment_method_type', 'missing') = ANY (:methods)
--? methods:        OR ('errored' = ANY (:methods) AND convert_from(m.content, 'UTF8')::json ->> 'status' = 'errored'))
--? words: AND (d.name || ' ' || coalesce(d.external_id, '') || ' ' || coalesce(d.billing_email, '')) COLLATE "default" ~* ALL (:words)
--? created_at_behind: AND d.id > :id
--? created_at_down_behind: AND d.id < :id
--? updated_at_behind: AND (d.updated_at, d.id) > (:at, :id)
--? updated_at_down_behind: AND (d.updated_at, d.id) < (:at, :id)
--? created_at: ORDER BY d.id
--? created_at_down: ORDER BY d.id DESC
--? updated_at: ORDER BY d.updated_at, d.id
--? updated_at_down: ORDER BY d.updated_at DESC, d.id DESC
--? page: LIMIT :size OFFSET :skipped

-- name: archived
SELECT count(*)
FROM customers
WHERE tenant_id = $1 AND archived_at IS NOT NULL

-- name: updated_at
SELECT updated_at
FROM customers
WHERE tenant_id = $1 AND id = $2
