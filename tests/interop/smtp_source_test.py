"""Postfix's smtp-source: many messages on many connections at once, in every form it has."""

import shutil
import unittest

from relay_process import Delivery, shared
from tools_test import run

PROGRAM = shutil.which("smtp-source", path="/usr/sbin:/usr/bin")


class SmtpSource(unittest.TestCase):
    def sent(self, *arguments):
        return run([PROGRAM, "-f", "alice@example.org", "-t", "bob@example.org", *arguments,
                    f"127.0.0.1:{shared().smtp}"])

    def test_every_message_of_every_connection(self):
        for form in [[], ["-d"], ["-M", "source.example"], ["-S", "a subject"]]:
            with self.subTest(form=form), Delivery(shared()) as delivery:
                status, printed = self.sent("-s", "8", "-m", "80", "-l", "3000", *form)
                self.assertEqual(status, 0, printed)
            self.assertEqual(len(delivery.new), 80)
            self.assertEqual({m["from"] for m in delivery.new}, {"alice@example.org"})
            self.assertEqual({m["with"] for m in delivery.new}, {"SMTP"})  # it says HELO

    def test_large_messages_side_by_side(self):
        with Delivery(shared()) as delivery:
            status, printed = self.sent("-s", "4", "-m", "8", "-l", "3000000")
            self.assertEqual(status, 0, printed)
        self.assertEqual(len(delivery.new), 8)
        self.assertEqual({m["octets"] >= 3_000_000 for m in delivery.new}, {True})

    def test_without_a_greeting(self):
        # -o says no HELO at all; RFC 5321 §4.1.1.1 wants one before MAIL.
        with Delivery(shared()) as delivery:
            status, printed = self.sent("-o")
            self.assertNotEqual(status, 0)
            self.assertIn("503 5.5.1", printed)
        self.assertEqual(delivery.new, [])

    def test_an_unknown_recipient(self):
        status, printed = run([PROGRAM, "-t", "nobody@example.org", f"127.0.0.1:{shared().smtp}"])
        self.assertNotEqual(status, 0)
        self.assertIn("550 5.1.1", printed)
