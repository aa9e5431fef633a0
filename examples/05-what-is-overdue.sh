#!/bin/bash
# The status is computed when it is read: no job has to run for this list to be right today.
set -euo pipefail
: "${ADDRESS:?where duebook listens, such as http://127.0.0.1:8080}" "${KEY:?an API key}"

curl --silent --url "$ADDRESS/v1/public/invoices?status=overdue&page=1" --header "Authorization: $KEY" |
  python3 -m json.tool --no-ensure-ascii
