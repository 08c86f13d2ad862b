"""One password, typed in two ways: "é" as one character, and as "e" with an accent behind it.

RFC 5802 §5.1 and RFC 4616 §2 have both prepared by SASLprep (RFC 4013), so each logs in where the other is stored.
msmtp prepares by libgsasl; smtplib sends what it is given, so that the mailbox has to do it for PLAIN.
"""

import base64
import itertools
import smtplib
import unicodedata
import unittest

import message
from relay_process import Delivery, PATIENCE, Relay
from sending import send
from tools_test import Msmtp

USER = "zoe@example.org"
PASSWORD = "pâsswörd é Ⅸ"  # the last of it is IX to SASLprep, in either form
FORMS = ("NFC", "NFD")
SCRAM = ("SCRAM-SHA-1", "SCRAM-SHA-256", "SCRAM-SHA-512", "SCRAM-SHA-256-PLUS")


def typed(form, text=PASSWORD):
    return unicodedata.normalize(form, text)


class UnicodePasswords(unittest.TestCase):
    longMessage = True

    @classmethod
    def setUpClass(cls):
        cls.relays = {form: Relay("--user", f"{USER}:{typed(form)}", "--auth", ",".join((*SCRAM, "PLAIN")))
                      for form in FORMS}
        for relay in cls.relays.values():
            cls.addClassCleanup(relay.stop)

    def each(self, *mechanisms):
        """Every mechanism with each form stored and each form typed."""
        for mechanism, stored, given in itertools.product(mechanisms, FORMS, FORMS):
            with self.subTest(mechanism=mechanism, stored=stored, typed=given):
                yield self.relays[stored], mechanism, typed(given)

    def logged_in(self, relay, deliver):
        with Delivery(relay) as delivery:
            deliver()
        self.assertEqual(delivery.message()["authenticated_as"], USER)

    def sent(self, relay, mechanism, password):
        return send(f"localhost:{relay.smtp}", "--ca-file", relay.ca_file, "--user", USER, "--auth", mechanism,
                    password=password)

    def test_send(self):
        for relay, mechanism, password in self.each(*SCRAM, "PLAIN"):
            def deliver(relay=relay, mechanism=mechanism, password=password):
                done = self.sent(relay, mechanism, password)
                self.assertEqual(done.status, 0, done)
                self.assertEqual(done.mechanism(), mechanism)
            self.logged_in(relay, deliver)

    def test_msmtp(self):
        tool = Msmtp()
        tool.user = USER
        for relay, mechanism, password in self.each("SCRAM-SHA-1", "SCRAM-SHA-256", "PLAIN"):
            def deliver(relay=relay, mechanism=mechanism, password=password):
                status, printed = tool.send(relay, False, mechanism, message.simple("a password"), password=password)
                self.assertEqual(status, 0, printed)
            self.logged_in(relay, deliver)

    def test_smtplib_as_it_was_typed(self):
        for relay, _, password in self.each("PLAIN"):
            def deliver(relay=relay, password=password):
                with smtplib.SMTP("localhost", relay.smtp, timeout=PATIENCE) as client:
                    client.starttls(context=relay.trusting())
                    client.ehlo()
                    octets = b"\0" + USER.encode() + b"\0" + password.encode()
                    code, text = client.docmd("AUTH", "PLAIN " + base64.b64encode(octets).decode())
                    self.assertEqual(code, 235, text)
                    client.sendmail(USER, USER, message.simple("a password"))
            self.logged_in(relay, deliver)

    def test_right_to_left(self):
        # Arabic with digits and blanks of two kinds between its first and its last letter (RFC 3454 section 6).
        stored, given = "\u0627 1 2\u0628", "\u0627\u00a01\u200b2\u0628"
        relay = Relay("--user", f"{USER}:{stored}", "--auth", "SCRAM-SHA-256,PLAIN")
        self.addCleanup(relay.stop)
        tool = Msmtp()
        tool.user = USER
        for mechanism in ("SCRAM-SHA-256", "PLAIN"):
            with self.subTest(mechanism=mechanism):
                self.logged_in(relay, lambda mechanism=mechanism: self.assertEqual(
                    0, tool.send(relay, False, mechanism, message.simple("x"), password=given)[0]))
                self.logged_in(relay, lambda mechanism=mechanism: self.assertEqual(
                    0, self.sent(relay, mechanism, given).status))
        mixed = self.sent(relay, "SCRAM-SHA-256", "a\u0627")
        self.assertNotEqual(mixed.status, 0)
        self.assertIn("mixes directions", mixed.said)

    def test_another_password_is_none(self):
        # Without its accents, and with one that SASLprep leaves as it is.
        for wrong in ("passwörd é Ⅸ", typed("NFD") + "\u0301"):
            for mechanism in (*SCRAM, "PLAIN"):
                with self.subTest(mechanism=mechanism, wrong=ascii(wrong)):
                    done = self.sent(self.relays["NFC"], mechanism, wrong)
                    self.assertEqual(done.diagnosis().split(".")[:2], ["auth", "535"], done)
