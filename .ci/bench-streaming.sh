#!/usr/bin/env bash
# Throughput of streaming against nginx: the same file, machine and pattern (64 clients, ranges of 256 kB at random places),
# in turns in one run, nginx with sendfile on and off. Also the server's memory with 1,000 slow listeners.
#   .ci/bench-streaming.sh SITE_URL PATH_OF_THE_SOUND FILE SERVER_PID
set -euo pipefail
cd "$(dirname "$0")/.."
site=$1 sound=$2 file=$3 pid=$4
work=$(mktemp -d "${TMPDIR:-/tmp}/eternity-streaming-XXXXXX"); nginx_pids=()
stop_nginx() { [ "${#nginx_pids[@]}" = 0 ] || { kill "${nginx_pids[@]}"; wait "${nginx_pids[@]}"; } 2>/dev/null || true; nginx_pids=(); }
trap 'stop_nginx; rm -rf "$work"' EXIT
command -v nginx >/dev/null || { echo "streaming: nginx is not installed (apt-get install nginx-light)" >&2; exit 1; }
size=$(stat -Lc %s "$file")
cat > "$work/ranges.lua" <<LUA
local size, step = $size, 262144
math.randomseed(7)
request = function()
  local from = math.random(0, math.max(0, size - step))
  wrk.headers["Range"] = "bytes=" .. from .. "-" .. math.min(size, from + step) - 1
  return wrk.format("GET")
end
LUA
rate() { # rate URL : MB a second after a warm-up
  wrk -t2 -c64 -d1s -s "$work/ranges.lua" "$1" >/dev/null
  wrk -t2 -c64 -d3s -s "$work/ranges.lua" "$1" >"$work/out"
  grep -q 'Non-2xx' "$work/out" && { echo "streaming: $1 answers with errors" >&2; exit 1; }
  awk '/Transfer\/sec/ { n=$2; u=n; sub(/[0-9.]+/, "", u); sub(/[A-Z]+/, "", n); m["KB"]=1/1024; m["MB"]=1; m["GB"]=1024; printf "%.0f\n", n*m[u] }' "$work/out"
}
start_nginx() { # start_nginx on|off PORT : with sendfile or without
  cat > "$work/nginx-$1.conf" <<CONF
worker_processes 2;
pid $work/nginx-$1.pid;
error_log $work/error.log;
daemon off;
events { worker_connections 2048; }
http {
  access_log off;
  sendfile $1;
  tcp_nopush on;
  output_buffers 2 256k;
  types { audio/mp4 m4a; }
  server { listen 127.0.0.1:$2; root $work/www; }
}
CONF
  nginx -p "$work" -c "$work/nginx-$1.conf" -g "user $(id -un);" 2>/dev/null &
  nginx_pids+=($!)
  for _ in $(seq 100); do curl -sf -o /dev/null -r 0-1 "http://127.0.0.1:$2/sound.m4a" && break; sleep 0.1; done
}
mkdir -p "$work/www" && ln -sf "$(readlink -f "$file")" "$work/www/sound.m4a"
chmod 755 "$work" "$work/www"
port=$((3126 + 2 * (RANDOM % 50)))
start_nginx off "$port"; start_nginx on "$((port + 1))"
# In turns, so that a machine that is slow for a while is slow for all three.
for round in 1 2 3 4 5; do
  rate "$site$sound" >>"$work/ours"
  rate "http://127.0.0.1:$port/sound.m4a" >>"$work/off"
  rate "http://127.0.0.1:$((port + 1))/sound.m4a" >>"$work/on"
done
stop_nginx
median() { sort -n "$work/$1" | sed -n 3p; }
for sendfile in off on; do
  echo "streaming: ours $(median ours) MB/s, nginx with sendfile $sendfile $(median $sendfile) MB/s, ratio $(awk -v a="$(median ours)" -v b="$(median $sendfile)" 'BEGIN {printf "%.2f", a/b}') (medians of five turns)"
done
memory() { awk '/VmRSS/ {print $2}' "/proc/$pid/status"; }
before=$(memory)
python3 - "$site" "$sound" <<'PY'
import socket, sys, time, urllib.parse
address = urllib.parse.urlparse(sys.argv[1])
listeners = []
for _ in range(1000):
    listener = socket.create_connection((address.hostname, address.port))
    # A small window: the server can't get rid of much.
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    listener.sendall(f"GET {sys.argv[2]} HTTP/1.1\r\nHost: {address.netloc}\r\n\r\n".encode())
    listeners.append(listener)
until = time.time() + 10
while time.time() < until:
    for listener in listeners:
        listener.recv(512)
    time.sleep(0.5)
print("streaming: 1000 slow listeners held for 10 s", flush=True)
PY
echo "streaming: memory of the server $before kB before, $(memory) kB after, $(awk '/VmHWM/ {print $2}' "/proc/$pid/status") kB at its peak"
