#!/usr/bin/env bash
# Lint, then every test: unit and property tests, integration tests on both engines, the browser. One summary line at the end.
set -uo pipefail
cd "$(dirname "$0")/.."
. .ci/env.sh
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
passed=0; failed=0; parts=

part() { # part NAME COMMAND... : runs it, adds up its counts, remembers its time
  local name=$1 started=$SECONDS status; shift
  printf '\n== %s\n' "$name"
  "$@" 2>&1 | tee "$work/out"; status=${PIPESTATUS[0]}
  local p f
  # "test result: ok. 12 passed; 0 failed" of cargo; "  12 passed (3s)" and "  1 failed" of Playwright
  p=$(sed 's/\x1b\[[0-9;]*m//g' "$work/out" | grep -oE '\b[0-9]+ passed' | awk '{n+=$1} END {print n+0}')
  f=$(sed 's/\x1b\[[0-9;]*m//g' "$work/out" | grep -oE '\b[0-9]+ (failed|flaky)' | awk '{n+=$1} END {print n+0}')
  if [ "$status" != 0 ] && [ "$f" = 0 ]; then f=1; fi
  passed=$((passed + p)); failed=$((failed + f))
  parts+=$(printf '\n  %-28s %4d passed %3d failed %5d s' "$name" "$p" "$f" $((SECONDS - started)))
}

part "lint and queries" .ci/lint.sh
# Side by side, these two take little longer than one.
part "build of the tests" server_cargo test -q --no-run --features ssr --lib --test integration
part "unit" server_cargo test -q --features ssr --lib
integration() { local engine=$1; shift; ETERNITY_TEST_ENGINE=$engine server_cargo test -q --features ssr --test integration -- "$@"; }
part "integration on MariaDB" integration mariadb
# What only listens to sound knows nothing of the database: once is enough.
part "integration on MySQL" integration mysql --skip tempo_and_key_of --skip loudness_and_true_peak --skip every_kind_of_file
part "build of the site" .ci/build.sh debug
part "browser" .ci/browser.sh
printf '\n%s\n\n' "$parts"
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
