#!/usr/bin/env bash
# The server that the browser tests run against: development mode, a fresh database and small demo content.
set -euo pipefail
cd "$(dirname "$0")/.."
. .ci/env.sh
data=$(mktemp -d "${TMPDIR:-/tmp}/eternity-e2e-XXXXXX")
trap 'rm -rf "$data"' EXIT
# A database of its own, whatever the environment names.
unset DATABASE_URL
export ETERNITY_MODE=development ETERNITY_DATA_DIR="$data" ETERNITY_SITE_URL=http://127.0.0.1:3110 \
  ETERNITY_SERVER__ADDRESS=127.0.0.1:3110 ETERNITY_SERVER__METRICS_ADDRESS=127.0.0.1:3111 RUST_LOG=warn
# The tests run commands against the same database.
echo "$data" > end2end/.server
"$CARGO_TARGET_DIR/debug/eternity" demo --small
"$CARGO_TARGET_DIR/debug/eternity" serve &
server=$!
trap 'kill -TERM $server 2>/dev/null; wait $server; rm -rf "$data"' TERM INT
wait $server
