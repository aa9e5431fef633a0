-- Invoicing entities: the sellers of a tenant, with their counters of numbers.

-- name: every
-- A tenant has a handful. In order of age.
SELECT e.id, e.name, e.country, e.currency, e.accounting_currency, e.timezone, e.language, e.is_default, e.trade_name, e.address_line1,
       e.address_line2, e.zip_code, e.city, e.state, e.registration_number, e.tax_id, e.billing_email, e.invoice_pattern,
       e.credit_note_pattern, e.document_pattern, e.next_invoice_number, e.next_credit_note_number, e.next_document_number,
       e.has_invoice_numbers, e.has_credit_note_numbers, e.has_document_numbers, e.payment_term_days, e.grace_period_days,
       e.invoice_initiation_days, e.document_initiation_days, e.late_fees, e.invoice_footer, e.document_footer, e.quote_footer, e.logo_url,
       e.favicon_url, e.brand_color, e.forced_customer_type, e.wallet_refunds, e.standalone_credit_notes, e.rate_between_members,
       e.updated_at
FROM entities AS e
WHERE e.tenant_id = $1
ORDER BY e.id

-- name: lock_every
-- All of a tenant's, in order of age: which one is the default concerns them all.
SELECT e.id, e.name, e.country, e.currency, e.accounting_currency, e.timezone, e.language, e.is_default, e.trade_name, e.address_line1,
       e.address_line2, e.zip_code, e.city, e.state, e.registration_number, e.tax_id, e.billing_email, e.invoice_pattern,
       e.credit_note_pattern, e.document_pattern, e.next_invoice_number, e.next_credit_note_number, e.next_document_number,
       e.has_invoice_numbers, e.has_credit_note_numbers, e.has_document_numbers, e.payment_term_days, e.grace_period_days,
       e.invoice_initiation_days, e.document_initiation_days, e.late_fees, e.invoice_footer, e.document_footer, e.quote_footer, e.logo_url,
       e.favicon_url, e.brand_color, e.forced_customer_type, e.wallet_refunds, e.standalone_credit_notes, e.rate_between_members,
       e.updated_at
FROM entities AS e
WHERE e.tenant_id = $1
ORDER BY e.id
FOR NO KEY UPDATE

-- name: insert
INSERT INTO entities (
    tenant_id, id, updated_at, name, country, currency, accounting_currency, timezone, language, is_default, trade_name, address_line1,
    address_line2, zip_code, city, state, registration_number, tax_id, billing_email, invoice_pattern, credit_note_pattern,
    document_pattern, next_invoice_number, next_credit_note_number, next_document_number, payment_term_days, grace_period_days,
    invoice_initiation_days, document_initiation_days, late_fees, invoice_footer, document_footer, quote_footer, logo_url, favicon_url,
    brand_color, forced_customer_type, wallet_refunds, standalone_credit_notes, rate_between_members)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28,
        $29, $30, $31, $32, $33, $34, $35, $36, $37, $38, $39, $40)

-- name: update
-- All but the marks of numbers that were taken: only taking one sets them.
UPDATE entities AS e
SET updated_at = $3, name = $4, country = $5, currency = $6, accounting_currency = $7, timezone = $8, language = $9, is_default = $10,
    trade_name = $11, address_line1 = $12, address_line2 = $13, zip_code = $14, city = $15, state = $16, registration_number = $17,
    tax_id = $18, billing_email = $19, invoice_pattern = $20, credit_note_pattern = $21, document_pattern = $22, next_invoice_number = $23,
    next_credit_note_number = $24, next_document_number = $25, payment_term_days = $26, grace_period_days = $27,
    invoice_initiation_days = $28, document_initiation_days = $29, late_fees = $30, invoice_footer = $31, document_footer = $32,
    quote_footer = $33, logo_url = $34, favicon_url = $35, brand_color = $36, forced_customer_type = $37, wallet_refunds = $38,
    standalone_credit_notes = $39, rate_between_members = $40
WHERE e.tenant_id = $1 AND e.id = $2
