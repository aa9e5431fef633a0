#!/bin/bash
# One item names a product that does not exist: it fails alone and says so, the other becomes an invoice with the next number.
set -euo pipefail
. "$(dirname "$0")/known.sh"

find_what_the_batch_names

curl "${HYPERLINE[@]}" --url "$ADDRESS/v2/invoices/batch" --data '{
  "batch_id": "second-afternoon", "invoices": [
    {"batch_invoice_id": "wrong", "customer_id": "'"$CUSTOMER"'", "line_items": [{"product_id": "itm_0000000000000000000001"}]},
    {"batch_invoice_id": "right", "customer_id": "'"$CUSTOMER"'", "line_items": [{"product_id": "'"$PRODUCT"'"}], "status": "to_pay"}
  ]
}' | python3 -m json.tool
until curl "${HYPERLINE[@]}" --url "$ADDRESS/v2/invoices/batch/second-afternoon" | grep -qE '"done"|"message"'; do sleep 0.2; done
curl "${HYPERLINE[@]}" --url "$ADDRESS/v2/invoices/batch/second-afternoon" | python3 -m json.tool
