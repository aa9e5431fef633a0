#!/bin/bash
# dryRun=true checks everything and stores nothing: what would be new has no id yet.
set -euo pipefail
: "${ADDRESS:?where duebook listens, such as http://127.0.0.1:8080}" "${KEY:?an API key}"

curl --silent --request POST --url "$ADDRESS/v1/public/invoices/complete?dryRun=true" \
  --header "Authorization: $KEY" --header "Content-Type: application/json" \
  --data '{
    "reference": "F-0119", "amount": 5000, "issueDate": "2026-02-01", "client": {"externalId": "erp-client-91"},
    "dueDates": [{"dueDate": "2026-03-03", "currency": "EUR", "amount": 5000}]
  }' | python3 -m json.tool --no-ensure-ascii
