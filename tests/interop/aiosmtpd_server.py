"""aiosmtpd: STARTTLS on one port, implicit TLS on another, messages into a Maildir.

Usage: /usr/bin/python3 aiosmtpd_server.py CERTIFICATE KEY MAILDIR
Prints one line of JSON, ends with its input. Debian's Python has the package.
"""

import json
import logging
import os
import pathlib
import ssl
import sys

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

USER, PASSWORD = "alice@example.org", "wonderland"
MAILBOXES = [USER, "bob@example.org", "carol@example.org", "грета@example.org"]


class Maildir:
    def __init__(self, directory):
        self.directory = directory
        self.count = 0
        for place in ["tmp", "new"]:
            (directory / place).mkdir(parents=True, exist_ok=True)

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address not in MAILBOXES:
            return "550 5.1.1 No such mailbox"
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server, session, envelope):
        self.count += 1
        name = f"{self.count:06}"
        about = {"mailFrom": envelope.mail_from, "rcptTo": envelope.rcpt_tos, "options": envelope.mail_options}
        login = session.auth_data.decode() if session.authenticated else ""
        head = f"X-Envelope: {json.dumps(about)}\r\nX-Auth: {login}\r\n".encode()
        (self.directory / "tmp" / name).write_bytes(head + envelope.original_content)
        os.rename(self.directory / "tmp" / name, self.directory / "new" / name)
        return "250 2.0.0 stored"


def authenticate(server, session, envelope, mechanism, data):
    if mechanism not in ("PLAIN", "LOGIN"):
        return AuthResult(success=False, handled=False)
    good = (data.login, data.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=good, handled=False, auth_data=data.login)


class AnyPort(Controller):
    """A controller that takes a free port and says which."""

    def _trigger_server(self):
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


def main(certificate, key, maildir):
    logging.disable(logging.CRITICAL)  # what clients do wrong is their test's affair
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(certificate, key)
    handler = Maildir(pathlib.Path(maildir))
    common = {"hostname": "127.0.0.1", "port": 0, "enable_SMTPUTF8": True, "authenticator": authenticate,
              "data_size_limit": 10 * 1024 * 1024}
    plain = AnyPort(handler, tls_context=tls, **common)
    implicit = AnyPort(handler, ssl_context=tls, auth_require_tls=False, **common)
    for controller in [plain, implicit]:
        controller.start()
    print(json.dumps({"smtp": plain.port, "smtps": implicit.port, "maildir": maildir, "user": USER,
                      "password": PASSWORD}), flush=True)
    sys.stdin.buffer.read()
    for controller in [plain, implicit]:
        controller.stop(no_assert=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
