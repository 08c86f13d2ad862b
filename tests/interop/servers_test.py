"""`smtpscope send` against the servers of others: Postfix, Exim, OpenSMTPD, aiosmtpd, smtp-server.

Each stands on ports of its own with certificates of its own; what was sent is read back and compared.
"""

import json
import pathlib
import re
import subprocess
import sys
import tempfile
import threading
import time
import unittest

import cyrus_sasl
import dovecot
import message
import node_packages
import postfix
import root_server
from relay_process import PATIENCE, TLS_DIAL
from sending import RECIPIENT, SENDER, send

HERE = pathlib.Path(__file__).resolve().parent
UNKNOWN = "nobody@example.org"


class Maildir:
    """What a server has delivered, in order of delivery."""

    def __init__(self, directory):
        self.new = pathlib.Path(directory) / "new"
        self.seen = set()

    def next(self):
        """The bytes of the one message that came since the last call."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            fresh = {f.name for f in self.new.iterdir()} - self.seen if self.new.exists() else set()
            if fresh:
                assert len(fresh) == 1, f"{len(fresh)} messages instead of one"
                self.seen |= fresh
                return (self.new / fresh.pop()).read_bytes()
            threading.Event().wait(0.01)
        raise AssertionError(f"nothing was delivered within {PATIENCE} s")


class Server:
    """A server and what it keeps. Subclasses say how it is started and what it can do."""

    longMessage = True
    mechanisms = ()
    links = ("starttls", "implicit")
    lines = "unix"  # how it keeps them
    eight_bit = True

    @classmethod
    def setUpClass(cls):
        cls.server = cls.start()
        cls.maildir = Maildir(cls.server.maildir)

    @classmethod
    def certificates(cls):
        created = tempfile.TemporaryDirectory(prefix="smtpscope-servers-")
        cls.addClassCleanup(created.cleanup)
        directory = pathlib.Path(created.name)
        postfix.make_certificates(directory)
        return directory

    def send(self, link, *arguments, **more):
        port = self.server.smtps if link == "implicit" else self.server.smtp
        trust = () if link == "never" else ("--ca-file", self.server.ca_file)
        return send(f"localhost:{port}", "--tls", link, *trust, *arguments, **more)

    def as_kept(self, content):
        return content.replace(b"\r\n", b"\n") if self.lines == "unix" else content

    def assert_kept(self, done, content):
        self.assertEqual(done.status, 0, done)
        stored = self.maildir.next()
        self.assertTrue(stored.endswith(self.as_kept(content)), stored)
        return stored


class Logins(Server):
    """What every server passes that has mechanisms to log in by."""

    def test_each_mechanism_on_each_link(self):
        for link in self.links if self.mechanisms else ():
            for mechanism in self.mechanisms:
                with self.subTest(link=link, mechanism=mechanism):
                    content = message.simple(f"by {link} with {mechanism}")
                    done = self.send(link, "--user", self.server.user, "--auth", mechanism, content=content,
                                     password=self.server.password)
                    self.assert_kept(done, content)
                    self.assertEqual(done.mechanism(), mechanism)
                    self.assertNotIn(self.server.password, done.raw_trace)

    def test_each_mechanism_refuses_a_wrong_password(self):
        for mechanism in self.mechanisms:
            with self.subTest(mechanism=mechanism):
                done = self.send("starttls", "--user", self.server.user, "--auth", mechanism, password="guess-of-mine")
                self.assertEqual(done.status, 1, done)
                self.assertEqual(done.result()["failure"]["stage"], "auth", done)
                self.assertNotIn("MAIL", " ".join(done.commands()))
                self.assertNotIn("guess-of-mine", done.raw_trace + done.printed + done.said)


class Deliveries(Logins):
    """The tests that every server passes."""

    def test_each_link(self):
        for link in self.links:
            with self.subTest(link=link):
                content = message.simple(f"by {link}")
                self.assert_kept(self.send(link, content=content), content)

    def test_text_and_picture(self):
        content = message.with_picture("text and picture")
        self.assert_kept(self.send(self.links[0], content=content), content)

    def test_a_large_message(self):
        content = message.large("large", 20_000)
        self.assert_kept(self.send(self.links[-1], content=content), content)

    def test_octets_over_127(self):
        content = message.with_body("eight bits", "Grüße aus dem Süden\r\n".encode())
        self.assert_kept(self.send(self.links[0], content=content), content)

    def test_the_null_reverse_path(self):
        content = message.simple("from nobody")
        done = self.send(self.links[0], content=content, sender="<>")
        self.assert_kept(done, content)
        self.assertTrue(any(c.startswith("MAIL FROM:<>") for c in done.commands()))

    def test_one_command_at_a_time(self):
        content = message.simple("one by one")
        done = self.send(self.links[0], "--no-pipelining", content=content)
        self.assert_kept(done, content)
        kinds = [e["kind"] for e in done.entries if e["kind"] in ("command", "greeting", "reply")]
        self.assertNotIn(("command", "command"), list(zip(kinds, kinds[1:])))

    def test_an_unknown_recipient(self):
        done = self.send(self.links[0], to=[UNKNOWN])
        self.assertEqual(done.status, 1)
        self.assertEqual((done.result()["outcome"], done.result()["failure"]["stage"]), ("failed", "rcpt"), done)
        self.assertRegex(done.printed, rf"not delivered: {UNKNOWN} \(5\d\d")

    def test_one_recipient_of_two(self):
        content = message.simple("one of two")
        done = self.send(self.links[0], content=content, to=[UNKNOWN, RECIPIENT])
        self.assertEqual((done.status, done.result()["outcome"]), (1, "partly"), done)
        self.assertTrue(self.maildir.next().endswith(self.as_kept(content)))


class Chunks:
    """What every server with CHUNKING passes besides."""

    def test_chunks_instead_of_data(self):
        for content in [message.simple("chunks"), message.large("many chunks", 20_000)]:
            done = self.send(self.links[0], "--chunking", "when-offered", content=content)
            self.assert_kept(done, content)
            self.assertNotIn("DATA", done.commands())
            self.assertTrue(any(c.startswith("BDAT ") for c in done.commands()), done)


class Dsn:
    """What every server with DSN passes besides."""

    def test_notifications(self):
        content = message.simple("notify")
        done = self.send(self.links[0], "--notify", "never", "--return", "headers", "--envelope-id", "a+b=c",
                         content=content)
        self.assert_kept(done, content)
        said = " ".join(done.commands())
        self.assertIn("RET=HDRS ENVID=a+2Bb+3Dc", said)
        self.assertIn(f"TO:<{RECIPIENT}> NOTIFY=NEVER ORCPT=rfc822;{RECIPIENT}", said)


class Tls:
    """What every server with TLS passes besides."""

    def test_an_authority_nobody_knows(self):
        for link in self.links:
            port = self.server.smtps if link == "implicit" else self.server.smtp
            done = send(f"localhost:{port}", "--tls", link)
            self.assertEqual(done.status, 1)
            self.assertEqual(done.of("transport_error")[0]["data"]["code"], "tls_verify", done)

    def test_implicit_tls_on_the_wrong_port(self):
        done = send(f"localhost:{self.server.smtp}", "--tls", "implicit", "--ca-file", self.server.ca_file)
        self.assertEqual(done.status, 1)
        self.assertEqual(done.of("transport_error")[0]["data"]["reason"], "not_tls", done)

    def test_the_tls_of_a_page(self):
        for link in self.links:
            for version in ("TLSv1.2", "TLSv1.3"):
                with self.subTest(link=link, version=version):
                    port = self.server.smtps if link == "implicit" else self.server.smtp
                    done = subprocess.run([TLS_DIAL, str(port), "localhost", str(self.server.ca_file), link, version],
                                          capture_output=True, text=True, timeout=PATIENCE, check=False)
                    self.assertEqual(done.returncode, 0, done)
                    first, second = [json.loads(line) for line in done.stdout.splitlines()]
                    for said in (first, second):
                        self.assertEqual((said.get("version"), said.get("verified")), (version, True), said)
                        self.assertEqual((said["ehlo"], said["bye"]), ("250", True), said)
                        self.assertNotIn("damaged", said)
                    self.assertIn("certificate", first["messages"])
                    self.assertFalse(first["resumed"])
                    if second["resumed"]:
                        self.assertNotIn("certificate", second["messages"])


class PostfixServer(Deliveries, Tls, Chunks, Dsn, unittest.TestCase):
    mechanisms = tuple(cyrus_sasl.MECHANISMS)

    @classmethod
    def start(cls):
        server = postfix.Postfix("cyrus").__enter__()
        cls.addClassCleanup(server.__exit__)
        return server

    def test_a_message_larger_than_it_takes(self):
        content = message.large("huge", self.server.max_message_octets // 70)
        done = self.send("starttls", content=content)
        self.assertEqual((done.status, done.result()["outcome"]), (1, "failed"), done)
        self.assertIn(552, done.codes())


class PostfixAskingDovecot(Logins, unittest.TestCase):
    """The same mechanisms, written by others than Cyrus, and tokens."""

    mechanisms = tuple(dovecot.MECHANISMS)

    @classmethod
    def start(cls):
        server = postfix.Postfix("dovecot").__enter__()
        cls.addClassCleanup(server.__exit__)
        return server

    def test_a_token(self):
        for mechanism in dovecot.TOKEN_MECHANISMS:
            for link in self.links:
                with self.subTest(mechanism=mechanism, link=link):
                    content = message.simple(f"by {link} with {mechanism}")
                    done = self.send(link, "--user", self.server.user, "--auth", mechanism, content=content,
                                     token=self.server.token)
                    self.assert_kept(done, content)
                    self.assertEqual(done.mechanism(), mechanism)
                    self.assertNotIn(self.server.token, done.raw_trace + done.printed)

    def test_a_token_of_another_signature(self):
        wrong = dovecot.token(b"another key", self.server.user)
        for mechanism in dovecot.TOKEN_MECHANISMS:
            done = self.send("starttls", "--user", self.server.user, "--auth", mechanism, token=wrong)
            self.assertEqual((done.status, done.result()["failure"]["stage"]), (1, "auth"), done)
            self.assertIn(334, done.codes())  # the reason, in JSON, answered as the mechanism has it
            self.assertNotIn("MAIL", " ".join(done.commands()))
            self.assertNotIn(wrong, done.raw_trace + done.printed + done.said)


class EximServer(Deliveries, Tls, Chunks, Dsn, unittest.TestCase):
    mechanisms = ("PLAIN", "LOGIN", "CRAM-MD5")

    @classmethod
    def start(cls):
        server = root_server.Running(sys.executable, HERE / "exim.py", "serve")
        cls.addClassCleanup(server.stop)
        return server


class OpenSmtpdServer(Deliveries, Dsn, unittest.TestCase):
    links = ("never",)

    @classmethod
    def start(cls):
        server = root_server.Running(sys.executable, HERE / "opensmtpd.py", "serve")
        cls.addClassCleanup(server.stop)
        return server


class AiosmtpdServer(Deliveries, Tls, unittest.TestCase):
    mechanisms = ("PLAIN", "LOGIN")
    lines = "smtp"

    @classmethod
    def start(cls):
        tls = cls.certificates()
        server = root_server.Running("/usr/bin/python3", "-W", "ignore", HERE / "aiosmtpd_server.py",
                                     tls / "server.pem", tls / "server.key", tls / "mail")
        cls.addClassCleanup(server.stop)
        server.ca_file = tls / "ca.pem"
        return server

    def test_addresses_outside_ascii(self):
        content = message.simple("smtputf8")
        done = self.send("starttls", content=content, to=["грета@example.org"])
        stored = self.assert_kept(done, content)
        about = json.loads(re.search(rb"^X-Envelope: (.*)\r$", stored, re.M)[1])
        self.assertEqual(about["rcptTo"], ["грета@example.org"])
        self.assertIn("SMTPUTF8", about["options"])

    def test_its_account_of_the_envelope(self):
        content = message.simple("envelope")
        done = self.send("starttls", "--user", self.server.user, content=content, to=[RECIPIENT, "carol@example.org"],
                         password=self.server.password)
        stored = self.assert_kept(done, content)
        about = json.loads(re.search(rb"^X-Envelope: (.*)\r$", stored, re.M)[1])
        self.assertEqual((about["mailFrom"], about["rcptTo"]), (SENDER, [RECIPIENT, "carol@example.org"]))
        self.assertIn(f"SIZE={len(content)}", about["options"])
        self.assertIn(f"X-Auth: {self.server.user}\r\n".encode(), stored)


class SmtpServerOfNpm(Deliveries, Tls, unittest.TestCase):
    mechanisms = ("PLAIN", "LOGIN", "CRAM-MD5")
    lines = "smtp"

    @classmethod
    def start(cls):
        tls = cls.certificates()
        server = root_server.Running("node", HERE / "npm/smtp_server.mjs", tls / "server.pem", tls / "server.key",
                                     tls / "mail", environment=node_packages.environment())
        cls.addClassCleanup(server.stop)
        server.ca_file = tls / "ca.pem"
        return server

    def test_a_token(self):
        for link in self.links:
            content = message.simple("with a token")
            done = self.send(link, "--user", self.server.user, "--auth", "XOAUTH2", content=content,
                             token=self.server.token)
            self.assert_kept(done, content)
            self.assertNotIn(self.server.token, done.raw_trace)

    def test_a_token_that_has_expired(self):
        done = self.send("starttls", "--user", self.server.user, "--auth", "XOAUTH2", token="token-of-last-year")
        self.assertEqual((done.status, done.result()["failure"]["stage"]), (1, "auth"), done)
        self.assertIn(334, done.codes())  # the reason, in JSON, answered with an empty line
        self.assertNotIn("token-of-last-year", done.raw_trace + done.printed + done.said)
