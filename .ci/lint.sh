#!/usr/bin/env bash
# Formatting, clippy for both halves without a warning, and the committed query data against the schema.
set -euo pipefail
cd "$(dirname "$0")/.."
. .ci/env.sh
cargo fmt --check
cargo clippy -q --lib --features hydrate --target wasm32-unknown-unknown -- -D warnings
# Clippy for the server runs against a live database, so that it checks every query as well.
.ci/queries.sh check
