"""What a relay sees of sessions with a Postfix on ports 465 and 587 whose TLS is not its own.

Runs in a network of the test's own (relay_view_test.py). `smtpscope send` speaks TLS through the relay's tunnel;
recorders on both sides of the relay keep every octet. The same search then finds all of it in a session without TLS.
"""

import base64
import email.message
import email.policy
import unittest

import own_network
import postfix
from recording import Recorder, TunnelPort, unmasked
from relay_process import Relay
from sending import RECIPIENT, SENDER, send

STARTTLS, IMPLICIT = 587, 465
MECHANISMS = ["PLAIN", "LOGIN", "SCRAM-SHA-256"]
POSTFIX, RECORDED = "127.0.0.1", "127.0.0.2"
SUBJECT, TEXT = "Unmistakable subject", "Nobody on the way may read this."
ATTACHMENT = bytes((i * 31 + i // 251) % 256 for i in range(100_000))
ATTACHED = base64.encodebytes(ATTACHMENT).splitlines()


def content():
    message = email.message.EmailMessage(policy=email.policy.SMTP)
    message["From"], message["To"], message["Subject"] = SENDER, RECIPIENT, SUBJECT
    message["Message-ID"], message["Date"] = "<seen@example.org>", "Mon, 02 Mar 2026 10:00:00 +0000"
    message.set_content(TEXT + "\n")
    message.add_attachment(ATTACHMENT, maintype="application", subtype="octet-stream", filename="held.bin")
    return message.as_bytes()


def encoded(text):
    return base64.b64encode(text.encode())


def secrets(user, password):
    """Name to octets: what stands in a session of that kind, and must be seen nowhere."""
    return {
        "PLAIN": {"the response of PLAIN, with the password in it": encoded(f"\0{user}\0{password}")},
        "LOGIN": {"the password as LOGIN has it": encoded(password), "the user as LOGIN has it": encoded(user)},
        "SCRAM-SHA-256": {"SCRAM's first message": encoded(f"n,,n={user},r=")[:-4],
                          "SCRAM's final message": encoded("c=biws,r=")},
        "all": {"the command AUTH": b"AUTH ", "the reverse-path": f"MAIL FROM:<{SENDER}>".encode(),
                "the forward-path": f"RCPT TO:<{RECIPIENT}>".encode(), "the subject": SUBJECT.encode(),
                "the text": TEXT.encode(), "the attachment's header": b"Content-Transfer-Encoding: base64",
                "the attachment's name": b"held.bin", "the attachment's first line": ATTACHED[0],
                "a line in its middle": ATTACHED[len(ATTACHED) // 2], "its last line": ATTACHED[-1]},
    }


def never_said(user, password):
    """Forms of the password that no session has in clear text either, so that no control finds them: the password
    as it is, and in base64 where it begins one or two octets later in what is encoded."""
    moved = [encoded("x" * shift + password)[4:-4] for shift in (1, 2)]
    return {"the password": password.encode(), "the password in base64, moved by one": moved[0],
            "the password in base64, moved by two": moved[1], "PLAIN, unencoded": f"\0{user}\0{password}".encode()}


class Recorded:
    """A Postfix, a relay before it, a recorder on each side of the relay, and a port that leads through all of it."""

    def __init__(self, test, port, *policy, settings=()):
        self.server = test.enterContext(postfix.Postfix("cyrus", settings, (STARTTLS, IMPLICIT)))
        self.server_side = Recorder((RECORDED, port), (POSTFIX, port))
        test.addCleanup(self.server_side.close)
        self.page_side = Recorder(("127.0.0.1", 0), None)
        test.addCleanup(self.page_side.close)
        origin = f"http://127.0.0.1:{self.page_side.port}"
        self.relay = Relay("--allow-private", "--origin", origin,
                           *[word for option in policy for word in (option, f"{RECORDED}:{port}")])
        test.addCleanup(self.relay.stop)
        self.page_side.to = ("127.0.0.1", self.relay.port)
        self.way = TunnelPort(self.page_side.port, origin, RECORDED, port)
        test.addCleanup(self.way.close)

    def send(self, mechanism, *arguments):
        sent = send(f"localhost:{self.way.port}", "--user", self.server.user, "--auth", mechanism, "--ca-file",
                    self.server.ca_file, *arguments, content=content(), password=self.server.password)
        for port in [self.way, self.page_side, self.server_side]:
            port.settle()
        return sent

    def views(self):
        """Name of the place to all octets that passed there."""
        return {"from the page, as it came": b"".join(self.page_side.up),
                "from the page, unmasked": b"".join(map(unmasked, self.page_side.up)),
                "to the page": b"".join(self.page_side.down),
                "to the server": b"".join(self.server_side.up),
                "from the server": b"".join(self.server_side.down)}


class View(unittest.TestCase):
    longMessage = True

    @classmethod
    def setUpClass(cls):
        own_network.enter()
        own_network.check_ports(STARTTLS, IMPLICIT)

    def nothing_is_seen(self, port, how):
        recorded = Recorded(self, port, "--allow", "--ciphertext-only")
        server = recorded.server
        for number, mechanism in enumerate(MECHANISMS, 1):
            sent = recorded.send(mechanism, "--tls", how)
            self.assertEqual(sent.status, 0, sent)
            self.assertEqual(sent.mechanism(), mechanism)
            self.assertIn(ATTACHED[-1], server.messages(number)[-1])
        views = recorded.views()
        for where in ["from the page, unmasked", "to the server"]:
            self.assertGreater(len(views[where]), len(MECHANISMS) * len(content()), where)
        forbidden = {name: octets for kind in secrets(server.user, server.password).values()
                     for name, octets in kind.items()} | never_said(server.user, server.password)
        for where, seen in views.items():
            self.assertGreater(len(seen), 1000, where)
            for what, octets in forbidden.items():
                self.assertEqual(seen.find(octets), -1, f"{what} {where}")

    def test_implicit_tls_on_port_465(self):
        self.nothing_is_seen(IMPLICIT, "implicit")

    def test_starttls_on_port_587(self):
        self.nothing_is_seen(STARTTLS, "starttls")

    def test_all_of_it_is_seen_without_tls(self):
        """The same search in the same places: it can find."""
        recorded = Recorded(self, STARTTLS, "--allow", settings=["smtpd_tls_auth_only=no"])
        said = secrets(recorded.server.user, recorded.server.password)
        for mechanism in MECHANISMS:
            sent = recorded.send(mechanism, "--tls", "never", "--auth-without-tls")
            self.assertEqual(sent.status, 0, sent)
            self.assertEqual(sent.mechanism(), mechanism)
            for where, connections in [("from the page", map(unmasked, recorded.page_side.up)),
                                       ("to the server", recorded.server_side.up)]:
                seen = [*connections][-1]
                for what, octets in {**said[mechanism], **said["all"]}.items():
                    self.assertNotEqual(seen.find(octets), -1, f"{mechanism}: {what} {where}")

    def test_a_login_without_tls_does_not_pass_where_only_ciphertext_may(self):
        recorded = Recorded(self, STARTTLS, "--allow", "--ciphertext-only", settings=["smtpd_tls_auth_only=no"])
        sent = recorded.send("PLAIN", "--tls", "never", "--auth-without-tls")
        self.assertEqual(sent.status, 1, sent)
        views = recorded.views()
        self.assertIn(b"AUTH PLAIN", views["from the page, unmasked"])
        self.assertIn(b"EHLO", views["to the server"])
        self.assertNotIn(b"AUTH", views["to the server"])


if __name__ == "__main__":
    unittest.main()
