"""A body of every kind that the Hyperline door takes, and of the kinds that it gives first, for its API pages: a small company, a customer
that pays by transfer.

Plain values as they stand in JSON. A test holds them to the structs, and sends them as one story.
"""

from collections.abc import Mapping
from typing import Any, Final

from duebook.hyperline import wire
from duebook.hyperline.wire import webhooks

ENTITY: Final = "ive_02yjTvK3NI1Ig7ltdPmAeV"
CUSTOMER: Final = "cus_0324NpTjloOw3yiO0SIjtb"
PRODUCT: Final = "itm_02yjU2vjPXR0lJsWlBrTZA"
_BATCH: Final = "f65f58f3-ecb0-4711-be22-1e64102a380d"

_ADDRESS: Final = {
    "name": "Menuiserie Kervella SARL",
    "line1": "12 rue du Chapeau Rouge",
    "line2": None,
    "city": "Quimper",
    "zip": "29000",
    "state": None,
    "country": "FR",
}
_CUSTOMER_ASKED: Final = {
    "name": "Menuiserie Kervella SARL",
    "type": "corporate",
    "currency": "EUR",
    "language": "fr",
    "external_id": "sage-CLI-0091",
    "tax_ids": [{"value": "FR19812345676"}],
    "billing_email": "compta@kervella.example",
    "billing_address": {"line1": "12 rue du Chapeau Rouge", "city": "Quimper", "zip": "29000", "country": "FR"},
    "custom_payment_delay": 45,
    "properties": {"region": "Bretagne"},
}
_INVOICE_ASKED: Final[Mapping[str, Any]] = {
    "customer_id": CUSTOMER,
    "line_items": [
        {
            "product_id": PRODUCT,
            "name": "Accès plateforme",
            "description": "Janvier 2026",
            "units_count": 1,
            "unit_amount": 24000,
            "tax_rate": 20,
            "period_start": "2026-01-01T00:00:00.000Z",
            "period_end": "2026-01-31T00:00:00.000Z",
        }
    ],
    "currency": "EUR",
    "status": "to_pay",
    "payment_method_strategy": "external",
    "reference": "V0KAHOU6J3",
    "emitted_at": "2026-01-15T08:00:00.000Z",
    "properties": {},
    "transactions": [{"amount": 10000, "process_at": "2026-01-20T08:00:00.000Z", "payment_method_type": "transfer"}],
    "coupons": [{"name": "Remise fidélité", "discount_amount": 500, "line_item_indexes": [0]}],
}
_PRICE: Final = {"currency": "EUR", "billing_interval": {"period": "once"}, "type": "fee", "prices": [{"type": "fee", "amount": 24000}]}
_COUPON: Final = {"name": "Bienvenue", "type": "percent", "discount_percent": 10, "repeat": "once"}
_PROPERTY: Final = {"name": "Segment", "type": "select", "slug": "segment", "entities": ["customer"], "authorized_values": ["A", "B"]}
_ACCOUNT: Final = {
    "bank_name": "Banque Exemple",
    "format": "iban_bic_swift",
    "iban": "FR7630006000011234567890189",
    "bic_swift": "AGRIFRPP",
    "currency": "EUR",
    "name": "Compte courant",
    "country": "FR",
}
_ENDPOINT: Final = {"url": "https://hooks.kervella.example/duebook", "event_types": ["invoice.settled"], "description": "cash desk"}
_CUSTOMER_SHOWN: Final = {
    "id": CUSTOMER,
    "name": "Menuiserie Kervella SARL",
    "type": "corporate",
    "status": "active",
    "currency": "EUR",
    "country": "FR",
    "domain": "kervella.example",
    "tax_ids": [{"value": "FR19812345676", "status": "valid"}],
    "local_tax_number": None,
    "tax_rate_custom": None,
    "taxability": "taxable",
    "registration_number": None,
    "is_government_affiliated": False,
    "language": "fr",
    "timezone": None,
    "external_id": "sage-CLI-0091",
    "properties": {"region": "Bretagne"},
    "custom_properties": None,
    "billing_address": _ADDRESS | {"name": None},
    "shipping_address": None,
    "billing_email": "compta@kervella.example",
    "invoice_emails": [],
    "invoicing_entity_id": ENTITY,
    "invoice_reminders_enabled": True,
    "price_book_id": None,
    "available_payment_methods": [],
    "subscriptions": [],
    "segment_ids": [],
    "integrations": [],
    "created_at": "2026-01-05T09:30:00.000Z",
    "updated_at": "2026-01-05T09:30:00.000Z",
    "deleted_at": None,
    "owner_id": None,
    "owner": None,
    "followers": [],
    "payment_terms": 45,
    "payment_initiation_delay": None,
    "payment_method_type": None,
    "payment_method_id": None,
    "payment_method": None,
    "bank_account": None,
    "organisation_id": None,
    "organisation_invoicing": "none",
}

EXAMPLES: Final[Mapping[Any, Any]] = {
    wire.CreateInvoice: _INVOICE_ASKED,
    wire.CreateInvoicesBatch: {"invoices": [{**_INVOICE_ASKED, "batch_invoice_id": "invoice-123"}], "batch_id": _BATCH},
    wire.BatchAccepted: {"batch_id": _BATCH},
    wire.Batch: {
        "batch_id": _BATCH,
        "state": "done",
        "counts": {"total": 2, "pending": 0, "succeeded": 1, "failed": 1},
        "created_at": "2026-02-01T08:30:00.000Z",
        "finished_at": "2026-02-01T08:30:00.124Z",
        "items": [
            {
                "batch_invoice_id": "invoice-123",
                "position": 0,
                "status": "succeeded",
                "invoice_id": "inv_032KKcvzipkFCgjVHtPRZD",
                "error": None,
            },
            {
                "batch_invoice_id": "invoice-124",
                "position": 1,
                "status": "failed",
                "invoice_id": None,
                "error": {
                    "type": "NotFoundError",
                    "message": "Product not found",
                    "errors": {"line_items.0.product_id": ["Product not found"]},
                },
            },
        ],
    },
    wire.CreateCustomer: _CUSTOMER_ASKED,
    wire.CreateCustomersBatch: {"customers": [{"name": "Durand", "external_id": "sage-CLI-0092", "batch_customer_id": "row-1"}]},
    wire.UpdateCustomer: {"billing_email": "factures@kervella.example", "custom_payment_delay": None},
    wire.CustomerDetails: _CUSTOMER_SHOWN,
    wire.CreateInvoicingEntity: {
        "name": "Atelier Verney SAS",
        "country": "FR",
        "currency": "EUR",
        "accounting_currency": "EUR",
        "address_line1": "8 quai Saint-Vincent",
        "zip_code": "69001",
        "city": "Lyon",
        "tax_id": "FR40123456824",
        "invoice_number_pattern": "{YYYY}-{number}",
    },
    wire.UpdateInvoicingEntity: {"default_payment_delay": 45, "invoice_footer": "Atelier Verney SAS, Lyon"},
    wire.CreateProduct: {"type": "flat_fee", "name": "Accès plateforme", "price_configurations": [_PRICE]},
    wire.UpdateProduct: {"name": "Accès plateforme", "public_description": "Un mois d'accès"},
    wire.CreatePriceConfiguration: _PRICE | {"product_id": PRODUCT, "countries": ["FR"]},
    wire.Fees: [{"type": "fee", "amount": 25000}],
    wire.KeepCoupon: _COUPON,
    wire.KeepCustomProperty: _PROPERTY,
    wire.CreatePaymentMethod: {"provider_name": "mollie", "provider_payment_method_id": "mdt_7tFhSrqV"},
    wire.KeepBankAccount: _ACCOUNT,
    wire.CreateTaxRate: {
        "code": "FR-LIVRES",
        "invoicing_entity_id": ENTITY,
        "type": "custom",
        "name": "Livres",
        "country": "FR",
        "rate": 5.5,
    },
    wire.UpdateTaxRate: {"type": "custom", "name": "Livres et journaux"},
    webhooks.CreateEndpoint: _ENDPOINT,
    webhooks.UpdateEndpoint: _ENDPOINT | {"rate_limit": 10},
    wire.Message: {"statusCode": 404, "type": "NotFoundError", "message": "Customer not found"},
}
