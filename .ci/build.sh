#!/usr/bin/env bash
# .ci/build.sh debug|release|front : the site's files into site/, the server into the target directory; front: the browser's half alone, for development.
set -euo pipefail
cd "$(dirname "$0")/.."
. .ci/env.sh
log="$ETERNITY_CACHE/build.log"
echo "build ($1): minutes when cold, log: $log"
case $1 in release) flags=(--release) ;; front) flags=(--frontend-only) ;; *) flags=() ;; esac
if ! cargo leptos build "${flags[@]}" >"$log" 2>&1; then
  grep -E '^(error|warning: unused)' -A8 "$log" | tail -60 || tail -40 "$log"
  echo "build failed; the whole log is in $log" >&2
  exit 1
fi
