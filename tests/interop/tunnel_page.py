"""A page's side of the tunnel, for tests: RFC 6455 by hand over a blocking socket, and an SMTP client through it."""

import base64
import json
import os
import re
import socket
import struct

from relay_process import PATIENCE

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10


class Refused(Exception):
    """The upgrade was answered otherwise; .status and .body say how."""

    def __init__(self, status, body):
        super().__init__(f"{status}: {body[:300]!r}")
        self.status, self.body = status, body


class Ended(Exception):
    """The tunnel is over; .code is the close code, None where the connection just broke."""

    def __init__(self, code):
        super().__init__(f"the tunnel ended with {code}")
        self.code = code


class Page:
    """One tunnel. `tls` is an ssl.SSLContext for wss."""

    def __init__(self, port, origin, host=None, tls=None, headers=()):
        self.events = []  # every control frame, in order
        self.stream = b""  # octets of the server that nobody has read
        self.buffer = b""
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        try:
            if tls is not None:
                self.socket = tls.wrap_socket(self.socket, server_hostname="localhost")
            self.upgrade(origin, host or f"127.0.0.1:{port}", headers)
        except BaseException:
            self.socket.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def upgrade(self, origin, host, headers):
        key = base64.b64encode(os.urandom(16)).decode()
        lines = ["GET /tunnel HTTP/1.1", f"Host: {host}", f"Origin: {origin}", "Upgrade: websocket", "Connection: Upgrade",
                 f"Sec-WebSocket-Key: {key}", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Protocol: smtpscope.tunnel.v1",
                 *headers]
        self.socket.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        while b"\r\n\r\n" not in self.buffer:
            self.fill()
        head, _, self.buffer = self.buffer.partition(b"\r\n\r\n")
        status = int(head.split(b" ", 2)[1])
        if status != 101:
            length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
            raise Refused(status, self.exactly(int(length[1])).decode(errors="replace") if length else "")

    def fill(self):
        try:
            piece = self.socket.recv(65536)
        except TimeoutError:
            raise AssertionError(f"nothing came for {PATIENCE} s; so far {self.events}") from None
        except OSError:
            piece = b""
        if not piece:
            raise Ended(None)
        self.buffer += piece

    def exactly(self, count):
        while len(self.buffer) < count:
            self.fill()
        taken, self.buffer = self.buffer[:count], self.buffer[count:]
        return taken

    def send_frame(self, opcode, payload):
        mask = os.urandom(4)
        length = len(payload)
        if length < 126:
            head = struct.pack("!BB", 0x80 | opcode, 0x80 | length)
        elif length < 65536:
            head = struct.pack("!BBH", 0x80 | opcode, 0x80 | 126, length)
        else:
            head = struct.pack("!BBQ", 0x80 | opcode, 0x80 | 127, length)
        pad = (mask * (length // 4 + 1))[:length]
        masked = (int.from_bytes(payload, "big") ^ int.from_bytes(pad, "big")).to_bytes(length, "big")
        try:
            self.socket.sendall(head + mask + masked)
        except OSError:
            raise Ended(None) from None

    def read_frame(self):
        """Takes one frame in: control frames to .events, octets to .stream."""
        first, second = self.exactly(2)
        length = second & 127
        if length == 126:
            length = struct.unpack("!H", self.exactly(2))[0]
        elif length == 127:
            length = struct.unpack("!Q", self.exactly(8))[0]
        payload = self.exactly(length)
        opcode = first & 15
        if opcode == TEXT:
            self.events.append(json.loads(payload))
        elif opcode == BINARY:
            self.stream += payload
        elif opcode == PING:
            self.send_frame(PONG, payload)
        elif opcode == CLOSE:
            raise Ended(struct.unpack("!H", payload[:2])[0] if payload else 1005)

    def say(self, **frame):
        self.send_frame(TEXT, json.dumps(frame).encode())

    def expect(self, event):
        """The first control frame of that name that comes, or has come."""
        while True:
            for frame in self.events:
                if frame["ev"] == event:
                    return frame
            self.read_frame()

    def open(self, host, port, tls="none"):
        self.expect("hello")
        self.say(op="open", host=host, port=port, tls=tls)
        self.expect("connected")

    def close(self):
        """Ends in order; gives the relay's close code."""
        self.send_frame(CLOSE, struct.pack("!H", 1000))
        return self.end()

    def end(self):
        """Reads until the tunnel is over; gives the close code."""
        try:
            while True:
                self.read_frame()
        except Ended as over:
            return over.code

    # SMTP through it

    def reply(self):
        """(code, text) of one whole reply."""
        lines = []
        while not lines or lines[-1][3:4] == b"-":
            while b"\r\n" not in self.stream:
                self.read_frame()
            line, _, self.stream = self.stream.partition(b"\r\n")
            lines.append(line)
        return int(lines[-1][:3]), b"\n".join(line[4:] for line in lines).decode()

    def command(self, line, *codes):
        self.send_frame(BINARY, line.encode() + b"\r\n")
        code, text = self.reply()
        assert code in codes, f"{line}: {code} {text}"
        return code

    def envelope(self, sender, recipient):
        """Everything before the content."""
        assert self.reply()[0] == 220
        self.command("EHLO page.example", 250)
        self.command(f"MAIL FROM:<{sender}>", 250)
        self.command(f"RCPT TO:<{recipient}>", 250)
        self.command("DATA", 354)

    def content(self, content):
        """The rest, to the answer behind the final dot: True when the server has taken the message."""
        self.send_frame(BINARY, content + b"\r\n.\r\n")
        return self.reply()[0] == 250


def send_mail(page, port, subject, sender="alice@example.org", recipient="bob@example.org"):
    """A whole session to the relay's mailbox, to its end; the close code."""
    page.open("127.0.0.1", port)
    page.envelope(sender, recipient)
    assert page.content(f"Subject: {subject}\r\n\r\nOne line".encode())
    page.command("QUIT", 221)
    page.expect("eof")
    return page.close()
