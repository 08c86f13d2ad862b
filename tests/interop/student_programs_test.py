"""Five kinds of programs that students write, as small scripted clients: each gets the replies that a
real server would give, is never left waiting, and delivers where it deserves to."""

import base64
import socket
import ssl
import unittest

import message
from relay_process import PASSWORD, PATIENCE, USER, Delivery, shared


def b64(text):
    return base64.b64encode(text.encode()).decode()


class RawClient:
    """A socket and the codes of the replies it was given."""

    def __init__(self, port, context=None):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        self.codes = []
        if context is not None:
            self.wrap(context)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def wrap(self, context):
        self.socket = context.wrap_socket(self.socket, server_hostname="localhost")

    def send(self, text):
        self.socket.sendall(text.encode() if isinstance(text, str) else text)

    def reply(self):
        """One reply, with all its lines; empty at the end."""
        text = b""
        while True:
            line = b""
            while not line.endswith(b"\r\n"):
                octet = self.socket.recv(1)
                if not octet:
                    return text.decode()
                line += octet
            text += line
            if line[3:4] != b"-":
                self.codes.append(int(line[:3]))
                return text.decode()

    def say(self, line):
        self.send(line + "\r\n")
        return self.reply()

    def rest(self):
        """Replies up to the end of the connection."""
        while self.reply():
            pass

    def transaction(self, content, sender=USER, receiver="bob@example.org"):
        self.say(f"MAIL FROM:<{sender}>")
        self.say(f"RCPT TO:<{receiver}>")
        self.say("DATA")
        self.send(content)
        self.say("\r\n.")


class Slides(unittest.TestCase):
    """1. Raw socket, TLS from the first byte, HELO, AUTH LOGIN in base64 lines."""

    def session(self, receiver="carol@example.org", content="hello from the slides"):
        with RawClient(shared().smtps, shared().trusting()) as client:
            self.assertEqual(client.reply()[:3], "220")
            client.say("HELO Alice")
            client.say("AUTH LOGIN")
            client.say(b64(USER))
            client.say(b64(PASSWORD))
            client.transaction(content, receiver=receiver)
            client.say("QUIT")
            self.assertEqual(client.reply(), "", "the server closes after 221")
            return client.codes

    def test_defaults(self):
        with Delivery(shared()) as delivery:
            self.assertEqual(self.session(), [220, 250, 334, 334, 235, 250, 250, 354, 250, 221])
        self.assertEqual(delivery.content(), b"hello from the slides\r\n")
        self.assertEqual(delivery.message()["to"], ["carol@example.org"])

    def test_receiver_and_message_given(self):
        with Delivery(shared()) as delivery:
            self.session("bob@example.org", "another message")
        self.assertEqual(delivery.message()["to"], ["bob@example.org"])
        self.assertEqual(delivery.content(), b"another message\r\n")

    def test_pinned_old_tls_is_refused_at_once(self):
        pinned = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        pinned.check_hostname = False
        pinned.verify_mode = ssl.CERT_NONE
        pinned.set_ciphers("DEFAULT:@SECLEVEL=0")
        pinned.minimum_version = pinned.maximum_version = ssl.TLSVersion.TLSv1
        with self.assertRaises(ssl.SSLError) as refused:
            RawClient(shared().smtps, pinned)
        self.assertIn("PROTOCOL_VERSION", str(refused.exception).upper().replace(" ", "_"))
        self.assertEqual(self.session()[-1], 221)


class Report(unittest.TestCase):
    """2. HELO, STARTTLS at once, no verification, no second greeting, never stops at an error."""

    content = "Subject: x \n\n body"

    def session(self, password):
        blind = ssl.create_default_context()
        blind.check_hostname = False
        blind.verify_mode = ssl.CERT_NONE
        with RawClient(shared().smtp) as client:
            client.reply()
            client.say("HELO Alice")
            client.say("STARTTLS")
            client.wrap(blind)
            client.codes.clear()
            client.say("AUTH LOGIN")
            client.say(b64(USER))
            client.say(b64(password))
            client.say(f"MAIL FROM: <{USER}>")  # with the space that RFC 5321 does not have
            client.say("RCPT TO: <bob@example.org>")
            client.say("DATA")
            client.send(self.content)
            client.send("\r\n.\r\n")
            client.send("QUIT\r\n")
            client.rest()
            return client.codes

    def test_accepted(self):
        with Delivery(shared()) as delivery:
            self.assertEqual(self.session(PASSWORD), [334, 334, 235, 250, 250, 354, 250, 221])
        self.assertEqual(delivery.content(), self.content.encode() + b"\r\n")
        self.assertEqual(delivery.message()["subject"], "x")

    def test_refused(self):
        with Delivery(shared()) as delivery:
            # After 535 the mail is refused; what follows is out of order; then its text and its dot
            # are no commands.
            self.assertEqual(self.session("guess"), [334, 334, 535, 530, 503, 503, 500, 500, 221])
        self.assertEqual(delivery.new, [])


class Lab(unittest.TestCase):
    """3. A home-made dialogue, then the same in SMTP: no TLS, no login."""

    def test_home_made_dialogue(self):
        with RawClient(shared().smtp) as client, Delivery(shared()) as delivery:
            self.assertEqual(client.reply()[:3], "220")
            for line in ["bob@example.org", "1", "hai", "alice@example.org", "0"]:
                self.assertEqual(client.say(line)[:3], "500")
            self.assertEqual(client.say("QUIT")[:3], "221")
        self.assertEqual(delivery.new, [])

    def test_endless_dialogue_has_an_end(self):
        with RawClient(shared().smtp) as client:
            client.send("hai\r\n" * 30)
            client.rest()
            self.assertEqual(client.codes, [220] + [500] * 20 + [421])

    def test_in_smtp(self):
        with RawClient(shared().smtp) as client, Delivery(shared()) as delivery:
            client.reply()
            client.say("HELO 127.0.0.1")
            client.transaction("To the mailbox of the lab")
            client.say("QUIT")
            self.assertEqual(client.codes, [220, 250, 250, 250, 354, 250, 221])
        self.assertEqual(delivery.content(), b"To the mailbox of the lab\r\n")
        self.assertEqual(delivery.message()["with"], "SMTP")

    def test_unknown_mailbox(self):
        with RawClient(shared().smtp) as client:
            client.reply()
            client.say("HELO 127.0.0.1")
            client.say("MAIL FROM:<alice@example.org>")
            self.assertIn("550 5.1.1", client.say("RCPT TO:<stranger@example.org>"))


class Assignment(unittest.TestCase):
    """4. EHLO with an address literal, verified STARTTLS, EHLO again, AUTH PLAIN without initial response."""

    def opened(self):
        client = RawClient(shared().smtp)
        client.reply()
        client.say("EHLO [1.2.3.4]")
        client.say("STARTTLS")
        client.wrap(shared().trusting())
        self.assertIn(" PLAIN LOGIN ", client.say("EHLO [1.2.3.4]"))
        client.codes.clear()
        return client

    def test_text_and_image(self):
        content = message.with_picture("an assignment")
        with self.opened() as client, Delivery(shared()) as delivery:
            self.assertEqual(client.say("AUTH PLAIN"), "334 \r\n")
            client.say(b64(f"\0{USER}\0{PASSWORD}"))
            client.transaction(content.replace(b"\r\n.", b"\r\n..").removesuffix(b"\r\n"))
            client.say("QUIT")
            self.assertEqual(client.codes, [334, 235, 250, 250, 354, 250, 221])
        self.assertEqual(delivery.content(), content)

    def test_mechanisms_that_are_not_offered(self):
        with self.opened() as client:
            for mechanism in ["NTLM", "KERBEROS_V4"]:
                self.assertIn("504 5.5.4", client.say(f"AUTH {mechanism}"))
            self.assertIn("235", client.say("AUTH PLAIN " + b64(f"\0{USER}\0{PASSWORD}")))

    def test_wrong_server_name_is_noticed_by_the_client(self):
        client = RawClient(shared().smtp)
        client.reply()
        client.say("EHLO [1.2.3.4]")
        client.say("STARTTLS")
        with client, self.assertRaises(ssl.SSLCertVerificationError):
            client.socket = shared().trusting().wrap_socket(client.socket, server_hostname="smtp.example.org")


class Simulation(unittest.TestCase):
    """5. "SMTP using UDP", whose code uses smtplib; and a datagram, which no SMTP server answers."""

    def test_with_smtplib(self):
        import smtplib
        text = "From: alice@example.org\nTo: bob@example.org\nSubject: simulation\n\nHello\n.\n"
        with Delivery(shared()) as delivery:
            server = smtplib.SMTP("localhost", shared().smtp, timeout=PATIENCE)
            server.ehlo()
            server.starttls(context=shared().trusting())
            server.ehlo()
            server.login(USER, PASSWORD)
            server.sendmail(USER, "bob@example.org", text)
            server.quit()
        self.assertEqual(delivery.content(), text.replace("\n", "\r\n").encode())

    def test_with_datagrams(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.settimeout(PATIENCE)
            client.connect(("127.0.0.1", shared().smtp))
            client.send(b"HELO Alice\r\n")
            with self.assertRaises(ConnectionRefusedError):
                client.recv(100)
