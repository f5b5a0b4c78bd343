#!/usr/bin/env bash
# Plays a second: reports over HTTP, brought to the disk, judged and counted, against bare batched inserts of the same rows
# into the same table of the same database, in one run. Called by bench.sh with a server and its database running:
#   .ci/bench-plays.sh SITE_URL DATA_FOLDER SECRET
set -euo pipefail
cd "$(dirname "$0")/.."
python3 - "$@" <<'PY'
import base64, glob, hashlib, hmac, json, subprocess, sys, threading, time, http.client, urllib.parse

site, folder, secret = sys.argv[1:4]
# Where the private database listens, and where plays wait.
socket = open(f"{folder}/db/lock").read().split("\n")[1]
PLAYS, BATCH, CLIENTS, REPORT = 60_000, 500, 4, 50
host = urllib.parse.urlparse(site).netloc

def sql(text):
    done = subprocess.run(["mariadb", "--no-defaults", f"--socket={socket}", "-uroot", "eternity", "-N", "-B"], input=text, text=True, capture_output=True)
    if done.returncode:
        raise SystemExit(done.stderr)
    return done.stdout.strip()

track = sql("SELECT t.id FROM artistUploads t JOIN trackMedia m ON m.trackId = t.id WHERE t.isPublished = 1 AND m.state = 'ready'").split()
alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

def ulid(number):
    text = ""
    number += int(time.time() * 1000) << 80
    for _ in range(26):
        text = alphabet[number & 31] + text
        number >>= 5
    return text

def token(number, started):
    # Thousands of visitors, each hearing one track after the other.
    visitor = base64.urlsafe_b64encode(hashlib.sha256(str(number // 4).encode()).digest()).decode().rstrip("=")
    text = f"{ulid(number)}~t{track[number % len(track)]}~0~{visitor}~{started + (number % 4) * 100_000}~page~0~-~100"
    signature = base64.urlsafe_b64encode(hmac.new(secret.encode(), b"play\0" + text.encode(), hashlib.sha256).digest()).decode().rstrip("=")
    return f"{text}~{signature}"

# Bare inserts first: 500 rows a statement, one transaction each, as durable as the server's settings are.
def rows(count, mark):
    out = []
    for first in range(0, count, BATCH):
        values = ",".join(
            f"(NULL,'{hashlib.sha256(str(n // 4).encode()).hexdigest()[:43]}',{track[n % len(track)]},NULL,'page','{ulid(n + mark)}',31000,1,NULL,'2026-01-01 00:00:00')"
            for n in range(first, min(first + BATCH, count)))
        out.append("INSERT INTO streamHistory (userId, anonymousId, uploadId, playlistId, source, playId, listenedMs, counted, excludedReason, playedAt) VALUES " + values + ";\n")
    return out

statements = rows(PLAYS, 1 << 60)
started = time.time()
sql("".join(statements))
bare = PLAYS / (time.time() - started)
sql("DELETE FROM streamHistory WHERE playedAt = '2026-01-01 00:00:00'")

# The same number of plays through the door.
begun = int((time.time() - 7_200) * 1000)
reports = [json.dumps([[token(n, begun), 31_000] for n in range(first, first + REPORT)]).encode() for first in range(0, PLAYS, REPORT)]
before = int(sql("SELECT COUNT(*) FROM streamHistory"))
lock, position, refused = threading.Lock(), [0], [0]

def client():
    connection = http.client.HTTPConnection(host)
    while True:
        with lock:
            at = position[0]
            position[0] += 1
        if at >= len(reports):
            return
        connection.request("POST", "/plays", body=reports[at], headers={"content-type": "application/json"})
        answer = connection.getresponse()
        answer.read()
        if answer.status != 204:
            refused[0] += 1

started = time.time()
threads = [threading.Thread(target=client) for _ in range(CLIENTS)]
for thread in threads: thread.start()
for thread in threads: thread.join()
acknowledged = PLAYS / (time.time() - started)
# A file of waiting plays goes when all of it is in the database. Asking the database would slow it down.
while glob.glob(f"{folder}/plays/*.plays") and time.time() - started < 300:
    time.sleep(0.02)
seconds = time.time() - started
stored = int(sql("SELECT COUNT(*) FROM streamHistory")) - before
judged = stored / seconds
print(f"plays: bare inserts {bare:,.0f}/s; acknowledged on the disk {acknowledged:,.0f}/s; judged, counted and stored {judged:,.0f}/s; ratio {judged / bare:.2f} (at least 0.50)")
print(f"plays: {PLAYS} reported, {stored} stored, {refused[0]} requests refused")
PY
