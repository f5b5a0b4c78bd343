#!/usr/bin/env python3
"""Sends a file of 500 MB in pieces whose connection is cut 20 times at random, and compares what arrived.

Arguments: the site, the folder with the server's data, the server's process id, an artist's e-mail and password.
"""

import hashlib
import http.cookiejar
import json
import os
import random
import socket
import struct
import sys
import time
import urllib.parse
import urllib.request

site, data, pid, email, password = sys.argv[1:]
LENGTH, CUTS = 500 * 1024 * 1024, 20
host, port = urllib.parse.urlsplit(site).hostname, urllib.parse.urlsplit(site).port
chance = random.Random(20)


def memory(name):
    with open(f"/proc/{pid}/status") as status:
        return int(next(line for line in status if line.startswith(name)).split()[1]) // 1024


# A WAV of noise: quarter of an hour at 96 kHz and 24 bits, filled up to its length.
rate, block = 96_000, 6
head = b"RIFF" + struct.pack("<I", LENGTH - 8) + b"WAVEfmt " + struct.pack("<IHHIIHH", 16, 1, 2, rate, rate * block, block, 24)
head += b"data" + struct.pack("<I", LENGTH - 44)
noise = chance.randbytes(6 * 1024 * 1024)


def read(start, count):
    out = head[start : start + count]
    while len(out) < count:
        at = (start + len(out) - len(head)) % len(noise)
        out += noise[at : at + count - len(out)]
    return out


digest = hashlib.sha256()
for start in range(0, LENGTH, 1 << 20):
    digest.update(read(start, min(1 << 20, LENGTH - start)))

jar = http.cookiejar.CookieJar()
web = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
form = urllib.parse.urlencode({"email": email, "password": password, "next": "/"}).encode()
web.open(urllib.request.Request(f"{site}/api/accounts/log-in", form, {"accept": "text/html", "referer": f"{site}/log-in"})).read()
cookie = "; ".join(f"{c.name}={c.value}" for c in jar)


def ask(method, path, headers, body=b"", promised=None):
    """One request on a connection of its own: the answer's status, headers and text."""
    lines = [f"{method} {path} HTTP/1.1", f"host: {host}:{port}", f"cookie: {cookie}", "tus-resumable: 1.0.0", "connection: close"]
    lines += [f"{name}: {value}" for name, value in headers.items()] + [f"content-length: {len(body) if promised is None else promised}"]
    with socket.create_connection((host, port)) as wire:
        wire.sendall("\r\n".join(lines).encode() + b"\r\n\r\n")
        if callable(body):
            body(wire)
        else:
            wire.sendall(body)
        answer = b""
        while chunk := wire.recv(65536):
            answer += chunk
    top, _, text = answer.partition(b"\r\n\r\n")
    first, *rest = top.decode().split("\r\n")
    return int(first.split()[1]), {name.lower(): value for name, value in (line.split(": ", 1) for line in rest)}, text


def send(path, start, end, cut):
    def body(wire):
        for at in range(start, end, 1 << 20):
            wire.sendall(read(at, min(1 << 20, end - at)))
        if cut:
            # A reset, as from a cable that is pulled, not a polite end.
            wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            wire.close()

    headers = {"upload-offset": start, "content-type": "application/offset+octet-stream"}
    try:
        return ask("PATCH", path, headers, body, LENGTH - start)
    except OSError:
        return None


quiet = memory("VmRSS")
began = time.time()
status, headers, text = ask("POST", "/uploads/files", {"upload-length": LENGTH, "upload-metadata": "filename YmVuY2gud2F2"})
assert status == 201, (status, text)
path = headers["location"]
cuts, sent, offset = 0, 0, 0
while offset < LENGTH:
    if cuts < CUTS:
        end = min(offset + chance.randrange(1, LENGTH // 12), LENGTH - 1)
        send(path, offset, end, True)
        cuts += 1
    else:
        end = LENGTH
        status, headers, text = send(path, offset, end, False)
        assert status == 204, (status, text)
    sent += end - offset
    status, headers, _ = ask("HEAD", path, {})
    assert status == 200, status
    offset = int(headers["upload-offset"])
seconds = time.time() - began

with open(os.path.join(data, "media", "originals", path.rsplit("/", 1)[1]), "rb") as stored:
    same = hashlib.file_digest(stored, "sha256").hexdigest() == digest.hexdigest()
_, _, outcome = ask("GET", path, {})
print(f"upload of {LENGTH >> 20} MB, cut {cuts} times: {seconds:.1f} s, {sent / seconds / 1e6:.0f} MB/s, {(sent - LENGTH) / 1e6:.1f} MB sent twice, checksum {'equal' if same else 'DIFFERENT'}")
print(f"memory of the server: {quiet} MB before, {memory('VmRSS')} MB after, {memory('VmHWM')} MB at its peak; {json.loads(outcome)}")
sys.exit(0 if same and cuts == CUTS else 1)
