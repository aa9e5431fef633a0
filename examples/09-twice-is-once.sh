#!/bin/bash
# A line that breaks before the answer: send the same again. With an Idempotency-Key the first answer comes back, byte for byte.
set -euo pipefail
: "${ADDRESS:?where duebook listens, such as http://127.0.0.1:8080}" "${KEY:?an API key}"

send() {
  curl --silent --request POST --url "$ADDRESS/v1/public/invoices/complete" \
    --header "Authorization: $KEY" --header "Content-Type: application/json" --header "Idempotency-Key: order-4711" \
    --data '{
      "reference": "F-0120", "amount": 9900, "issueDate": "2026-02-01", "client": {"externalId": "erp-client-91"},
      "dueDates": [{"dueDate": "2026-03-03", "currency": "EUR", "amount": 9900}]
    }'
}
first=$(send)
second=$(send)
[ "$first" = "$second" ] && echo "the same answer, and one invoice:"
curl --silent --url "$ADDRESS/v1/public/invoices?search=F-0120" --header "Authorization: $KEY" | python3 -m json.tool --no-ensure-ascii
