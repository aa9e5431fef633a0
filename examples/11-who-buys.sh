#!/bin/bash
# Who buys, and with which card: of payment methods duebook keeps the name that the provider has for them, and no number.
set -euo pipefail
. "$(dirname "$0")/known.sh"

CUSTOMER=$(curl "${HYPERLINE[@]}" --url "$ADDRESS/v1/customers" --header "Idempotency-Key: second-afternoon-customer" \
  --data '{
    "external_id": "erp-customer-12", "name": "Ébénisterie Caradec SARL", "currency": "EUR", "language": "fr",
    "billing_email": "compta@caradec.example", "tax_ids": [{"value": "FR87523879468"}],
    "billing_address": {"line1": "4 quai de la Fosse", "zip": "44000", "city": "Nantes", "country": "FR"}
  }' | id_of)
METHOD=$(curl "${HYPERLINE[@]}" --url "$ADDRESS/v1/customers/$CUSTOMER/payment-methods" \
  --header "Idempotency-Key: second-afternoon-card" \
  --data '{"provider_name": "stripe", "provider_payment_method_id": "pm_1MqLiJLkdIwHu7ix"}' | id_of)

show "/v2/customers/$CUSTOMER"
show "/v1/customers/$CUSTOMER/payment-methods"
