#!/usr/bin/env python3
"""Measures what a tunnel costs the relay: CPU a GiB, memory a tunnel, memory when a side stalls.

Starts the program given on ephemeral ports, with a server of its own behind it on loopback, and
reads the relay's CPU time and memory from /proc. Prints one JSON object.
"""

import argparse
import base64
import json
import os
import re
import select
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time

MEBI = 1 << 20
FRAME = 64 * 1024
MASK = b"\x37\xfa\x21\x3d"
SILENCE = 2.0  # seconds without progress that count as a stall


def cpu_seconds(pid: int) -> float:
    fields = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident_kib(pid: int) -> int:
    return int(re.search(r"VmRSS:\s+(\d+)", open(f"/proc/{pid}/status").read()).group(1))


def masked_frame(opcode: int, payload: bytes) -> bytes:
    size = len(payload)
    length = bytes([0x80 | size]) if size < 126 else b"\xfe" + struct.pack(">H", size) if size < 65536 else b"\xff" + struct.pack(">Q", size)
    key = (MASK * (size // 4 + 1))[:size]
    body = (int.from_bytes(payload, "big") ^ int.from_bytes(key, "big")).to_bytes(size, "big") if size else b""
    return bytes([0x80 | opcode]) + length + MASK + body


class Relay:
    """The program under measurement."""

    def __init__(self, program: str, port: int):
        self.state = tempfile.TemporaryDirectory()
        command = [program, "serve", "--listen", "127.0.0.1:0", "--smtp", "127.0.0.1:0", "--smtps", "127.0.0.1:0",
                   "--allow", f"127.0.0.1:{port}", "--allow-private", "--allow-no-origin", "--state-dir", self.state.name,
                   "--max-bytes-up", str(1 << 40), "--max-bytes-down", str(1 << 40), "--log-level", "off"]  # fmt: skip
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.port = int(re.search(r"open http://127\.0\.0\.1:(\d+)/", self.process.stdout.readline()).group(1))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        self.state.cleanup()


class Page:
    """A tunnel's page, at the level of octets."""

    def __init__(self, relay: Relay):
        self.socket = socket.create_connection(("127.0.0.1", relay.port))
        self.socket.sendall(
            (f"GET /tunnel HTTP/1.1\r\nHost: 127.0.0.1:{relay.port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
             f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}\r\n"
             "Sec-WebSocket-Protocol: smtpscope.tunnel.v1\r\n\r\n").encode())  # fmt: skip
        self.unread = b""
        while b"\r\n\r\n" not in self.unread:
            self.more()
        header, self.unread = self.unread.split(b"\r\n\r\n", 1)
        assert header.startswith(b"HTTP/1.1 101"), header
        self.expect("hello")

    def more(self) -> None:
        octets = self.socket.recv(65536)
        if not octets:
            raise ConnectionError("the relay hung up")
        self.unread += octets

    def expect(self, event: str) -> None:
        """Takes the next text frame, which is short."""
        while len(self.unread) < 4 or len(self.unread) < 4 + struct.unpack(">H", self.unread[2:4])[0]:
            if len(self.unread) >= 2 and self.unread[1] < 126 and len(self.unread) >= 2 + self.unread[1]:
                break
            self.more()
        start, size = (2, self.unread[1]) if self.unread[1] < 126 else (4, struct.unpack(">H", self.unread[2:4])[0])
        frame, self.unread = json.loads(self.unread[start : start + size]), self.unread[start + size :]
        assert frame["ev"] == event, frame

    def say(self, **frame) -> None:
        self.socket.sendall(masked_frame(1, json.dumps(frame).encode()))

    def connect(self, port: int) -> None:
        self.say(op="credit", bytes=1 << 32)
        self.say(op="open", host="127.0.0.1", port=port, tls="none")
        self.expect("resolved")
        self.expect("connected")


class Server:
    """Accepts connections and hands them out."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self.port = self.listener.getsockname()[1]

    def accept(self) -> socket.socket:
        return self.listener.accept()[0]


def discard(source: socket.socket, octets: int) -> None:
    buffer = bytearray(MEBI)
    while octets > 0:
        n = source.recv_into(buffer)
        if n == 0:
            raise ConnectionError("ended early")
        octets -= n


def send_until_stalled(target: socket.socket, piece: bytes, most: int) -> int:
    """Returns how many octets were taken before nothing moved for a while."""
    target.setblocking(False)
    sent = 0
    view = memoryview(piece)
    at = 0
    while sent < most and select.select([], [target], [], SILENCE)[1]:
        n = target.send(view[at:])
        at = (at + n) % len(piece)
        sent += n
    target.setblocking(True)
    return sent


def throughput(relay: Relay, server: Server, gibi: float) -> dict:
    frames = int(gibi * 1024 * MEBI) // FRAME
    burst = masked_frame(2, os.urandom(FRAME)) * 16
    page = Page(relay)
    page.connect(server.port)
    peer = server.accept()

    begin, start = cpu_seconds(relay.process.pid), time.monotonic()
    sink = threading.Thread(target=discard, args=(peer, frames * FRAME))
    sink.start()
    for _ in range(frames // 16):
        page.socket.sendall(burst)
    sink.join()
    up = {"cpu_s_per_gib": round((cpu_seconds(relay.process.pid) - begin) / gibi, 3), "seconds": round(time.monotonic() - start, 2)}

    begin, start = cpu_seconds(relay.process.pid), time.monotonic()
    chunk = os.urandom(MEBI)

    def pump():
        for _ in range(frames * FRAME // MEBI):
            peer.sendall(chunk)

    source = threading.Thread(target=pump)
    source.start()
    discard(page.socket, frames * FRAME)  # and a little of headers, which stays unread
    source.join()
    down = {"cpu_s_per_gib": round((cpu_seconds(relay.process.pid) - begin) / gibi, 3), "seconds": round(time.monotonic() - start, 2)}
    return {"up": up, "down": down}


def idle(relay: Relay, server: Server, tunnels: int) -> dict:
    warm = Page(relay)  # what the first tunnel brings with it is no cost of the others
    warm.connect(server.port)
    kept = [server.accept()]
    before = resident_kib(relay.process.pid)
    pages = []
    for _ in range(tunnels):
        page = Page(relay)
        page.connect(server.port)
        kept.append(server.accept())
        pages.append(page)
    return {"tunnels": tunnels, "kib_each": round((resident_kib(relay.process.pid) - before) / tunnels, 1)}


def stall(relay: Relay, server: Server) -> dict:
    report = {}
    for direction in ("up", "down"):
        page = Page(relay)
        page.connect(server.port)
        peer = server.accept()
        before = resident_kib(relay.process.pid)
        if direction == "up":
            taken = send_until_stalled(page.socket, masked_frame(2, b"u" * FRAME), 256 * MEBI)
        else:
            taken = send_until_stalled(peer, b"d" * FRAME, 256 * MEBI)
        report[direction] = {
            "offered_mib": 256,
            "taken_mib_by_all_sockets": round(taken / MEBI, 1),
            "relay_grew_kib": resident_kib(relay.process.pid) - before,
        }
        page.socket.close()
        peer.close()
    return report


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", help="build/native/smtpscope")
    parser.add_argument("--gib", type=float, default=1.0, help="to carry in each direction (default 1)")
    parser.add_argument("--tunnels", type=int, default=500, help="idle ones (default 500)")
    given = parser.parse_args()
    server = Server()
    report = {}
    for name, measure in (("throughput", lambda r: throughput(r, server, given.gib)),
                          ("idle", lambda r: idle(r, server, given.tunnels)),
                          ("stall", lambda r: stall(r, server))):  # fmt: skip
        with Relay(given.program, server.port) as relay:
            report[name] = measure(relay)
    json.dump(report, sys.stdout, indent=2)
    print()
    return 0


if __name__ == "__main__":
    sys.exit(main())
