#!/bin/bash
# One line per currency: what is outstanding, how much of it is late, and what credit waits.
set -euo pipefail
: "${ADDRESS:?where duebook listens, such as http://127.0.0.1:8080}" "${KEY:?an API key}"

curl --silent --url "$ADDRESS/v1/public/clients?externalId=erp-client-91" --header "Authorization: $KEY" |
  python3 -m json.tool --no-ensure-ascii
