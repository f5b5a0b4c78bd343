#!/usr/bin/env bash
# Speed of the home page and of an artist's page with demo content: wrk with 16 connections, compared in the same run with
# /healthz, the least that the same server can do. Before that an upload of 500 MB that is cut 20 times. Also the size of what the browser loads.
set -euo pipefail
cd "$(dirname "$0")/.."
. .ci/env.sh
data=$(mktemp -d "${TMPDIR:-/tmp}/eternity-bench-XXXXXX"); server=
trap '[ -n "$server" ] && kill -TERM "$server" 2>/dev/null && wait "$server" 2>/dev/null; rm -rf "$data"' EXIT
export ETERNITY_MODE=development ETERNITY_DATA_DIR="$data" ETERNITY_SITE_URL=http://127.0.0.1:3120 \
  ETERNITY_SERVER__ADDRESS=127.0.0.1:3120 ETERNITY_SERVER__METRICS_ADDRESS=127.0.0.1:3121 ETERNITY_SECRET=only-for-the-bench-only-for-the-bench RUST_LOG=warn
binary="$CARGO_TARGET_DIR/release/eternity"
echo "demo content …"
"$binary" demo >/dev/null
"$binary" serve --no-worker >/dev/null 2>"$data/log" &
server=$!
for _ in $(seq 300); do curl -sf http://127.0.0.1:3120/readyz >/dev/null && break; sleep 0.1; done
python3 .ci/bench-upload.py http://127.0.0.1:3120 "$data" "$server" artist@demo.eternity.test a-song-for-eternity
artist=$(curl -s http://127.0.0.1:3120/ | grep -oE '/artists/[0-9]+[^"]*' | head -1)
rate() { # rate PATH : requests/s, p50, p99 after a warm-up
  wrk -t1 -c16 -d2s "http://127.0.0.1:3120$1" >/dev/null
  wrk -t1 -c16 -d8s --latency "http://127.0.0.1:3120$1" |
    awk '/Requests\/sec/ {r=$2} $1=="50%" {p50=$2} $1=="99%" {p99=$2} /Non-2xx/ {bad=$0} END {print r, p50, p99, bad}'
}
printf '%-28s %12s %10s %10s %8s\n' page requests/s p50 p99 ratio
reference=
for path in /healthz / "$artist"; do
  read -r r p50 p99 bad <<<"$(rate "$path")"
  [ -n "$reference" ] || reference=$r
  printf '%-28s %12s %10s %10s %8s %s\n' "$path" "$r" "$p50" "$p99" "$(awk -v a="$r" -v b="$reference" 'BEGIN {printf "%.3f", a/b}')" "${bad:-}"
done
# The sound that the player gets of a track, at its signed address.
track=$(curl -s http://127.0.0.1:3120/charts | grep -oE '/tracks/[0-9]+' | head -1 | grep -oE '[0-9]+')
sound=$(curl -s -o /dev/null -w '%{redirect_url}' "http://127.0.0.1:3120/media/audio/$track?measured&signed")
# What is sent does not matter, only how much: 64 MB in that file's place, so that ranges lie apart.
file="$data/media/$(python3 -c 'import base64, sys; text = sys.argv[1].rsplit("/", 1)[1].split(".")[0]; print(base64.urlsafe_b64decode(text + "==").decode().split(" ")[1])' "$sound")"
head -c 67108864 /dev/urandom > "$file"
.ci/bench-streaming.sh http://127.0.0.1:3120 "${sound#http://127.0.0.1:3120}" "$file" "$server"
.ci/bench-plays.sh http://127.0.0.1:3120 "$data" "$ETERNITY_SECRET"
echo "memory of the server: $(awk '/VmRSS/ {print $2}' /proc/$server/status) kB now, $(awk '/VmHWM/ {print $2}' /proc/$server/status) kB at its peak"
wasm=$(ls site/pkg/*.wasm | head -1)
echo "wasm: $(stat -c %s "$wasm") bytes raw, $(brotli -c -q 11 "$wasm" | wc -c) bytes brotli"
