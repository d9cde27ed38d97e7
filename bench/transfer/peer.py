"""What a Python client does with requests: a multipart body that can be read() up, 1 MiB iter_content and hashlib down.

python3 peer.py upload|download ADDRESS FILE
"""
import hashlib
import json
import os
import re
import sys
import time

import requests

way, address, file = sys.argv[1:4]
BOUNDARY = "a-boundary-of-the-benchmark"


class Form:
    def __init__(self, file):
        self.parts = [
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="a.pkg"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n".encode(),
            open(file, "rb"),
            f"\r\n--{BOUNDARY}--\r\n".encode(),
        ]
        self.length = len(self.parts[0]) + os.path.getsize(file) + len(self.parts[2])

    def __len__(self):
        return self.length

    def read(self, size=-1):
        while self.parts:
            part = self.parts[0]
            if isinstance(part, bytes):
                self.parts.pop(0)
                return part
            data = part.read(size)
            if data:
                return data
            self.parts.pop(0)
        return b""


began = time.perf_counter()
digest = None
if way == "upload":
    form = Form(file)
    headers = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
    requests.post(address, data=form, headers=headers).raise_for_status()
else:
    sha256 = hashlib.sha256()
    with requests.get(address, stream=True) as response, open(file, "wb") as out:
        response.raise_for_status()
        for chunk in response.iter_content(1 << 20):
            sha256.update(chunk)
            out.write(chunk)
    digest = sha256.hexdigest()
seconds = time.perf_counter() - began
memory = int(re.search(r"VmHWM:\s+(\d+)", open("/proc/self/status").read()).group(1)) / 1024
print(json.dumps({"seconds": seconds, "memory": memory, "sha256": digest}))
