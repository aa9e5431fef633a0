#!/bin/bash
# Who is told: a webhook endpoint. Whoever has the secret can prove that a delivery is ours.
set -euo pipefail
. "$(dirname "$0")/known.sh"

curl "${HYPERLINE[@]}" --url "$ADDRESS/v1/webhooks/endpoints" --header "Idempotency-Key: second-afternoon-endpoint" \
  --data '{"url": "'"$HOOK"'", "secret": "'"$SECRET"'", "description": "second afternoon"}' | python3 -m json.tool
