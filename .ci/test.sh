#!/usr/bin/env bash
# Lint, then every test: unit and property tests, integration tests on both engines, the browser. One summary line at the end.
set -uo pipefail
cd "$(dirname "$0")/.."
. .ci/env.sh
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
passed=0; failed=0; parts=; names=()

begin() { # begin NAME COMMAND... : starts a part; several run side by side until `await`
  local name=$1 place="$work/${#names[@]}"; shift
  names+=("$name")
  printf '\n== %s\n' "$name"
  { SECONDS=0; "$@" 2>&1 | tee "$place" | sed -u "s/^/$name | /"; echo "${PIPESTATUS[0]} $SECONDS" >"$place.end"; } &
}

await() { # waits for what was begun, adds up its counts, remembers its times
  wait
  local i p f status seconds
  for i in "${!names[@]}"; do
    read -r status seconds <"$work/$i.end"
    # "test result: ok. 12 passed; 0 failed" of cargo; "  12 passed (3s)" and "  1 failed" of Playwright
    p=$(sed 's/\x1b\[[0-9;]*m//g' "$work/$i" | grep -oE '\b[0-9]+ passed' | awk '{n+=$1} END {print n+0}')
    f=$(sed 's/\x1b\[[0-9;]*m//g' "$work/$i" | grep -oE '\b[0-9]+ (failed|flaky)' | awk '{n+=$1} END {print n+0}')
    if [ "$status" != 0 ] && [ "$f" = 0 ]; then f=1; fi
    passed=$((passed + p)); failed=$((failed + f))
    parts+=$(printf '\n  %-28s %4d passed %3d failed %5d s' "${names[$i]}" "$p" "$f" "$seconds")
  done
  names=()
}
# Three at once: those that kill the database mostly wait for it.
integration() { local engine=$1; shift; ETERNITY_TEST_ENGINE=$engine server_cargo test -q --features ssr --test integration -- --test-threads=3 "$@"; }

# The two halves have build directories of their own, and a compiler keeps one core busy for half of its time.
begin "lint and queries" .ci/lint.sh
begin "build of the browser's half" .ci/build.sh front
await
begin "build of the tests" server_cargo test -q --no-run --features ssr --lib --test integration
await
begin "unit" server_cargo test -q --features ssr --lib
await
begin "integration on MariaDB" integration mariadb
await
# What only listens to sound knows nothing of the database: once is enough.
begin "integration on MySQL" integration mysql --skip tempo_and_key_of --skip loudness_and_true_peak --skip every_kind_of_file
await
# It takes the server that was built for the tests and the browser's half from above.
begin "browser" .ci/browser.sh
await
printf '\n%s\n\n' "$parts"
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
