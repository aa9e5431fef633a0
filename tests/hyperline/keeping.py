"""What tests of customers at the Hyperline door share: a customer that says everything, making, changing and archiving one, its journal,
the doctor's word on the books.
"""

from datetime import date
from typing import Any

import msgspec

from duebook.actions.examine_books import examine_books
from duebook.actions.finding import Finding
from duebook.hyperline import ids
from duebook.store import checks
from tests.make import Company

WHOLE: dict[str, Any] = {
    "name": "Menuiserie Kervella SARL",
    "type": "corporate",
    "currency": "EUR",
    "language": "fr",
    "timezone": "Europe/Paris",
    "domain": "kervella.example",
    "external_id": "sage-91",
    "registration_number": "732829320",
    "local_tax_number": "L-1",
    "tax_ids": [{"value": "FR19812345676"}],
    "tax_rate_custom": 5.5,
    "taxability": "exempt",
    "is_government_affiliated": True,
    "billing_email": "compta@kervella.example",
    "invoice_emails": ["a@kervella.example", "b@kervella.example"],
    "billing_address": {"name": "Kervella", "line1": "12 rue", "line2": "B", "city": "Quimper", "zip": "29000", "country": "FR"},
    "shipping_address": {"city": "Brest", "country": "FR"},
    "invoice_reminders_enabled": "false",
    "available_payment_methods": ["card", "transfer"],
    "payment_method_type": "transfer",
    "bank_account": {"format": "iban_bic_swift", "bank_name": "Banque", "iban": "FR7630006000011234567890189", "bic_swift": "AGRIFRPP"},
    "custom_payment_delay": 45,
    "custom_payment_initiation_delay": 3,
    "organisation_id": "org",
    "organisation_invoicing": "concat",
    "price_book_id": "book",
    "owner_id": "own",
    "follower_ids": ["f1"],
    "properties": {"region": "Bretagne", "rate": 12.50, "list": ["a", 1, None]},
}


async def kept(company: Company, **fields: Any) -> dict[str, Any]:
    """A new customer, as the door answers it."""
    return await company.hyper_post("/v1/customers", {"name": "Kervella", "external_id": "k"} | fields)


async def changed(company: Company, id: str, body: Any, *, status: int = 200) -> dict[str, Any]:
    answer = await company.hyper("PUT", f"/v1/customers/{id}", json=body)
    assert answer.status_code == status, answer.text
    return answer.json()


async def read(company: Company, id: str) -> dict[str, Any]:
    return await company.hyper_get(f"/v2/customers/{id}")


async def journal_of(company: Company, id: str) -> list[tuple[str, Any, Any]]:
    """(action, before, after) of the customer's rows, in order."""
    async with company.database.owner() as connection:
        rows = await connection.fetch(
            "SELECT body FROM journal WHERE tenant_id = $1 AND kind = 'customer' AND object_id = $2 ORDER BY xid, id",
            company.tenant.id,
            ids.read(id, kind="customer"),
        )
    bodies = [msgspec.json.decode(row["body"]) for row in rows]
    return [(body["action"], body["before"], body["after"]) for body in bodies]


async def findings(company: Company) -> list[Finding]:
    """What the doctor finds wrong in the company's books."""
    found: list[Finding] = []
    async with company.database.owner() as connection, checks.snapshot(connection):
        await examine_books(connection, tenant=company.tenant, day=date(2026, 2, 1), tell=found.append, progress=lambda *_: None)
    return found


async def archived(company: Company, id: str, verb: str = "archive") -> dict[str, Any]:
    """Archived or taken back, as programs ask for it: without a body, called a form."""
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Content-Length": "0"}
    answer = await company.hyper("PUT", f"/v1/customers/{id}/{verb}", headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()
