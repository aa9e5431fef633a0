"""Bodies for the tests of this door: the published sample of a batch, the least invoice, and what the door says of a bad one."""

import json
from typing import Any

import msgspec

from duebook.hyperline.problems import ProblemWriter
from duebook.web.body import decoder_for
from duebook.web.faults import FormRefused

# The request of the published documentation, as it stands there.
SAMPLE = """
{
  "invoices": [
    {
      "customer_id": "cus_Typ0px2W0aiEtl",
      "line_items": [
        {
          "name": "Platform access",
          "unit_amount": 24000,
          "description": "Access fee for the period of November 2024",
          "units_count": 1,
          "tax_rate": 20,
          "period_start": "2024-10-13T00:00:00.000Z",
          "period_end": "2024-11-13T00:00:00.000Z",
          "display_unit_amount": true,
          "display_service_period": false,
          "product_id": "itm_KbLcWt2qm5p1S2"
        }
      ],
      "batch_invoice_id": "invoice-123",
      "currency": "EUR",
      "status": "paid",
      "invoicing_entity_id": "ive_47484fjdhy5",
      "number": "INV-35",
      "type": "invoice",
      "document_name": "<string>",
      "reference": "V0KAHOU6J3",
      "purchase_order": "PO-12345",
      "custom_note": "Thank you for your purchase!",
      "additional_info": "This invoice must be paid within the payment delay indicated. After this period a late payment penalty of 10% will be applied.",
      "footer": "ACME (Acme SAS) is a company registered in France | SIREN N°123456",
      "tax_rate": 50,
      "tax_scheme": "auto",
      "payment_method_strategy": "external",
      "payment_method_id": "pm_1ryTrMj4TTAT1N",
      "bank_account_id": "bac_KJyPrMA1toAqRG",
      "emitted_at": "2024-10-13T00:00:00.000Z",
      "due_at": "2024-11-12T00:00:00.000Z",
      "settled_at": "2024-10-15T14:01:56.000Z",
      "properties": {},
      "transactions": [
        {
          "amount": 31500,
          "process_at": "2024-11-12T07:38:39.222Z",
          "payment_method_id": "pm_1xMpj5bwRqN7LM"
        }
      ],
      "coupons": [
        {
          "coupon_id": "cou_1eTaiytfA0i2Vb",
          "name": "Black Friday 2023",
          "discount_amount": 500,
          "line_item_indexes": [
            0,
            1
          ]
        }
      ]
    }
  ],
  "batch_id": "f65f58f3-ecb0-4711-be22-1e64102a380d"
}
"""  # noqa: E501 - one of its texts is as long as that


def line(**fields: Any) -> dict[str, Any]:
    return {"name": "Platform access", "unit_amount": 24000} | fields


def invoice(**fields: Any) -> dict[str, Any]:
    return {"customer_id": "cus_0324NpTjloOw3yiO0SIjtb", "line_items": [line()]} | fields


def item(name: str = "a", **fields: Any) -> dict[str, Any]:
    return invoice(**fields) | {"batch_invoice_id": name}


def written(document: Any) -> bytes:
    return json.dumps(document).encode()


def read(struct: type[msgspec.Struct], body: bytes) -> Any:
    """The body as this door reads it. Raises FormRefused."""
    return decoder_for(struct, unknown="ignore").read(body)


def complaints(struct: type[msgspec.Struct], body: bytes) -> dict[str, list[str]]:
    """What the door answers to a bad body, by dotted path; empty for a good one."""
    try:
        read(struct, body)
    except FormRefused as refused:
        status, answer = ProblemWriter().refused(refused.faults, [], truncated=refused.truncated)
        told = json.loads(answer)
        if (status, told["statusCode"], told["type"], told["message"]) != (400, 400, "ValidationError", "Invalid body"):
            raise AssertionError(told) from refused
        return told["errors"]
    return {}
