-- What documents are made of and told by: sellers with their counters, what a document refers to, the papers themselves, transactions, batches of
-- drafts that were accepted, webhook endpoints and what is to be sent to them.

-- Sellers. The counters are rows of the tenant: moved in the transaction that makes documents final, so a rollback gives the numbers back.
ALTER TABLE entities
    ADD COLUMN updated_at timestamptz,
    ADD COLUMN trade_name text,
    ADD COLUMN timezone text,
    ADD COLUMN language text NOT NULL DEFAULT 'fr',
    ADD COLUMN currency text CHECK (length(currency) = 3),
    ADD COLUMN accounting_currency text CHECK (length(accounting_currency) = 3),
    ADD COLUMN address_line1 text,
    ADD COLUMN address_line2 text,
    ADD COLUMN zip_code text,
    ADD COLUMN city text,
    ADD COLUMN state text,
    ADD COLUMN registration_number text,
    ADD COLUMN tax_id text,
    ADD COLUMN billing_email text,
    ADD COLUMN invoice_pattern text NOT NULL DEFAULT 'INV-{number}',
    ADD COLUMN credit_note_pattern text NOT NULL DEFAULT 'CN-{number}',
    ADD COLUMN document_pattern text NOT NULL DEFAULT 'DOC-{number}',
    ADD COLUMN next_invoice_number bigint NOT NULL DEFAULT 1 CHECK (next_invoice_number >= 0),
    ADD COLUMN next_credit_note_number bigint NOT NULL DEFAULT 1 CHECK (next_credit_note_number >= 0),
    ADD COLUMN next_document_number bigint NOT NULL DEFAULT 1 CHECK (next_document_number >= 0),
    ADD COLUMN has_invoice_numbers boolean NOT NULL DEFAULT false,
    ADD COLUMN has_credit_note_numbers boolean NOT NULL DEFAULT false,
    ADD COLUMN has_document_numbers boolean NOT NULL DEFAULT false,
    ADD COLUMN payment_term_days int NOT NULL DEFAULT 30 CHECK (payment_term_days >= 0),
    ADD COLUMN grace_period_days int NOT NULL DEFAULT 3 CHECK (grace_period_days >= 0),
    ADD COLUMN invoice_initiation_days int CHECK (invoice_initiation_days >= 0),
    ADD COLUMN document_initiation_days int CHECK (document_initiation_days >= 0),
    ADD COLUMN late_fees text,
    ADD COLUMN invoice_footer text,
    ADD COLUMN document_footer text,
    ADD COLUMN quote_footer text,
    ADD COLUMN logo_url text,
    ADD COLUMN favicon_url text,
    ADD COLUMN brand_color text,
    ADD COLUMN forced_customer_type text CHECK (forced_customer_type IN ('corporate', 'person')),
    ADD COLUMN wallet_refunds boolean NOT NULL DEFAULT false,
    ADD COLUMN standalone_credit_notes boolean NOT NULL DEFAULT true,
    ADD COLUMN rate_between_members text NOT NULL DEFAULT 'destination' CHECK (rate_between_members IN ('destination', 'origin'));
UPDATE entities AS e
SET updated_at = t.created_at, timezone = t.timezone, currency = t.currency, accounting_currency = t.currency
FROM tenants AS t
WHERE t.tenant_id = e.tenant_id;
ALTER TABLE entities
    ALTER COLUMN updated_at SET NOT NULL,
    ALTER COLUMN timezone SET NOT NULL,
    ALTER COLUMN currency SET NOT NULL,
    ALTER COLUMN accounting_currency SET NOT NULL;
CREATE UNIQUE INDEX entities_default ON entities (tenant_id) WHERE is_default;

-- Whether anybody is to be told: writers then keep, with each journal row, the documents as they were at that moment.
ALTER TABLE tenants
    ADD COLUMN tells boolean NOT NULL DEFAULT false,
    ADD COLUMN page_secret bytea NOT NULL DEFAULT decode(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 'hex');

-- profile: what only some doors speak of (addresses, e-mails, tax status), a value of core/customer.py as JSON.
ALTER TABLE customers
    ADD COLUMN archived_at timestamptz,
    ADD COLUMN entity_id uuid,
    -- Two letters, and five for the parts of Spain and Portugal that have tax rules of their own.
    ADD COLUMN country text CHECK (length(country) BETWEEN 2 AND 5),
    ADD COLUMN billing_email text,
    ADD COLUMN profile bytea,
    ADD FOREIGN KEY (tenant_id, entity_id) REFERENCES entities (tenant_id, id),
    DROP CONSTRAINT customers_payment_term_days_check,
    ADD CHECK (payment_term_days BETWEEN 0 AND 36500);
-- Few are: what is left of all customers is counted from how many there are.
CREATE INDEX customers_archived ON customers (tenant_id, id) WHERE archived_at IS NOT NULL;

-- What documents refer to: products and their prices, coupons, custom properties, payment methods, bank accounts, tax rates. Read whole, by id,
-- never summed; content is a value of core/catalogue.py as JSON, type and description are what lists filter by too. parent_id: the product of a price, the customer of a payment method, the
-- entity of a tax rate. slug: a name that is unique within its kind.
CREATE TABLE catalogue (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id uuid NOT NULL,
    parent_id uuid,
    updated_at timestamptz NOT NULL,
    archived_at timestamptz,
    deleted_at timestamptz,
    kind text NOT NULL
        CHECK (kind IN ('product', 'price', 'coupon', 'custom_property', 'payment_method', 'bank_account', 'tax_rate')),
    name text NOT NULL,
    slug text COLLATE "C",
    type text,
    description text,
    content bytea NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX catalogue_of_kind ON catalogue (tenant_id, kind, id);
CREATE INDEX catalogue_of_parent ON catalogue (tenant_id, parent_id) WHERE parent_id IS NOT NULL;
CREATE UNIQUE INDEX catalogue_by_slug ON catalogue (tenant_id, kind, slug) WHERE slug IS NOT NULL AND deleted_at IS NULL;

-- A document as it was written: its parties, lines, coupons and texts. A final invoice or credit note has the same id as its receivable in
-- invoices or credit_notes; a draft, and a document without legal value, stand here alone. content is a value of core/paper.py.
CREATE TABLE papers (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    entity_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    original_id uuid,
    total bigint NOT NULL CHECK (total BETWEEN 0 AND 9007199254740991),
    amount_paid bigint NOT NULL CHECK (amount_paid BETWEEN 0 AND 9007199254740991),
    updated_at timestamptz NOT NULL,
    issued_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    settled_at timestamptz,
    period_starts_at timestamptz,
    period_ends_at timestamptz,
    is_draft boolean NOT NULL,
    kind text NOT NULL CHECK (kind IN ('invoice', 'credit_note', 'document')),
    currency text NOT NULL CHECK (length(currency) = 3),
    number text NOT NULL,
    subscription_id text,
    line_ids uuid[] NOT NULL,
    product_ids uuid[] NOT NULL,
    content bytea NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, entity_id) REFERENCES entities (tenant_id, id),
    FOREIGN KEY (tenant_id, customer_id) REFERENCES customers (tenant_id, id),
    CHECK (is_draft OR number <> '')
);
CREATE INDEX papers_alone ON papers (tenant_id, id) WHERE is_draft OR kind = 'document';
CREATE INDEX papers_of_customer ON papers (tenant_id, customer_id);
CREATE INDEX papers_of_subscription ON papers (tenant_id, subscription_id) WHERE subscription_id IS NOT NULL;
CREATE INDEX papers_of_original ON papers (tenant_id, original_id) WHERE original_id IS NOT NULL;

-- Movements of money as this side of the books tells of them. A settled one of an invoice is the allocation with the same id (payment), one of a
-- credit note that of kind payback; a scheduled one stands here alone until its time comes.
CREATE TABLE transactions (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    document_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    payment_method_id uuid,
    bank_account_id uuid,
    amount bigint NOT NULL CHECK (amount BETWEEN 0 AND 9007199254740991),
    updated_at timestamptz NOT NULL,
    process_at timestamptz NOT NULL,
    settled_at timestamptz,
    kind text NOT NULL CHECK (kind IN ('one_time', 'refund')),
    status text NOT NULL CHECK (status IN ('scheduled', 'settled', 'cancelled', 'failed')),
    method text NOT NULL,
    currency text NOT NULL CHECK (length(currency) = 3),
    provider_name text,
    provider_id text,
    provider_transaction_id text,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, customer_id) REFERENCES customers (tenant_id, id),
    CHECK ((status = 'settled') = (settled_at IS NOT NULL))
);
CREATE INDEX transactions_of_document ON transactions (tenant_id, document_id);
CREATE INDEX transactions_scheduled ON transactions (tenant_id, process_at) WHERE status = 'scheduled';

-- Batches that were accepted: drafts in neutral words until they have their outcomes, good and bad, which are written in the transaction that
-- makes the good ones final.
CREATE TABLE batches (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id uuid NOT NULL,
    updated_at timestamptz NOT NULL,
    taken_at timestamptz,
    finished_at timestamptz,
    day date NOT NULL,
    size int NOT NULL CHECK (size BETWEEN 1 AND 50),
    succeeded int NOT NULL DEFAULT 0,
    failed int NOT NULL DEFAULT 0,
    takes int NOT NULL DEFAULT 0,
    is_set_aside boolean NOT NULL DEFAULT false,
    state text NOT NULL CHECK (state IN ('pending', 'running', 'done')),
    dialect text NOT NULL,
    name text COLLATE "C" NOT NULL CHECK (length(name) BETWEEN 1 AND 255),
    actor_kind text NOT NULL,
    actor_id text NOT NULL,
    request_sha256 bytea NOT NULL CHECK (length(request_sha256) = 32),
    drafts bytea NOT NULL,
    outcomes bytea,
    PRIMARY KEY (tenant_id, id),
    CHECK (succeeded + failed <= size AND (state = 'done') = (finished_at IS NOT NULL))
);
CREATE UNIQUE INDEX batches_by_name ON batches (tenant_id, name);
CREATE INDEX batches_open ON batches (tenant_id, id) WHERE state <> 'done';
CREATE INDEX batches_set_aside ON batches (tenant_id, id) WHERE is_set_aside;

-- Webhook endpoints. Facts in the journal behind (from_xid, from_id) are theirs; the previous secret signs too until its time is over.
-- One worker at a time delivers to an endpoint: held_by, until held_until or until that worker is gone. failing_since: since the first failure
-- that no success has followed.
CREATE TABLE endpoints (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id uuid NOT NULL,
    updated_at timestamptz NOT NULL,
    previous_secret_until timestamptz,
    disabled_at timestamptz,
    deleted_at timestamptz,
    failing_since timestamptz,
    held_until timestamptz,
    from_xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    rate_limit int CHECK (rate_limit > 0),
    held_by int,
    dialect text NOT NULL,
    url text NOT NULL,
    description text,
    disabled_reason text,
    event_types text[] NOT NULL,
    secret bytea NOT NULL,
    previous_secret bytea,
    PRIMARY KEY (tenant_id, id),
    CHECK ((held_by IS NULL) = (held_until IS NULL))
);

-- How far the journal of a tenant with endpoints has been turned into messages, the last duebook-sequence that was given out, and up to which
-- message the bodies were expunged for their age.
CREATE TABLE webhook_cursors (
    tenant_id uuid NOT NULL PRIMARY KEY REFERENCES tenants,
    xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    id uuid NOT NULL,
    expunged_id uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
    sequence bigint NOT NULL
);

-- One row per endpoint and event: the bytes that are sent, on every attempt the same. event_id is the row of the journal.
-- once_for: the document that an endpoint is told of once in its life by an event of this type.
CREATE TABLE messages (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    endpoint_id uuid NOT NULL,
    event_id uuid NOT NULL,
    once_for uuid,
    sequence bigint NOT NULL,
    updated_at timestamptz NOT NULL,
    next_at timestamptz,
    sent_at timestamptz,
    attempts int NOT NULL DEFAULT 0,
    last_status int,
    status text NOT NULL CHECK (status IN ('pending', 'sent', 'given_up')),
    event_type text NOT NULL,
    last_error text,
    body bytea,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, endpoint_id) REFERENCES endpoints (tenant_id, id),
    CHECK ((status = 'pending') = (next_at IS NOT NULL))
);
CREATE UNIQUE INDEX messages_of_event ON messages (tenant_id, event_id, endpoint_id, event_type);
CREATE UNIQUE INDEX messages_told_once ON messages (tenant_id, once_for, endpoint_id, event_type) WHERE once_for IS NOT NULL;
CREATE INDEX messages_pending ON messages (tenant_id, endpoint_id, next_at, id) WHERE status = 'pending';

ALTER TABLE customers ALTER COLUMN profile SET STATISTICS 0;
ALTER TABLE catalogue ALTER COLUMN content SET STATISTICS 0;
ALTER TABLE papers ALTER COLUMN content SET STATISTICS 0, ALTER COLUMN line_ids SET STATISTICS 0, ALTER COLUMN product_ids SET STATISTICS 0;
ALTER TABLE batches ALTER COLUMN drafts SET STATISTICS 0, ALTER COLUMN outcomes SET STATISTICS 0;
ALTER TABLE messages ALTER COLUMN body SET STATISTICS 0;

-- The value of a foreign amount in the tenant's currency may be unknown: nobody has told a rate, and none is made up.
ALTER TABLE invoices ALTER COLUMN default_amount DROP NOT NULL;
ALTER TABLE credit_notes ALTER COLUMN default_amount DROP NOT NULL;

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['catalogue', 'papers', 'transactions', 'batches', 'endpoints', 'webhook_cursors', 'messages'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I ALTER COLUMN tenant_id SET (n_distinct = 1)', name);
        EXECUTE format(
            'CREATE POLICY own_tenant ON %I USING (tenant_id = (SELECT current_setting(''duebook.tenant_id''))::uuid)', name);
    END LOOP;
END
$$;

GRANT UPDATE (tells) ON tenants TO duebook_app;
GRANT INSERT, UPDATE ON entities TO duebook_app;
GRANT DELETE ON customers TO duebook_app;
GRANT SELECT, INSERT, UPDATE ON catalogue, papers, transactions, batches, endpoints, messages, webhook_cursors TO duebook_app;
