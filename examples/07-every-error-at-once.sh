#!/bin/bash
# Three mistakes, three errors, each with its place; nothing is stored.
set -euo pipefail
: "${ADDRESS:?where duebook listens, such as http://127.0.0.1:8080}" "${KEY:?an API key}"

curl --silent --request POST --url "$ADDRESS/v1/public/invoices/complete" \
  --header "Authorization: $KEY" --header "Content-Type: application/json" \
  --data '{
    "reference": "F-0118", "amount": "1260.00", "issueDate": "2026-02-30", "client": {"externalId": "erp-client-91"},
    "dueDates": [{"dueDate": "2026-03-02", "currency": "EUR", "amount": 126000}], "dueDat": "2026-03-02"
  }' | python3 -m json.tool --no-ensure-ascii
