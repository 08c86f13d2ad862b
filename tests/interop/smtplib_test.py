"""Python's smtplib, which knows every byte that it sends; and what the program's log does not hold."""

import base64
import os
import smtplib
import unittest

import message
from relay_process import MECHANISMS, PASSWORD, PATIENCE, SHORT_PASSWORD, SHORT_USER, USER, Delivery, Relay, shared

SENDER = "alice@example.org"


def connected(relay, implicit):
    if implicit:
        return smtplib.SMTP_SSL("localhost", relay.smtps, timeout=PATIENCE, context=relay.trusting())
    client = smtplib.SMTP("localhost", relay.smtp, timeout=PATIENCE)
    client.starttls(context=relay.trusting())
    return client


def log_in(client, mechanism, initial_response, user=USER, password=PASSWORD):
    client.user, client.password = user, password
    client.ehlo()
    method = {"PLAIN": client.auth_plain, "LOGIN": client.auth_login}[mechanism]
    return client.auth(mechanism, method, initial_response_ok=initial_response)


class Smtplib(unittest.TestCase):
    def each_way(self):
        for implicit in [False, True]:
            for mechanism in ["PLAIN", "LOGIN"]:
                for initial_response in [False, True]:
                    with self.subTest(implicit=implicit, mechanism=mechanism, initial_response=initial_response):
                        with connected(shared(), implicit) as client:
                            yield client, mechanism, initial_response

    def test_delivers_every_byte(self):
        for client, mechanism, initial_response in self.each_way():
            content = message.with_picture("every byte")
            self.assertEqual(log_in(client, mechanism, initial_response)[0], 235)
            with Delivery(shared()) as delivery:
                self.assertEqual(client.sendmail(SENDER, ["bob@example.org"], content), {})
            self.assertEqual(delivery.content(), content)
            self.assertEqual(delivery.message()["subject"], "every byte")
            self.assertEqual(delivery.message()["octets"], len(content))

    def test_wrong_password(self):
        for client, mechanism, initial_response in self.each_way():
            with self.assertRaises(smtplib.SMTPAuthenticationError) as refused:
                log_in(client, mechanism, initial_response, password="guess")
            self.assertEqual(refused.exception.smtp_code, 535)

    def test_cram_md5(self):
        relay = shared(*MECHANISMS)
        for implicit in [False, True]:
            for password, code in [(PASSWORD, 235), ("guess", 535)]:
                with self.subTest(implicit=implicit, code=code), connected(relay, implicit) as client:
                    client.user, client.password = USER, password
                    client.ehlo()
                    try:
                        self.assertEqual(client.auth("CRAM-MD5", client.auth_cram_md5)[0], code)
                    except smtplib.SMTPAuthenticationError as refused:
                        self.assertEqual(refused.smtp_code, code)

    def test_user_without_address(self):
        with connected(shared(), True) as client:
            client.login(SHORT_USER, SHORT_PASSWORD)
            content = message.simple("to myself", "dora@example.org")
            with Delivery(shared()) as delivery:
                client.sendmail("dora@example.org", ["dora@example.org", "dora@localhost"], content)
        self.assertEqual(delivery.content(), content)
        self.assertEqual(delivery.message()["authenticated_as"], SHORT_USER)

    def test_unknown_recipient(self):
        with connected(shared(), False) as client:
            client.login(USER, PASSWORD)
            with self.assertRaises(smtplib.SMTPRecipientsRefused) as refused:
                client.sendmail(SENDER, ["nobody@example.org"], message.simple("refused"))
            self.assertEqual(refused.exception.recipients["nobody@example.org"][0], 550)
            with Delivery(shared()) as delivery:
                some = client.sendmail(SENDER, ["nobody@example.org", "carol@example.org"], message.simple("partly"))
            self.assertEqual([(a, r[0]) for a, r in some.items()], [("nobody@example.org", 550)])
            self.assertEqual(delivery.message()["to"], ["carol@example.org"])

    def test_nothing_is_relayed(self):
        with connected(shared(), True) as client:
            client.login(USER, PASSWORD)
            with self.assertRaises(smtplib.SMTPRecipientsRefused):
                client.sendmail(SENDER, ["someone@elsewhere.example"], message.simple("relay"))

    def test_large_message(self):
        lines = base64.encodebytes(os.urandom(6 * 1024 * 1024)).replace(b"\n", b"\r\n")
        content = message.simple("large") + lines
        with connected(shared(), False) as client, Delivery(shared()) as delivery:
            client.sendmail(SENDER, ["bob@example.org"], content)
        self.assertEqual(delivery.content(), content)

    def test_too_large_message(self):
        content = message.simple("too large") + b"0123456789\r\n" * (1024 * 1024)
        with connected(shared(), True) as client:
            with self.assertRaises(smtplib.SMTPSenderRefused) as refused:  # it declares SIZE=
                client.sendmail(SENDER, ["bob@example.org"], content)
            self.assertEqual(refused.exception.smtp_code, 552)
            client.mail(SENDER)
            client.rcpt("bob@example.org")
            with Delivery(shared()) as delivery:
                self.assertEqual(client.data(content)[0], 552)
            self.assertEqual(delivery.new, [])
            self.assertEqual(client.noop()[0], 250)

    def test_certificate_is_for_this_machine_only(self):
        for name in ["localhost", "127.0.0.1"]:
            with smtplib.SMTP_SSL(name, shared().smtps, timeout=PATIENCE, context=shared().trusting()) as client:
                self.assertEqual(client.noop()[0], 250)

    def test_many_messages_on_one_connection(self):
        with connected(shared(), False) as client:
            for number in range(20):
                content = message.simple(f"number {number}")
                with Delivery(shared()) as delivery:
                    client.sendmail(SENDER, ["bob@example.org"], content)
                self.assertEqual(delivery.content(), content)


class Program(unittest.TestCase):
    """What only a program of one's own can show."""

    def test_log_holds_no_mail_and_no_secrets(self):
        with Relay("--user", f"{USER}:{PASSWORD}") as relay:
            with connected(relay, False) as client:
                client.login(USER, PASSWORD)
                client.sendmail(SENDER, ["bob@example.org"], message.simple("confidential"))
                with self.assertRaises(smtplib.SMTPRecipientsRefused):
                    client.sendmail(SENDER, ["nobody@example.org"], b"")
            with connected(relay, True) as client, self.assertRaises(smtplib.SMTPAuthenticationError):
                client.login(USER, "guess")
            self.assertEqual(relay.stop(), 0)
            log = relay.log()
            self.assertIn("mailbox", log)
            plain = base64.b64encode(f"\0{USER}\0{PASSWORD}".encode()).decode()
            for private in [USER, "bob@", "nobody", PASSWORD, "guess", plain, "confidential", "First line"]:
                self.assertNotIn(private, log)

    def test_maildir_survives_a_restart(self):
        content = message.with_picture("durable")
        with Relay() as first:
            self.assertEqual(first.messages(), [])
            directory = first.directory.name
            mail = directory + "/mail"
            with Relay("--mailbox-dir", mail) as relay:
                with connected(relay, True) as client:
                    client.sendmail(SENDER, ["bob@example.org"], content)
                before = relay.messages()
            with Relay("--mailbox-dir", mail) as relay:
                self.assertEqual(relay.messages(), before)
                self.assertEqual(relay.raw(before[0]), content)

    def test_shutdown_tells_clients(self):
        with Relay() as relay:
            with connected(relay, False) as client:
                client.ehlo()
                relay.process.terminate()
                code, text = client.getreply()
                self.assertEqual(code, 421, text)
            self.assertEqual(relay.process.wait(PATIENCE), 0)
