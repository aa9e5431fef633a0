-- The books: tenants and keys, customers, invoices, credit notes, allocations, the journal and its blocks, and what lists are counted from.
-- Every tenant table begins its keys with tenant_id and stands behind row-level security. Amounts are whole minor units.

DO $$
BEGIN
    -- Roles belong to the whole server: another of its databases may have made this one, or be making it at this moment.
    IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'duebook_app') THEN
        BEGIN
            CREATE ROLE duebook_app NOLOGIN NOSUPERUSER NOBYPASSRLS NOINHERIT;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
            NULL;
        END;
    END IF;
    -- From PostgreSQL 16 on, whoever creates a role may not yet become it.
    BEGIN
        EXECUTE format('GRANT duebook_app TO %I', current_user);
    EXCEPTION WHEN unique_violation THEN
        NULL;
    END;
END
$$;

CREATE TABLE tenants (
    tenant_id uuid PRIMARY KEY,
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 80),
    mode text NOT NULL CHECK (mode IN ('prod', 'test')),
    currency text NOT NULL CHECK (length(currency) = 3),
    timezone text NOT NULL,
    country text NOT NULL CHECK (length(country) = 2),
    unknown_fields text NOT NULL DEFAULT 'refuse' CHECK (unknown_fields IN ('refuse', 'ignore')),
    created_at timestamptz NOT NULL,
    UNIQUE (name, mode)
);

CREATE TABLE entities (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id uuid NOT NULL,
    name text NOT NULL,
    country text NOT NULL CHECK (length(country) = 2),
    is_default boolean NOT NULL,
    PRIMARY KEY (tenant_id, id)
);

-- Looked up before a tenant is known, so exempt from row-level security: it holds a hash and no secret.
CREATE TABLE keys (
    hash bytea PRIMARY KEY CHECK (length(hash) = 32),
    tenant_id uuid NOT NULL REFERENCES tenants,
    prefix text NOT NULL,
    scope text NOT NULL CHECK (scope IN ('read', 'write', 'admin')),
    created_at timestamptz NOT NULL,
    revoked_at timestamptz
);
CREATE INDEX keys_of_tenant ON keys (tenant_id);

CREATE TABLE customers (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id uuid NOT NULL,
    updated_at timestamptz NOT NULL,
    payment_term_days int CHECK (payment_term_days BETWEEN 0 AND 365),
    currency text CHECK (length(currency) = 3),
    language text,
    external_id text COLLATE "C",
    name text NOT NULL,
    registration_number text,
    vat_number text,
    PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX customers_by_external_id ON customers (tenant_id, external_id) WHERE external_id IS NOT NULL;
CREATE INDEX customers_by_update ON customers (tenant_id, updated_at);

-- Instalments are arrays of the same length, in order of due date: they have no life outside their invoice and are always written whole.
CREATE TABLE invoices (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    customer_id uuid NOT NULL,
    amount bigint NOT NULL CHECK (amount BETWEEN 0 AND 9007199254740991),
    net_amount bigint CHECK (net_amount BETWEEN 0 AND 9007199254740991),
    default_amount bigint NOT NULL CHECK (default_amount BETWEEN 0 AND 9007199254740991),
    amount_paid bigint NOT NULL CHECK (amount_paid BETWEEN 0 AND 9007199254740991),
    amount_offset bigint NOT NULL CHECK (amount_offset BETWEEN 0 AND amount),
    updated_at timestamptz NOT NULL,
    issued_on date NOT NULL,
    due_on date NOT NULL,
    uncovered_on date,
    promised_on date,
    review_on date,
    recovery_on date,
    disputed_on date,
    payment_in_progress_on date,
    positions int NOT NULL CHECK (positions >= 0),
    standing text NOT NULL CHECK (standing IN ('open', 'paid', 'offset', 'recovery', 'disputed', 'payment_in_progress')),
    currency text NOT NULL CHECK (length(currency) = 3),
    external_id text COLLATE "C",
    reference text NOT NULL,
    instalment_due_on date[] NOT NULL,
    instalment_amount bigint[] NOT NULL,
    instalment_default_amount bigint[] NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, customer_id) REFERENCES customers (tenant_id, id)
);
CREATE UNIQUE INDEX invoices_by_external_id ON invoices (tenant_id, external_id) WHERE external_id IS NOT NULL;
CREATE INDEX invoices_of_customer ON invoices (tenant_id, customer_id);
CREATE INDEX invoices_by_update ON invoices (tenant_id, updated_at);
-- Lists by status walk this one in order of creation and read the days from it without visiting the rows that do not fit.
CREATE INDEX invoices_by_standing ON invoices (tenant_id, standing, id) INCLUDE (uncovered_on, promised_on);
CREATE INDEX invoices_by_promise ON invoices (tenant_id, promised_on) WHERE promised_on IS NOT NULL;
CREATE INDEX invoices_to_review ON invoices (tenant_id, review_on) WHERE review_on IS NOT NULL;

CREATE TABLE credit_notes (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    customer_id uuid NOT NULL,
    amount bigint NOT NULL CHECK (amount BETWEEN 0 AND 9007199254740991),
    net_amount bigint CHECK (net_amount BETWEEN 0 AND 9007199254740991),
    default_amount bigint NOT NULL CHECK (default_amount BETWEEN 0 AND 9007199254740991),
    amount_paid_back bigint NOT NULL CHECK (amount_paid_back >= 0),
    amount_linked bigint NOT NULL CHECK (amount_linked >= 0 AND amount_paid_back + amount_linked <= amount),
    updated_at timestamptz NOT NULL,
    issued_on date NOT NULL,
    due_on date,
    recovery_on date,
    disputed_on date,
    positions int NOT NULL CHECK (positions >= 0),
    standing text NOT NULL CHECK (standing IN ('available', 'deducted', 'recovery', 'disputed')),
    currency text NOT NULL CHECK (length(currency) = 3),
    external_id text COLLATE "C",
    reference text NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, customer_id) REFERENCES customers (tenant_id, id)
);
CREATE UNIQUE INDEX credit_notes_by_external_id ON credit_notes (tenant_id, external_id) WHERE external_id IS NOT NULL;
CREATE INDEX credit_notes_of_customer ON credit_notes (tenant_id, customer_id);
CREATE INDEX credit_notes_by_update ON credit_notes (tenant_id, updated_at);
CREATE INDEX credit_notes_by_standing ON credit_notes (tenant_id, standing, id);

-- One row per payment, payback, link and write-off; a link lies on both of its documents. The positions are the order of recording.
CREATE TABLE allocations (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    invoice_id uuid,
    credit_note_id uuid,
    amount bigint NOT NULL CHECK (amount BETWEEN 0 AND 9007199254740991),
    updated_at timestamptz NOT NULL,
    dated_on date NOT NULL,
    recorded_on date NOT NULL,
    effective_on date NOT NULL CHECK (effective_on = LEAST(dated_on, recorded_on)),
    invoice_position int,
    credit_note_position int,
    by_invoice boolean NOT NULL,
    by_credit_note boolean NOT NULL,
    by_hand boolean NOT NULL CHECK (by_invoice OR by_credit_note OR by_hand),
    kind text NOT NULL CHECK (kind IN ('payment', 'link', 'write_off', 'payback')),
    external_id text COLLATE "C",
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, invoice_id) REFERENCES invoices (tenant_id, id),
    FOREIGN KEY (tenant_id, credit_note_id) REFERENCES credit_notes (tenant_id, id),
    CHECK ((invoice_id IS NULL) = (kind = 'payback') AND (invoice_id IS NULL) = (invoice_position IS NULL)),
    CHECK ((credit_note_id IS NOT NULL) = (kind IN ('link', 'payback')) AND (credit_note_id IS NULL) = (credit_note_position IS NULL))
);
CREATE UNIQUE INDEX allocations_of_invoice ON allocations (tenant_id, invoice_id, invoice_position) WHERE invoice_id IS NOT NULL;
CREATE UNIQUE INDEX allocations_of_credit_note ON allocations (tenant_id, credit_note_id, credit_note_position)
    WHERE credit_note_id IS NOT NULL;
CREATE UNIQUE INDEX payments_by_external_id ON allocations (tenant_id, invoice_id, external_id)
    WHERE kind = 'payment' AND external_id IS NOT NULL;
CREATE UNIQUE INDEX paybacks_by_external_id ON allocations (tenant_id, credit_note_id, external_id)
    WHERE kind = 'payback' AND external_id IS NOT NULL;
CREATE UNIQUE INDEX links_by_external_id ON allocations (tenant_id, invoice_id, credit_note_id, external_id)
    WHERE kind = 'link' AND external_id IS NOT NULL;

-- The journal: one row per change, in the writer's transaction; it is the event. body is the exact bytes that sha256 is of.
CREATE TABLE journal (
    tenant_id uuid NOT NULL,
    xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    id uuid NOT NULL,
    object_id uuid NOT NULL,
    kind text NOT NULL,
    action text NOT NULL,
    body bytea NOT NULL,
    sha256 bytea NOT NULL CHECK (length(sha256) = 32),
    PRIMARY KEY (tenant_id, xid, id)
);

-- Sealed ranges of the journal in order of (xid, id); sha256 is over the previous block's hash and the rows' hashes.
CREATE TABLE journal_blocks (
    tenant_id uuid NOT NULL,
    number bigint NOT NULL,
    first_xid xid8 NOT NULL,
    first_id uuid NOT NULL,
    last_xid xid8 NOT NULL,
    last_id uuid NOT NULL,
    rows int NOT NULL CHECK (rows > 0),
    sha256 bytea NOT NULL CHECK (length(sha256) = 32),
    sealed_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, number)
);

-- What lists are counted from: each writing transaction leaves one row of differences, which also tells the follower whom to visit. The follower
-- folds them into the tenant's one row with is_base. The arrays go together: how many documents more stand at (standing, uncovered_on, promised_on).
CREATE TABLE tallies (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    is_base boolean NOT NULL,
    customers bigint NOT NULL,
    credit_notes bigint NOT NULL,
    invoices bigint NOT NULL,
    standing text[] NOT NULL,
    uncovered_on date[] NOT NULL,
    promised_on date[] NOT NULL,
    difference bigint[] NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX tallies_base ON tallies (tenant_id) WHERE is_base;
CREATE INDEX tallies_to_fold ON tallies (tenant_id) WHERE NOT is_base;

-- The id of each 5,000th invoice behind the oldest writer, so that a far page is found without counting to it.
CREATE TABLE page_marks (
    tenant_id uuid NOT NULL,
    position bigint NOT NULL,
    id uuid NOT NULL,
    PRIMARY KEY (tenant_id, position)
);

-- Answers kept for Idempotency-Key, 24 h, written in the transaction of the change.
CREATE TABLE kept_answers (
    tenant_id uuid NOT NULL,
    key text COLLATE "C" NOT NULL CHECK (length(key) BETWEEN 1 AND 255),
    created_at timestamptz NOT NULL,
    status int NOT NULL,
    request_sha256 bytea NOT NULL CHECK (length(request_sha256) = 32),
    content_type text NOT NULL,
    body bytea NOT NULL,
    PRIMARY KEY (tenant_id, key)
);
CREATE INDEX kept_answers_by_age ON kept_answers (tenant_id, created_at);

-- Columns that no plan depends on are not counted: arrays and bodies cost an ANALYZE more than all the rest.
ALTER TABLE invoices ALTER COLUMN instalment_due_on SET STATISTICS 0, ALTER COLUMN instalment_amount SET STATISTICS 0,
    ALTER COLUMN instalment_default_amount SET STATISTICS 0, ALTER COLUMN reference SET STATISTICS 0;
ALTER TABLE credit_notes ALTER COLUMN reference SET STATISTICS 0;
ALTER TABLE journal ALTER COLUMN body SET STATISTICS 0, ALTER COLUMN sha256 SET STATISTICS 0, ALTER COLUMN object_id SET STATISTICS 0;
ALTER TABLE kept_answers ALTER COLUMN body SET STATISTICS 0;

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['tenants', 'entities', 'customers', 'invoices', 'credit_notes', 'allocations', 'journal', 'journal_blocks',
                                'tallies', 'page_marks', 'kept_answers'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        -- Plans are made once for all tenants. Told that the whole table may be one tenant's, the planner never reads a tenant to find a row.
        EXECUTE format('ALTER TABLE %I ALTER COLUMN tenant_id SET (n_distinct = 1)', name);
        EXECUTE format(
            'CREATE POLICY own_tenant ON %I USING (tenant_id = (SELECT current_setting(''duebook.tenant_id''))::uuid)', name);
    END LOOP;
END
$$;

GRANT SELECT ON tenants, entities, keys, journal_blocks, page_marks TO duebook_app;
GRANT SELECT, INSERT ON journal TO duebook_app;
GRANT SELECT, INSERT, UPDATE ON customers, invoices, credit_notes TO duebook_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON allocations, kept_answers TO duebook_app;
GRANT SELECT, INSERT ON tallies TO duebook_app;
