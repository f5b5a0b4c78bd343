#!/usr/bin/env bash
# Lint, then every test: unit and property tests, integration tests on both engines, the browser. One summary line at the end.
set -uo pipefail
cd "$(dirname "$0")/.."
. .ci/env.sh
# A failed test says what it expected; a hundred frames of the runtime behind it only hide that.
export RUST_BACKTRACE=0
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
names=("lint of the server" "build of the tests" "lint of the browser's half" "build of the browser's half" unit "integration on MariaDB" "integration on MySQL" browser)

part() { # part NAME COMMAND... : runs it, and keeps what it printed, how it ended and how long it took
  local name=$1 place="$work/$1"; shift
  printf '\n== %s\n' "$name"
  SECONDS=0
  "$@" 2>&1 | tee "$place" | sed -u "s/^/$name | /"
  echo "${PIPESTATUS[0]} $SECONDS" >"$place.end"
}

integration() { # integration ENGINE [ARGUMENT...]. Three at once: those that kill the database mostly wait for it.
  local engine=$1; shift
  ETERNITY_TEST_ENGINE=$engine server_cargo test -q --features ssr --test integration -- --test-threads=3 "$@"
}

server_half() {
  part "lint of the server" .ci/lint.sh server
  part "build of the tests" server_cargo test -q --no-run --features ssr --lib --test integration
}

browser_half() {
  part "build of the browser's half" .ci/build.sh front
  part "lint of the browser's half" .ci/lint.sh browser
}

# The two halves have build directories of their own, and a compiler keeps one core busy for half of its time.
server_half & browser_half
wait
# Tests keep both cores busy: one after the other.
part unit server_cargo test -q --features ssr --lib
part "integration on MariaDB" integration mariadb
# What only listens to sound knows nothing of the database: once is enough.
part "integration on MySQL" integration mysql --skip tempo_and_key_of --skip loudness_and_true_peak --skip every_kind_of_file
# The browser meets the server that was built for the tests, and the other half from above.
part browser .ci/browser.sh

passed=0; failed=0
printf '\n\n'
for name in "${names[@]}"; do
  read -r status seconds <"$work/$name.end"
  # "test result: ok. 12 passed; 0 failed" of cargo; "  12 passed (3s)" and "  1 failed" of Playwright
  p=$(sed 's/\x1b\[[0-9;]*m//g' "$work/$name" | grep -oE '\b[0-9]+ passed' | awk '{n+=$1} END {print n+0}')
  f=$(sed 's/\x1b\[[0-9;]*m//g' "$work/$name" | grep -oE '\b[0-9]+ (failed|flaky)' | awk '{n+=$1} END {print n+0}')
  if [ "$status" != 0 ] && [ "$f" = 0 ]; then f=1; fi
  passed=$((passed + p)); failed=$((failed + f))
  printf '  %-28s %4d passed %3d failed %5d s\n' "$name" "$p" "$f" "$seconds"
done
printf '\n%s\n' "$passed passed, $failed failed"
[ "$failed" = 0 ]
