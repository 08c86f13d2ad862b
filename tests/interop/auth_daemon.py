"""The daemon that a test's own Postfix asks about passwords: AUTH PLAIN and LOGIN.

It speaks the protocol between Postfix and an authentication daemon, on a port of loopback.
"""

import base64
import hmac
import os
import secrets
import socketserver


def answer_auth(fields, users):
    """One AUTH or CONT request, split at tabs, after its state was joined: (verdict, detail)."""
    mechanism, responses = fields
    try:
        decoded = [base64.b64decode(r, validate=True) for r in responses]
    except ValueError:
        return "FAIL", "reason=not base64"
    if mechanism == "PLAIN":
        if not decoded:
            return "CONT", ""
        parts = decoded[0].split(b"\0")
        if len(parts) != 3:
            return "FAIL", "reason=malformed"
        name, password = parts[1:]
    else:
        prompts = [b"Username:", b"Password:"]
        if len(decoded) < 2:
            return "CONT", base64.b64encode(prompts[len(decoded)]).decode()
        name, password = decoded[:2]
    expected = users.get(name.decode("utf-8", "replace"), "")
    good = expected != "" and hmac.compare_digest(expected.encode(), password)
    return ("OK", "user=" + name.decode("utf-8", "replace")) if good else ("FAIL", "user=unknown")


class AuthHandler(socketserver.StreamRequestHandler):
    """One connection of an smtpd process."""

    def send(self, *fields):
        self.wfile.write(("\t".join(fields) + "\n").encode())

    def handle(self):
        self.send("VERSION", "1", "1")
        self.send("MECH", "PLAIN", "plaintext")
        self.send("MECH", "LOGIN", "plaintext")
        self.send("SPID", str(os.getpid()))
        self.send("CUID", "1")
        self.send("COOKIE", secrets.token_hex(16))
        self.send("DONE")
        open_requests = {}
        for line in self.rfile:
            fields = line.decode("utf-8", "replace").rstrip("\n").split("\t")
            if fields[0] == "AUTH":
                given = [f[len("resp="):] for f in fields[3:] if f.startswith("resp=")]
                open_requests[fields[1]] = (fields[2], given)
            elif fields[0] == "CONT" and fields[1] in open_requests:
                open_requests[fields[1]][1].append(fields[2] if len(fields) > 2 else "")
            else:
                continue  # VERSION, CPID
            verdict, detail = answer_auth(open_requests[fields[1]], self.server.users)
            if verdict != "CONT":
                del open_requests[fields[1]]
            self.send(verdict, fields[1], detail)


class AuthServer(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, users):
        super().__init__(("127.0.0.1", 0), AuthHandler)
        self.users = users
