#!/bin/bash
# A credit note of 300.00: 50.00 are paid back, 200.00 laid on an invoice, 50.00 wait.
set -euo pipefail
: "${ADDRESS:?where duebook listens, such as http://127.0.0.1:8080}" "${KEY:?an API key}"

curl --silent --request POST --url "$ADDRESS/v1/public/credit-notes/complete" \
  --header "Authorization: $KEY" --header "Content-Type: application/json" \
  --data '{
    "reference": "A-0004", "amount": 30000, "issueDate": "2026-01-20", "currency": "EUR", "externalId": "erp-credit-note-4",
    "client": {"externalId": "erp-client-91"},
    "paybacks": [{"date": "2026-01-30", "amount": 5000, "externalId": "bank-31"}],
    "invoiceLinks": [{"date": "2026-01-28", "invoice": {"externalId": "erp-invoice-117"}, "amount": 20000, "externalId": "erp-match-5498"}]
  }' | python3 -m json.tool --no-ensure-ascii
