#!/usr/bin/env python3
"""A real OpenSMTPD for tests, not installed but unpacked: one port in the clear, delivery into a Maildir.

No TLS, and therefore no AUTH, which it never offers without: Debian 12's OpenSMTPD 6.8 cannot do a handshake
with OpenSSL 3, because its key lives in another process and the library no longer asks there ("missing
private key"; mended in 7.3)."""

import os
import pathlib

import own_root
import root_server

PACKAGE = "opensmtpd"
# vmail delivers, and is who runs the tests where that is not root: the Maildir is for its owner alone.
USERS = {"opensmtpd": 65531, "opensmtpq": 65532, "vmail": int(os.environ.get("SUDO_UID", 0)) or 65533}

CONFIG = """\
table mailboxes {{ {mailboxes} }}
listen on 127.0.0.1 port {smtp} hostname localhost
action "inbox" maildir "/mail/inbox" virtual <mailboxes>
match from any for domain "example.org" action "inbox"
"""


class OpenSmtpd(root_server.RootServer):
    name = "opensmtpd"
    has_tls = False

    def prepare(self):
        helpers = [f"/usr/libexec/opensmtpd/{name}" for name in ["mail.maildir", "mail.mda"]]
        own_root.make_root(self.dir, PACKAGE, ["/usr/sbin/smtpd", *helpers], USERS)
        (self.dir / "var/spool").mkdir(parents=True)
        (self.dir / "var/run").mkdir()
        (self.dir / "var/lib/opensmtpd/empty").mkdir(parents=True)
        for place in [".", "var", "var/lib", "var/lib/opensmtpd", "var/lib/opensmtpd/empty"]:
            (self.dir / place).chmod(0o711)
        (self.dir / "etc/resolv.conf").touch()
        (self.dir / "mail").mkdir()
        os.chown(self.dir / "mail", USERS["vmail"], USERS["vmail"])

    def configure(self):
        mailboxes = ", ".join(f'"{mailbox}" = "vmail"' for mailbox in root_server.MAILBOXES)
        configuration = pathlib.Path(self.dir / "etc/smtpd.conf")
        configuration.write_text(CONFIG.format(smtp=self.smtp, mailboxes=mailboxes))

    def command(self):
        return ["chroot", self.dir, "/usr/sbin/smtpd", "-d", "-v"]


if __name__ == "__main__":
    root_server.main(OpenSmtpd, __file__)
