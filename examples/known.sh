# Read by the scripts of the second afternoon (10 to 17): how they speak to the Hyperline door, and how they find what an earlier one made.
# shellcheck shell=bash disable=SC2034
: "${ADDRESS:?where duebook listens, such as http://127.0.0.1:8080}" "${KEY:?an API key}"

HYPERLINE=(--silent --header "Authorization: Bearer $KEY" --header "Content-Type: application/json")
id_of() { python3 -c 'import json, sys; said = json.load(sys.stdin); print((said.get("data") or [said])[0].get("id") or sys.exit(str(said)))'; }

id_of_named() { # the id of the row of a list that has this name
  python3 -c 'import json, sys; print(next(row["id"] for row in json.load(sys.stdin)["data"] if row["name"] == sys.argv[1]))' "$1"
}

show() { # what stands at a path, for people
  curl "${HYPERLINE[@]}" --url "$ADDRESS$1" | python3 -m json.tool --no-ensure-ascii
}

find_what_the_batch_names() {
  ENTITY=$(curl "${HYPERLINE[@]}" --url "$ADDRESS/v1/invoicing-entities" | id_of)
  CUSTOMER=$(curl "${HYPERLINE[@]}" --url "$ADDRESS/v2/customers?external_id=erp-customer-12" | id_of)
  METHOD=$(curl "${HYPERLINE[@]}" --url "$ADDRESS/v1/customers/$CUSTOMER/payment-methods" | id_of)
  PRODUCT=$(curl "${HYPERLINE[@]}" --url "$ADDRESS/v1/products" | id_of_named "Platform access")
  COUPON=$(curl "${HYPERLINE[@]}" --url "$ADDRESS/v1/coupons" | id_of_named "Black Friday 2023")
  ACCOUNT=$(curl "${HYPERLINE[@]}" --url "$ADDRESS/v1/bank-accounts" | id_of_named "Compte courant")
}
