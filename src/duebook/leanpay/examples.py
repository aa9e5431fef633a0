"""One body of every kind that the LeanPay door takes or gives, for its API pages: a small company, a client that pays late.

Plain values as they stand in JSON. A test holds them to the structs and to their sums.
"""

from collections.abc import Mapping
from typing import Any, Final

from duebook.leanpay import wire
from duebook.web.operations import Struct

_TENANT: Final = "019b9b40-6c00-7f9d-8a51-3a5e6b1c2d70"
_CLIENT: Final = "019b9b40-8f40-7c2e-9d3f-0b1a2c3d4e51"
_INVOICE: Final = "019bc0f1-2a80-7b61-8e4d-5f6a7b8c9d02"
_CREDIT_NOTE: Final = "019bd5c4-1e00-7a3b-9c8d-6e5f4a3b2c13"
_WEBHOOK: Final = "019bd5c5-0800-7d4c-8b9e-7f60514a3d24"
_WRITTEN: Final = {"createdAt": "2026-01-05T09:30:00.000Z", "updatedAt": "2026-01-05T09:30:00.000Z"}

_INVOICE_IMPORT: Final = {
    "clientId": _CLIENT,
    "reference": "FA-2026-0017",
    "amount": 24000,
    "netAmount": 20000,
    "issueDate": "2026-01-05",
    "dueDate": "2026-02-04",
    "externalId": "erp-10017",
}
_CREDIT_NOTE_IMPORT: Final = {
    "clientId": _CLIENT,
    "reference": "AV-2026-0003",
    "amount": 6000,
    "netAmount": 5000,
    "issueDate": "2026-01-12",
    "dueDate": "2026-01-12",
    "externalId": "erp-av-3",
}
_CLIENT_IMPORT: Final = {
    "externalId": "erp-c-42",
    "name": "Dupont SARL",
    "registrationNumber": "732829320",
    "vatNumber": "FR44732829320",
    "currency": "EUR",
    "language": "fr",
    "paymentTermDays": 30,
}
_COMPLETE_INVOICE: Final = {
    "reference": "FA-2026-0017",
    "amount": 24000,
    "issueDate": "2026-01-05",
    "dueDates": [
        {"dueDate": "2026-02-04", "currency": "EUR", "amount": 12000},
        {"dueDate": "2026-03-06", "currency": "EUR", "amount": 12000},
    ],
    "externalId": "erp-10017",
    "client": {"id": _CLIENT},
    "payments": [{"date": "2026-01-20", "amount": 6000, "externalId": "bank-771"}],
    "creditNoteLinks": [{"date": "2026-01-12", "creditNote": {"externalId": "erp-av-3"}, "amount": 6000, "externalId": "link-1"}],
}
_COMPLETE_CREDIT_NOTE: Final = {
    "reference": "AV-2026-0003",
    "amount": 6000,
    "issueDate": "2026-01-12",
    "currency": "EUR",
    "externalId": "erp-av-3",
    "client": {"externalId": "erp-c-42"},
    "invoiceLinks": [{"date": "2026-01-12", "invoice": {"id": _INVOICE}, "amount": 6000, "externalId": "link-1"}],
}

_INVOICE_SHOWN: Final = {
    "id": _INVOICE,
    "tenantId": _TENANT,
    "clientId": _CLIENT,
    "externalId": "erp-10017",
    "reference": "FA-2026-0017",
    "amount": 24000,
    "remainingAmount": 12000,
    "paidAmount": 6000,
    "offsetAmount": 6000,
    "sentDate": "2026-01-05T00:00:00.000Z",
    "issueDate": "2026-01-05T00:00:00.000Z",
    "dueDate": "2026-03-06T00:00:00.000Z",
    "status": "due",
    "upcomingPaymentDate": None,
    "dueDates": [
        {"dueDate": "2026-02-04T00:00:00.000Z", "currency": "EUR", "amount": 12000, "defaultCurrencyAmount": 12000},
        {"dueDate": "2026-03-06T00:00:00.000Z", "currency": "EUR", "amount": 12000, "defaultCurrencyAmount": 12000},
    ],
    "payments": [{"date": "2026-01-20T00:00:00.000Z", "amount": 6000, "defaultCurrencyAmount": 6000, "externalId": "bank-771"}],
    "creditNoteLinks": [
        {
            "date": "2026-01-12T00:00:00.000Z",
            "amount": 6000,
            "defaultCurrencyAmount": 6000,
            "externalId": "link-1",
            "creditNote": {"id": _CREDIT_NOTE, "externalId": "erp-av-3"},
        }
    ],
    **_WRITTEN,
}
_CREDIT_NOTE_SHOWN: Final = {
    "id": _CREDIT_NOTE,
    "tenantId": _TENANT,
    "clientId": _CLIENT,
    "externalId": "erp-av-3",
    "reference": "AV-2026-0003",
    "amount": 6000,
    "remainingAmount": 0,
    "paybackAmount": 0,
    "deductedAmount": 6000,
    "issueDate": "2026-01-12T00:00:00.000Z",
    "paybacks": [],
    "invoiceLinks": [
        {
            "date": "2026-01-12T00:00:00.000Z",
            "amount": 6000,
            "defaultCurrencyAmount": 6000,
            "externalId": "link-1",
            "invoice": {"id": _INVOICE, "externalId": "erp-10017"},
        }
    ],
    "status": "deducted",
    **_WRITTEN,
}
_CLIENT_SHOWN: Final = {
    "id": _CLIENT,
    "tenantId": _TENANT,
    **_CLIENT_IMPORT,
    "balances": [
        {
            "currency": "EUR",
            "outstandingAmount": 12000,
            "overdueAmount": 0,
            "disputedAmount": 0,
            "recoveryAmount": 0,
            "uncollectibleAmount": 0,
            "unappliedAmount": 0,
            "creditAmount": 0,
            "miscAmount": 0,
            "balanceAmount": 12000,
        }
    ],
    **_WRITTEN,
}
_WEBHOOK_ASKED: Final = {
    "url": "https://hooks.dupont.example/duebook",
    "events": ["invoice.status_changed", "payment.recorded"],
    "description": "cash application",
}
_WEBHOOK_SHOWN: Final = {"id": _WEBHOOK, "tenantId": _TENANT, **_WEBHOOK_ASKED, **_WRITTEN}
_REFUSED: Final = {"index": 1, "code": "type", "message": 'amount must be a whole number of minor units, not "9.90"'}


def _page(row: Mapping[str, Any]) -> dict[str, Any]:
    return {"data": [row], "count": 1, "total": 1, "page": 1, "pageCount": 1}


def _partial(row: Mapping[str, Any], *, field: str) -> dict[str, Any]:
    return {"data": [row], "errors": [_REFUSED | {"path": f"$.{field}[1].amount"}]}


EXAMPLES: Final[Mapping[Struct, Any]] = {
    wire.InvoiceImport: _INVOICE_IMPORT,
    wire.InvoicesBatchRequest: {"invoices": [_INVOICE_IMPORT]},
    wire.CompleteInvoice: _COMPLETE_INVOICE,
    wire.CreditNoteImport: _CREDIT_NOTE_IMPORT,
    wire.CreditNotesBatchRequest: {"creditNotes": [_CREDIT_NOTE_IMPORT]},
    wire.CompleteCreditNote: _COMPLETE_CREDIT_NOTE,
    wire.ClientImport: _CLIENT_IMPORT,
    wire.ClientsBatchRequest: {"clients": [_CLIENT_IMPORT]},
    wire.ClientUpdate: {"paymentTermDays": 45},
    wire.Invoice: _INVOICE_SHOWN,
    wire.Invoices: {"data": [_INVOICE_SHOWN]},
    wire.InvoicesPartial: _partial(_INVOICE_SHOWN, field="invoices"),
    wire.InvoicePage: _page(_INVOICE_SHOWN),
    wire.CreditNote: _CREDIT_NOTE_SHOWN,
    wire.CreditNotes: {"data": [_CREDIT_NOTE_SHOWN]},
    wire.CreditNotesPartial: _partial(_CREDIT_NOTE_SHOWN, field="creditNotes"),
    wire.CreditNotePage: _page(_CREDIT_NOTE_SHOWN),
    wire.Client: _CLIENT_SHOWN,
    wire.Clients: {"data": [_CLIENT_SHOWN]},
    wire.ClientsPartial: _partial(_CLIENT_SHOWN, field="clients"),
    wire.ClientPage: _page(_CLIENT_SHOWN),
    wire.WebhookRequest: _WEBHOOK_ASKED,
    wire.Webhook: _WEBHOOK_SHOWN,
    wire.NewWebhook: _WEBHOOK_SHOWN | {"secret": "whsec_ZHVlYm9vayBzaG93cyB0aGlzIHNlY3JldCBvbmNlIQ=="},
    wire.WebhookPage: _page(_WEBHOOK_SHOWN),
}
