#!/bin/bash
# What the receiver was told of it. Deliveries arrive in any order; the sequence is that of the facts.
set -euo pipefail
. "$(dirname "$0")/known.sh"

for _ in {1..100}; do [ "$(sort -u "$RECEIVED" | wc -l)" -ge 4 ] && break; sleep 0.2; done
sort -nu "$RECEIVED"
