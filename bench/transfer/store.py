"""A store for benchmarks, in a process of its own, that takes as little of the machine as it can: a store of Node's is
slower than what is measured. It gives a file over HTTP and TLS, in parts where it is asked to, and takes forms, which it
throws away. A path that begins with /capped gives each connection 50 MB a second.

python3 store.py FOLDER     prints its two origins as JSON; FOLDER has key.pem and cert.pem
"""
import json
import os
import re
import socket
import ssl
import sys
import threading
import time

folder = sys.argv[1]
CAP = 50_000_000
PIECE = 1 << 20


class Connection:
    def __init__(self, sock, isTls):
        self.sock = sock
        self.isTls = isTls
        self.pending = b""
        self.view = memoryview(bytearray(PIECE))

    def head(self):
        """The next request's method, path and headers, or nothing at the end."""
        while b"\r\n\r\n" not in self.pending:
            received = self.sock.recv(65536)
            if not received:
                return None
            self.pending += received
        head, self.pending = self.pending.split(b"\r\n\r\n", 1)
        first, *lines = head.decode().split("\r\n")
        headers = {name.lower(): value.strip() for name, value in (line.split(":", 1) for line in lines)}
        return *first.split()[:2], headers

    def take(self, length):
        length -= len(self.pending)
        self.pending = b""
        while length > 0:
            received = self.sock.recv_into(self.view, min(length, PIECE))
            if not received:
                return
            length -= received
        self.sock.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")

    def give(self, path, wanted):
        with open(os.path.join(folder, path.split("/")[-1]), "rb") as file:
            size = os.fstat(file.fileno()).st_size
            part = re.match(r"bytes=(\d+)-(\d*)$", wanted)
            at = first = int(part[1]) if part else 0
            end = min(int(part[2]) + 1, size) if part and part[2] else size
            status = "206 Partial Content" if part else "200 OK"
            lines = [f"HTTP/1.1 {status}", 'etag: "1"', f"content-length: {end - first}"]
            if part:
                lines.append(f"content-range: bytes {first}-{end - 1}/{size}")
            self.sock.sendall("\r\n".join([*lines, "", ""]).encode())
            began = time.perf_counter()
            while at < end:
                at += self.send(file, at, min(PIECE, end - at))
                if path.startswith("/capped"):
                    time.sleep(max(0, (at - first) / CAP - (time.perf_counter() - began)))

    def send(self, file, at, length):
        if not self.isTls:
            return os.sendfile(self.sock.fileno(), file.fileno(), at, length)
        file.seek(at)
        read = file.readinto(self.view[:length])
        self.sock.sendall(self.view[:read])
        return read

    def serve(self):
        while (request := self.head()) is not None:
            method, path, headers = request
            if method == "POST":
                self.take(int(headers["content-length"]))
            else:
                self.give(path, headers.get("range", ""))


def serve(sock, tls):
    try:
        with sock if tls is None else tls.wrap_socket(sock, server_side=True) as connection:
            Connection(connection, tls is not None).serve()
    except OSError:
        pass  # The client has gone.


def listen(tls=None):
    listener = socket.create_server(("127.0.0.1", 0))

    def accept():
        while True:
            sock, _ = listener.accept()
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=serve, args=(sock, tls), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    return listener.getsockname()[1]


context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(os.path.join(folder, "cert.pem"), os.path.join(folder, "key.pem"))
origins = {"plain": f"http://127.0.0.1:{listen()}", "tls": f"https://localhost:{listen(context)}"}
print(json.dumps(origins), flush=True)
threading.Event().wait()
