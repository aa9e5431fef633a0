#!/bin/bash
# Somebody who owes: a client, known by the id that your own program has for it.
set -euo pipefail
: "${ADDRESS:?where duebook listens, such as http://127.0.0.1:8080}" "${KEY:?an API key}"

curl --silent --request POST --url "$ADDRESS/v1/public/clients" \
  --header "Authorization: $KEY" --header "Content-Type: application/json" \
  --data '{
    "externalId": "erp-client-91", "name": "Menuiserie Le Goff SARL", "registrationNumber": "81234567600017",
    "vatNumber": "FR19812345676", "currency": "EUR", "language": "fr", "paymentTermDays": 30
  }' | python3 -m json.tool --no-ensure-ascii
