#!/bin/bash
# A complete invoice: its schedule, and what came in. The payment covers the first instalment, so nothing of it is late.
set -euo pipefail
: "${ADDRESS:?where duebook listens, such as http://127.0.0.1:8080}" "${KEY:?an API key}"

curl --silent --request POST --url "$ADDRESS/v1/public/invoices/complete" \
  --header "Authorization: $KEY" --header "Content-Type: application/json" \
  --data '{
    "reference": "F-0093", "amount": 240000, "issueDate": "2026-01-05", "externalId": "erp-invoice-93",
    "client": {"externalId": "erp-client-91"},
    "dueDates": [
      {"dueDate": "2026-01-31", "currency": "EUR", "amount": 120000},
      {"dueDate": "2026-03-02", "currency": "EUR", "amount": 120000}
    ],
    "payments": [{"date": "2026-01-28", "amount": 120000, "externalId": "bank-7741"}]
  }' | python3 -m json.tool --no-ensure-ascii
