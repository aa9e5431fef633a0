#!/bin/bash
# Up to 100 invoices in one request: all of them are stored, or none. Amounts are whole cents.
set -euo pipefail
: "${ADDRESS:?where duebook listens, such as http://127.0.0.1:8080}" "${KEY:?an API key}"

CLIENT=$(curl --silent --url "$ADDRESS/v1/public/clients?externalId=erp-client-91" --header "Authorization: $KEY" |
  python3 -c 'import json, sys; print(json.load(sys.stdin)["data"][0]["id"])')

curl --silent --request POST --url "$ADDRESS/v1/public/invoices/batch" \
  --header "Authorization: $KEY" --header "Content-Type: application/json" \
  --data '{"invoices": [
    {"clientId": "'"$CLIENT"'", "reference": "F-0117", "amount": 126000, "netAmount": 105000,
     "issueDate": "2026-01-12", "dueDate": "2026-02-11", "externalId": "erp-invoice-117"},
    {"clientId": "'"$CLIENT"'", "reference": "F-0098", "amount": 48000, "netAmount": 40000,
     "issueDate": "2025-12-20", "dueDate": "2026-01-19", "externalId": "erp-invoice-98"}
  ]}' | python3 -m json.tool --no-ensure-ascii
