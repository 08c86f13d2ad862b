"""The helper that runs a real Postfix: it delivers, refuses what it should, and leaves nothing behind."""

import json
import os
import pathlib
import signal
import smtplib
import ssl
import subprocess
import sys
import tempfile
import unittest

import message
import postfix
from relay_process import PATIENCE
from tools_test import run

SENDER = "alice@example.org"


def runs(pid):
    """Whether a process exists and is more than an entry that nobody has reaped."""
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def processes_for(port):
    """Processes of Postfix that serve this port."""
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and f"127.0.0.1:{port}\0".encode() in (entry / "cmdline").read_bytes():
                found.append(int(entry.name))
        except OSError:
            pass
    return [pid for pid in found if runs(pid)]


class RealPostfix(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = postfix.Postfix().__enter__()
        cls.addClassCleanup(cls.server.__exit__)
        cls.delivered = 0

    def trusting(self):
        return ssl.create_default_context(cafile=self.server.ca_file)

    def arrived(self, content):
        """The newest message ends with `content`, with Unix line ends below its trace headers."""
        type(self).delivered += 1
        stored = self.server.messages(self.delivered)[-1]
        self.assertTrue(stored.endswith(content.replace(b"\r\n", b"\n")), stored)
        return stored

    def test_smtplib_starttls(self):
        content = message.with_picture("postfix starttls")
        with smtplib.SMTP("localhost", self.server.smtp, timeout=PATIENCE) as client:
            client.starttls(context=self.trusting())
            client.login(self.server.user, self.server.password)
            client.sendmail(SENDER, ["bob@example.org"], content)
        self.assertIn(b"ESMTPSA", self.arrived(content))

    def test_smtplib_implicit(self):
        content = message.simple("postfix implicit")
        with smtplib.SMTP_SSL("127.0.0.1", self.server.smtps, timeout=PATIENCE, context=self.trusting()) as client:
            client.sendmail(SENDER, ["carol@example.org"], content)
        self.assertIn(b"Return-Path: <alice@example.org>", self.arrived(content))

    def test_swaks(self):
        content = message.simple("postfix swaks")
        for how, port, mechanism in [("--tls", self.server.smtp, "PLAIN"),
                                     ("--tls-on-connect", self.server.smtps, "LOGIN")]:
            status, printed = run(
                ["swaks", "--server", "127.0.0.1", "--port", str(port), how, "--tls-verify", "--tls-ca-path",
                 self.server.ca_file, "--auth", mechanism, "--auth-user", self.server.user, "--auth-password",
                 self.server.password, "--from", SENDER, "--to", "bob@example.org",
                 "--data", content.removesuffix(b"\r\n").decode().replace("\r\n", "\\n")])
            self.assertEqual(status, 0, printed)
            self.arrived(content)

    def test_refusals(self):
        with smtplib.SMTP("localhost", self.server.smtp, timeout=PATIENCE) as client:
            client.ehlo()
            self.assertFalse(client.has_extn("auth"), "AUTH before TLS")
            client.starttls(context=self.trusting())
            with self.assertRaises(smtplib.SMTPAuthenticationError) as refused:
                client.login(self.server.user, "guess")
            self.assertEqual(refused.exception.smtp_code, 535)
            for recipient, code in [("nobody@example.org", 550), ("someone@elsewhere.example", 554)]:
                with self.assertRaises(smtplib.SMTPRecipientsRefused) as refused:
                    client.sendmail(SENDER, [recipient], b"")
                self.assertEqual(refused.exception.recipients[recipient][0], code)
            client.rset()
            code, _ = client.mail(SENDER, [f"SIZE={self.server.max_message_octets + 1}"])
            self.assertEqual(code, 552)


class Command(unittest.TestCase):
    """`postfix.py serve`, as other languages use it."""

    def serve(self, directory):
        process = subprocess.Popen([sys.executable, postfix.__file__, "serve", "--dir", str(directory)],
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.stdin.close)
        described = json.loads(process.stdout.readline())
        with smtplib.SMTP("127.0.0.1", described["smtp"], timeout=PATIENCE) as client:
            self.assertEqual(client.noop()[0], 250)
        self.assertTrue(processes_for(described["smtp"]))
        return process, described

    def assert_gone(self, directory, described):
        self.assertEqual(processes_for(described["smtp"]), [])
        self.assertEqual(list(directory.iterdir()), [])
        with self.assertRaises(ConnectionRefusedError):
            smtplib.SMTP("127.0.0.1", described["smtp"], timeout=PATIENCE)

    def directory(self):
        created = tempfile.TemporaryDirectory(prefix="smtpscope-postfix-test-")
        self.addCleanup(created.cleanup)
        return pathlib.Path(created.name).resolve()

    def test_stops_at_the_end_of_its_input(self):
        directory = self.directory()
        process, described = self.serve(directory)
        self.assertTrue(described["ca_file"].startswith(str(directory)))
        process.stdin.close()
        self.assertEqual(process.wait(PATIENCE), 0)
        self.assert_gone(directory, described)

    def test_stops_at_sigterm(self):
        directory = self.directory()
        process, described = self.serve(directory)
        if os.geteuid() == 0:
            process.send_signal(signal.SIGTERM)
        else:  # sudo takes no signals from users; its input is what they have
            process.stdin.close()
        self.assertEqual(process.wait(PATIENCE), 0)
        self.assert_gone(directory, described)

    def test_refuses_a_directory_in_use(self):
        directory = self.directory()
        (directory / "thesis.txt").write_text("years of work")
        done = subprocess.run([sys.executable, postfix.__file__, "serve", "--dir", str(directory)],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE, check=False)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("not empty", done.stderr)
        self.assertEqual([f.name for f in directory.iterdir()], ["thesis.txt"])
