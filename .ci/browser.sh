#!/usr/bin/env bash
# Browser tests: Playwright with the system's Chromium against a server of its own.
set -euo pipefail
cd "$(dirname "$0")/.."
. .ci/env.sh
cd end2end && npx --no-install playwright test "$@"
