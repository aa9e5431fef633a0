#!/bin/bash
# Who sells: the invoicing entity that every company has, and the account that its customers pay into.
set -euo pipefail
. "$(dirname "$0")/known.sh"

ENTITY=$(curl "${HYPERLINE[@]}" --url "$ADDRESS/v1/invoicing-entities" | id_of)
ACCOUNT=$(curl "${HYPERLINE[@]}" --url "$ADDRESS/v1/bank-accounts" --header "Idempotency-Key: second-afternoon-account" \
  --data '{
    "name": "Compte courant", "bank_name": "Banque du Confluent", "currency": "EUR", "country": "FR",
    "format": "iban_bic_swift", "iban": "FR7630006000011234567890189", "bic_swift": "AGRIFRPP"
  }' | id_of)

show "/v1/invoicing-entities/$ENTITY"
show "/v1/bank-accounts/$ACCOUNT"
