#!/bin/bash
# Its invoice: 24000 less a coupon of 500 is 23500, 20 % of it 4700, together 28200, all of it paid.
set -euo pipefail
. "$(dirname "$0")/known.sh"

BATCH=f65f58f3-ecb0-4711-be22-1e64102a380d

INVOICE=$(curl "${HYPERLINE[@]}" --url "$ADDRESS/v2/invoices/batch/$BATCH" |
  python3 -c 'import json, sys; print(json.load(sys.stdin)["items"][0]["invoice_id"])')
curl "${HYPERLINE[@]}" --url "$ADDRESS/v2/invoices/$INVOICE" | python3 -m json.tool --no-ensure-ascii
