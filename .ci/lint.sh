#!/usr/bin/env bash
# Formatting, clippy for both halves without a warning, and the committed query data against the schema.
#   .ci/lint.sh [server|browser]   both when none is named
set -euo pipefail
cd "$(dirname "$0")/.."
. .ci/env.sh
if [ "${1:-browser}" = browser ]; then
  cargo fmt --check
  # In the directory of that half's build, which shares what both need, and waits for nothing of the server's.
  CARGO_TARGET_DIR="$CARGO_TARGET_DIR/front" cargo clippy -q --lib --features hydrate --target wasm32-unknown-unknown -- -D warnings
fi
if [ "${1:-server}" = server ]; then
  # Clippy for the server runs against a live database, so that it checks every query as well.
  .ci/queries.sh check
fi
