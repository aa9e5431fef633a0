#!/bin/bash
# What the receiver was told of it. Deliveries arrive in any order; the sequence is that of the facts.
set -euo pipefail
. "$(dirname "$0")/known.sh"

until [ "$(sort -u "$RECEIVED" | wc -l)" -ge 4 ]; do sleep 0.2; done
sort -nu "$RECEIVED"
