"""Personalities and policies, judged by others: the same dialogue with Postfix itself and with the mailbox that plays
it, and Python's smtplib as the client of a mailbox that plays Gmail or has faults."""

import json
import pathlib
import re
import smtplib
import socket
import ssl
import tempfile
import unittest

import postfix
from relay_process import PASSWORD, PATIENCE, USER, Delivery, Relay

TLS = object()

# Commands, and TLS where both have agreed to it. Every answer is compared.
DIALOGUE = [
    "EHLO client.example", "FOO", "HELP", "EXPN x", "RSET", "NOOP", "VRFY alice@example.org",
    "RCPT TO:<alice@example.org>", "MAIL FROM:<alice@example.org>", "MAIL FROM:<alice@example.org>", "DATA",
    "RCPT TO:<nobody@example.org>", "DATA", "RCPT TO:<bob@example.org>", "DATA", "Subject: x\r\n\r\n.",
    "STARTTLS", TLS, "EHLO client.example", "STARTTLS", "AUTH FOO", "AUTH PLAIN AGFsaWNlQGV4YW1wbGUub3JnAHdyb25n",
    "AUTH PLAIN", "*", "AUTH PLAIN AGFsaWNlQGV4YW1wbGUub3JnAHdvbmRlcmxhbmQ=",
    "AUTH PLAIN AGFsaWNlQGV4YW1wbGUub3JnAHdvbmRlcmxhbmQ=", "MAIL FROM:<alice@example.org>",
    "RCPT TO:<bob@example.org>", "BDAT 3 LAST\r\nx\r\n", "QUIT",
]


def answers(port, trusting):
    """The reply to each line of DIALOGUE, without what may differ: ETRN, numbers of octets, names of queue files and tables."""
    found = []
    link = socket.create_connection(("localhost", port), PATIENCE)
    lines = link.makefile("rwb")

    def reply():
        text = ""
        while True:
            line = lines.readline().decode()
            if not line.startswith("250-ETRN"):
                text += line
            if line[3:4] != "-":
                return text

    found.append(("", reply()))
    for line in DIALOGUE:
        if line is TLS:
            link = trusting.wrap_socket(link, server_hostname="localhost")
            lines = link.makefile("rwb")
            continue
        lines.write(line.encode() + (b"" if line.startswith("BDAT") else b"\r\n"))
        lines.flush()
        text = re.sub(r"(\d+ bytes )?queued as \S+", "queued as ID", reply())  # the number in answer to BDAT only
        text = re.sub(r"SIZE \d+", "SIZE N", text)
        found.append((line, re.sub(r"in (virtual mailbox|local recipient) table", "in its table", text)))
    link.close()
    return found


def policy_file(directory, name="policy.json", **members):
    path = pathlib.Path(directory) / name
    path.write_text(json.dumps({"smtpscope": "policy", "version": 1, **members}))
    return str(path)


class Personalities(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="smtpscope-policy-")
        self.addCleanup(directory.cleanup)
        self.directory = directory.name

    def relay(self, *arguments, **members):
        relay = Relay(*arguments, "--policy", policy_file(self.directory, **members))
        self.addCleanup(relay.stop)
        return relay

    def test_postfix_is_told_from_postfix_by_nothing(self):
        ours = self.relay("--personality", "postfix", hostName="localhost")
        with postfix.Postfix() as theirs:
            expected = answers(theirs.smtp, ssl.create_default_context(cafile=theirs.ca_file))
        self.assertEqual(answers(ours.smtp, ours.trusting()), expected)

    def test_gmail_takes_what_smtplib_sends(self):
        relay = self.relay("--personality", "gmail")
        with smtplib.SMTP("localhost", relay.smtp, timeout=PATIENCE) as client:
            self.assertEqual(client.mail("a@b.example")[0], 503)
            client.starttls(context=relay.trusting())
            self.assertEqual(client.ehlo()[0], 250)
            self.assertEqual(client.esmtp_features["auth"].split(),
                             ["LOGIN", "PLAIN", "XOAUTH2", "PLAIN-CLIENTTOKEN", "OAUTHBEARER", "XOAUTH"])
            self.assertEqual(client.esmtp_features["size"], "35882577")
            with self.assertRaises(smtplib.SMTPAuthenticationError) as refused:
                client.login(USER, "wrong")
            self.assertIn(b"https://support.google.com/mail/?p=BadCredentials", refused.exception.smtp_error)
            self.assertEqual(client.login(USER, PASSWORD), (235, b"2.7.0 Accepted"))
            with Delivery(relay) as delivery:
                self.assertEqual(client.sendmail(USER, ["whoever@anywhere.example"], b"Subject: x\r\n\r\nx\r\n"), {})
            self.assertEqual(delivery.content(), b"Subject: x\r\n\r\nx\r\n")

    def test_documents_are_judged_as_they_lie_over_each_other(self):
        below = policy_file(self.directory, "below.json", limits={"rcptmax": 5})
        relay = Relay("--policy", below, "--policy", policy_file(self.directory, extensions=["SIZE", "LIMITS"]))
        self.addCleanup(relay.stop)
        with smtplib.SMTP("localhost", relay.smtp, timeout=PATIENCE) as client:
            client.ehlo()
            self.assertEqual(client.esmtp_features["limits"], "RCPTMAX=5")

    def test_rfc821_makes_smtplib_fall_back_to_helo(self):
        relay = self.relay("--personality", "rfc821")
        with smtplib.SMTP("localhost", relay.smtp, timeout=PATIENCE) as client:
            with Delivery(relay) as delivery:
                client.sendmail(USER, ["bob@example.org"], b"Subject: x\r\n\r\nx\r\n")
            self.assertFalse(client.does_esmtp)
        self.assertEqual(delivery.content(), b"Subject: x\r\n\r\nx\r\n")

    def test_smtplib_tells_each_fault(self):
        relay = self.relay(faults=[
            {"at": "RCPT", "address": "bob@*", "reply": "450 4.2.1 {to} later"},
            {"at": "DATA", "nth": 1, "per": "server", "reply": "451 4.3.0 not now"},
            {"at": "DATA", "nth": 2, "per": "server", "dropAfterOctets": 3},
            {"at": "DATA", "nth": 3, "per": "server", "garbage": "%%%\r\n"},
            {"at": "CONNECT", "from": 5, "per": "server", "reply": "554 5.3.2 no service"}])

        def send(to):
            with smtplib.SMTP("localhost", relay.smtp, timeout=PATIENCE) as client:
                client.sendmail(USER, [to], b"Subject: x\r\n\r\n" + b"x" * 70 + b"\r\n")

        with Delivery(relay) as delivery:
            with self.assertRaises(smtplib.SMTPRecipientsRefused) as refused:
                send("bob@example.org")
            self.assertEqual(refused.exception.recipients, {"bob@example.org": (450, b"4.2.1 <bob@example.org> later")})
            with self.assertRaises(smtplib.SMTPDataError) as refused:
                send("alice@example.org")
            self.assertEqual(refused.exception.smtp_code, 451)
            with self.assertRaises(smtplib.SMTPServerDisconnected):
                send("alice@example.org")
            with self.assertRaises(smtplib.SMTPException):
                send("alice@example.org")
            with self.assertRaises(smtplib.SMTPConnectError) as refused:
                send("alice@example.org")
            self.assertEqual(refused.exception.smtp_code, 554)
        self.assertEqual(delivery.new, [])

    def test_require_auth_and_size_by_option(self):
        relay = self.relay("--require-auth", "--max-message-size", "1000", limits={"messageOctets": 5000})
        with smtplib.SMTP("localhost", relay.smtp, timeout=PATIENCE) as client:
            client.ehlo()
            self.assertEqual(client.esmtp_features["size"], "1000")
            self.assertEqual(client.mail(USER)[0], 530)
            client.starttls(context=relay.trusting())
            client.login(USER, PASSWORD)
            with self.assertRaises(smtplib.SMTPSenderRefused) as refused:
                client.sendmail(USER, ["bob@example.org"], b"x" * 1001)
            self.assertEqual(refused.exception.smtp_code, 552)


if __name__ == "__main__":
    unittest.main()
