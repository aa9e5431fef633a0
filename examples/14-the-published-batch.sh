#!/bin/bash
# The batch of the published documentation, with ids of ours and a payment that fits. A worker makes its invoices.
set -euo pipefail
. "$(dirname "$0")/known.sh"

find_what_the_batch_names

BATCH=f65f58f3-ecb0-4711-be22-1e64102a380d
curl "${HYPERLINE[@]}" --url "$ADDRESS/v2/invoices/batch" --data '{
  "batch_id": "'"$BATCH"'", "invoices": [{
    "customer_id": "'"$CUSTOMER"'", "batch_invoice_id": "invoice-123", "currency": "EUR", "status": "paid",
    "line_items": [{
      "name": "Platform access", "unit_amount": 24000, "description": "Access fee for the period of November 2024",
      "units_count": 1, "tax_rate": 20, "period_start": "2024-10-13T00:00:00.000Z", "period_end": "2024-11-13T00:00:00.000Z",
      "display_unit_amount": true, "display_service_period": false, "product_id": "'"$PRODUCT"'"
    }],
    "invoicing_entity_id": "'"$ENTITY"'", "number": "INV-35", "type": "invoice", "document_name": "<string>",
    "reference": "V0KAHOU6J3", "purchase_order": "PO-12345", "custom_note": "Thank you for your purchase!",
    "additional_info": "This invoice must be paid within the payment delay indicated. After this period a late payment penalty of 10% will be applied.",
    "footer": "ACME (Acme SAS) is a company registered in France | SIREN N°123456",
    "tax_rate": 50, "tax_scheme": "auto", "payment_method_strategy": "external",
    "payment_method_id": "'"$METHOD"'", "bank_account_id": "'"$ACCOUNT"'",
    "emitted_at": "2024-10-13T00:00:00.000Z", "due_at": "2024-11-12T00:00:00.000Z", "settled_at": "2024-10-15T14:01:56.000Z",
    "properties": {},
    "transactions": [{"amount": 28200, "process_at": "2024-11-12T07:38:39.222Z", "payment_method_id": "'"$METHOD"'"}],
    "coupons": [{"coupon_id": "'"$COUPON"'", "name": "Black Friday 2023", "discount_amount": 500, "line_item_indexes": [0, 1]}]
  }]
}' | python3 -m json.tool
until curl "${HYPERLINE[@]}" --url "$ADDRESS/v2/invoices/batch/$BATCH" | grep -qE '"done"|"message"'; do sleep 0.2; done
curl "${HYPERLINE[@]}" --url "$ADDRESS/v2/invoices/batch/$BATCH" | python3 -m json.tool
