#!/bin/bash
# What is sold, and what is taken off.
set -euo pipefail
. "$(dirname "$0")/known.sh"

PRODUCT=$(curl "${HYPERLINE[@]}" --url "$ADDRESS/v1/products" --header "Idempotency-Key: second-afternoon-product" \
  --data '{
    "type": "flat_fee", "name": "Platform access", "price_configurations": [
      {"type": "fee", "currency": "EUR", "billing_interval": {"period": "once"}, "prices": [{"type": "fee", "amount": 24000}]}
    ]
  }' | id_of)
COUPON=$(curl "${HYPERLINE[@]}" --url "$ADDRESS/v1/coupons" --header "Idempotency-Key: second-afternoon-coupon" \
  --data '{"name": "Black Friday 2023", "type": "amount", "discount_amount": 500, "currency": "EUR"}' | id_of)

show "/v1/products/$PRODUCT"
show "/v1/coupons/$COUPON"
