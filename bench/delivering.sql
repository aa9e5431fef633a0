-- Webhook endpoints and messages in bulk, as the follower would have left them.

-- name: endpoints
INSERT INTO endpoints (tenant_id, id, updated_at, dialect, url, event_types, secret)
SELECT %(tenant_id)s, gen_random_uuid(), now(), 'hyperline', %(url)s, '{}', sha256('secret')
FROM generate_series(1, %(count)s)
RETURNING id

-- name: messages
-- %(size)s bytes each, of an invoice's look to the compressor, all due now.
INSERT INTO messages (tenant_id, id, endpoint_id, event_id, sequence, updated_at, next_at, status, event_type, body)
SELECT %(tenant_id)s, gen_random_uuid(), e.id, gen_random_uuid(), n, now(), now(), 'pending', 'invoice.created',
       convert_to('{"event_type":"invoice.created","data":"' || left((SELECT string_agg(md5(n::text || s), '') FROM generate_series(1, 1 + %(size)s / 32) AS s), %(size)s) || '"}', 'UTF8')
FROM unnest(%(endpoints)s::uuid[]) AS e (id), generate_series(1, %(count)s) AS n

-- name: tell
SELECT pg_notify('duebook_deliveries', %(tenant_id)s)
