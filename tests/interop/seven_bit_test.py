"""`smtpscope send` to servers that take seven bits only: what arrives is read by Python's email package."""

import email
import email.message
import email.policy
import unittest

import message
import postfix
from scripted_server import ScriptedServer
from sending import send
from smtp_sink import SmtpSink

PLAIN = ("--tls", "never")
NARROW = b"X-Mail-Args: <alice@example.org>"
HEAD = b"From: Alice <alice@example.org>\r\nTo: bob@example.org\r\nSubject: wide\r\n"
POLICY = email.policy.SMTP.clone(cte_type="8bit")


def wide_message():
    """Text, HTML, a picture and a forwarded message, each with octets over 127 as they are."""
    inner = email.message.EmailMessage(policy=POLICY)
    inner["Subject"] = "inner"
    inner.set_content("Größe\n" * 3, cte="8bit")
    outer = email.message.EmailMessage(policy=POLICY)
    outer["From"], outer["To"], outer["Subject"] = "alice@example.org", "bob@example.org", "wide"
    outer.set_content(".\nGrüße aus dem Süden\n", cte="8bit")
    outer.add_alternative("<p>Grüße</p>\n" * 100, subtype="html", cte="8bit")
    outer.add_attachment(message.picture(), maintype="image", subtype="png", filename="red.png")
    outer.add_attachment("Привет, мир\n" * 50, subtype="plain", cte="8bit", filename="text")
    outer.add_attachment(inner)
    return outer.as_bytes()


def leaves(octets):
    """(type, decoded octets) of each part that holds no other, lines ended as on the wire."""
    read = email.message_from_bytes(octets, policy=POLICY)
    return [(p.get_content_type(), p.get_filename(), p.get_payload(decode=True).replace(b"\r\n", b"\n").rstrip(b"\n"))
            for p in read.walk() if not p.is_multipart()]


def signed(text):
    return (HEAD + b"MIME-Version: 1.0\r\nContent-Type: multipart/signed; boundary=s; micalg=pgp-sha256; "
            b"protocol=\"application/pgp-signature\"\r\n\r\n--s\r\n"
            b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n" + text
            + b"\r\n--s\r\nContent-Type: application/pgp-signature\r\n\r\nno real one\r\n--s--\r\n")


class SevenBits(unittest.TestCase):
    longMessage = True

    def through_sink(self, content, *switches):
        with SmtpSink(*switches) as sink:
            done = send(sink.address, *PLAIN, content=content)
            return done, sink.messages()

    def notes(self, done):
        return [e["data"]["message"] for e in done.of("note") if "seven bits" in e["data"]["message"]]

    def test_each_part_keeps_its_content(self):
        content = wide_message()
        self.assertTrue(any(octet > 127 for octet in content))
        done, [stored] = self.through_sink(content, "-8")
        self.assertEqual(done.status, 0, done)
        self.assertIn(NARROW, stored)
        self.assertTrue(stored.isascii())
        self.assertLessEqual(max(map(len, stored.split(b"\n"))), 998)
        self.assertEqual(leaves(stored), leaves(content))
        self.assertEqual(len(self.notes(done)), 1, done)
        self.assertNotIn("BODY=", " ".join(done.commands()))

    def test_text_that_says_nothing_of_itself(self):
        for text, charset in [("Grüße\r\n".encode(), "utf-8"), ("Grüße\r\n".encode("latin-1"), "unknown-8bit")]:
            done, [stored] = self.through_sink(HEAD + b"\r\n" + text, "-8")
            self.assertEqual(done.status, 0, done)
            self.assertTrue(stored.isascii())
            read = email.message_from_bytes(stored)
            self.assertEqual((read["MIME-Version"], read.get_content_charset()), ("1.0", charset))
            self.assertEqual(read.get_payload(decode=True).rstrip(), text.rstrip())

    def test_nothing_changes_where_eight_bits_are_taken(self):
        content = wide_message()
        done, [stored] = self.through_sink(content)
        self.assertEqual(done.status, 0, done)
        self.assertTrue(stored.endswith(content.replace(b"\r\n", b"\n") + b"\n"))
        self.assertIn("BODY=8BITMIME", " ".join(done.commands()))
        self.assertEqual(self.notes(done), [])

    def test_nothing_changes_in_a_message_of_seven_bits(self):
        content = signed(b"plain")
        done, [stored] = self.through_sink(content, "-8")
        self.assertEqual(done.status, 0, done)
        self.assertTrue(stored.endswith(content.replace(b"\r\n", b"\n") + b"\n"))
        self.assertEqual(self.notes(done), [])

    def test_what_is_signed_is_kept_back_with_the_reason(self):
        done, stored = self.through_sink(signed("Grüße".encode()), "-8")
        self.assertEqual((done.status, stored), (1, []), done)
        self.assertEqual(done.diagnosis(), "policy.eight_bit_not_offered")
        self.assertIn("It could not be encoded here. --eml ", done.said)
        self.assertIn("signed", done.said)
        self.assertFalse([c for c in done.commands() if c.startswith("MAIL")])

    def test_what_is_ambiguous_is_kept_back_with_the_reason(self):
        for header in [b"Content-Type:\r\nContent-Type: text/plain\r\n", b"Content-Type: multipart/mixed; boundary=x\r\n"]:
            done, stored = self.through_sink(HEAD + header + b"\r\n" + "Grüße\r\n".encode(), "-8")
            self.assertEqual((done.status, stored), (1, []), done)
            self.assertIn("It could not be encoded here.", done.said)

    def test_a_server_of_the_first_days(self):
        heard = []

        def script(peer):
            peer.say("220 here")
            self.assertTrue(peer.line().startswith("EHLO"))
            peer.say("500 what?")
            peer.hear("HELO", "MAIL", "RCPT")
            self.assertTrue(peer.line().startswith("DATA"))
            peer.say("354 go on")
            heard.append(peer.until(b"\r\n.\r\n"))
            peer.say("250 taken")
            peer.rest()
        content = wide_message()
        with ScriptedServer(script) as server:
            done = send(server.address, *PLAIN, content=content)
        self.assertEqual(done.status, 0, done)
        self.assertEqual(len(self.notes(done)), 1, done)
        self.assertTrue(heard[0].isascii())
        self.assertEqual(leaves(heard[0].removesuffix(b".\r\n").replace(b"\n..", b"\n.")), leaves(content))


class PostfixOfSevenBits(unittest.TestCase):
    """Postfix without 8BITMIME delivers the same parts."""

    def test_each_part_keeps_its_content(self):
        content = wide_message()
        with postfix.Postfix(settings=["smtpd_discard_ehlo_keywords=8bitmime"]) as server:
            done = send(f"localhost:{server.smtp}", "--ca-file", server.ca_file, content=content)
            self.assertEqual(done.status, 0, done)
            [stored] = server.messages(1)
        self.assertTrue(stored.isascii())
        self.assertEqual(leaves(stored), leaves(content))
