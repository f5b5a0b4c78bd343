"""Sends a file with tuspy, in pieces of random size, each by a client that starts anew. Arguments: endpoint, cookie, file, seed."""

import os
import random
import sys

from tusclient import client

endpoint, cookie, path, seed = sys.argv[1:]
chance = random.Random(int(seed))
size = os.path.getsize(path)


def uploader(url):
    tus = client.TusClient(endpoint, headers={"Cookie": cookie})
    piece = chance.randrange(1, size // 4)
    return tus.uploader(path, url=url, chunk_size=piece, upload_checksum=True, metadata={"filename": os.path.basename(path)}, retries=3, retry_delay=1)


place = None
starts = 0
while True:
    upload = uploader(place)
    if place is None:
        upload.set_url(upload.create_url())
        place = upload.url
        upload.offset = 0
    if upload.offset >= size:
        break
    upload.upload_chunk()
    starts += 1
print(starts, place)
