"""nodemailer delivers to the mailbox: each way of logging in over each kind of TLS, and what else it can ask for."""

import email
import email.policy
import json
import pathlib
import subprocess
import unittest

import message
import node_packages
from relay_process import MECHANISMS, PASSWORD, PATIENCE, USER, Delivery, shared

PROGRAM = pathlib.Path(__file__).resolve().parent / "npm/nodemailer.mjs"
SENDER, KNOWN, UNKNOWN = "alice@example.org", "bob@example.org", "nobody@example.org"


class Nodemailer(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.environment = node_packages.environment()

    def mail(self, implicit, mechanism=None, password=PASSWORD, trusted=True, options=None, **content):
        relay = shared(*MECHANISMS)
        transport = {"host": "localhost", "port": relay.smtps if implicit else relay.smtp, "secure": implicit,
                     "requireTLS": True, "name": "client.example", **(options or {})}
        if trusted:
            transport["tls"] = {"ca": pathlib.Path(relay.ca_file).read_text()}
        if mechanism == "XOAUTH2":
            transport["auth"] = {"type": "OAuth2", "user": USER, "accessToken": password}
        elif mechanism:
            transport["auth"] = {"user": USER, "pass": password}
            transport["authMethod"] = mechanism
        wish = {"transport": transport, "message": {"from": SENDER, "to": KNOWN, **content}}
        done = subprocess.run(["node", PROGRAM], input=json.dumps(wish).encode(), stdout=subprocess.PIPE,
                              env=self.environment, timeout=PATIENCE, check=True)
        return json.loads(done.stdout)

    def test_a_raw_message_arrives_as_it_is(self):
        for implicit in [False, True]:
            content = message.with_picture("raw")
            with self.subTest(implicit=implicit), Delivery(shared(*MECHANISMS)) as delivery:
                answer = self.mail(implicit, envelope={"from": SENDER, "to": [KNOWN]}, raw=content.decode())
                self.assertEqual(answer.get("accepted"), [KNOWN], answer)
            self.assertEqual(delivery.content(), content)

    def test_a_composed_message_with_an_attachment(self):
        with Delivery(shared(*MECHANISMS)) as delivery:
            answer = self.mail(True, subject="Grüße", text=".\nzwei\n", attachments=[
                {"filename": "bild.png", "content": message.picture().hex(), "encoding": "hex"}])
            self.assertEqual(answer.get("accepted"), [KNOWN], answer)
        read = email.message_from_bytes(delivery.content(), policy=email.policy.default)
        self.assertEqual(read["Subject"], "Grüße")
        self.assertEqual(next(read.iter_attachments()).get_content(), message.picture())

    def test_an_unknown_recipient(self):
        with Delivery(shared(*MECHANISMS)) as delivery:
            answer = self.mail(False, to=[KNOWN, UNKNOWN], text="x")
            self.assertEqual((answer.get("accepted"), answer.get("rejected")), ([KNOWN], [UNKNOWN]), answer)
        self.assertEqual(delivery.message()["to"], [KNOWN])
        answer = self.mail(False, to=[UNKNOWN], text="x")
        self.assertEqual((answer["code"], answer["responseCode"]), ("EENVELOPE", 550))

    def test_an_authority_it_does_not_know(self):
        for implicit in [False, True]:
            self.assertEqual(self.mail(implicit, trusted=False, text="x")["code"], "ESOCKET")


def delivers(implicit, mechanism):
    def test(self):
        content = message.simple(f"nodemailer {mechanism}")
        with Delivery(shared(*MECHANISMS)) as delivery:
            answer = self.mail(implicit, mechanism, envelope={"from": SENDER, "to": [KNOWN]}, raw=content.decode())
            self.assertEqual(answer.get("accepted"), [KNOWN], answer)
        self.assertEqual(delivery.content(), content)
        about = delivery.message()
        self.assertEqual((about["with"], about["authenticated_as"]), ("ESMTPSA", USER))
    return test


def refuses(implicit, mechanism):
    def test(self):
        with Delivery(shared(*MECHANISMS)) as delivery:
            answer = self.mail(implicit, mechanism, password="guess", text="x")
            self.assertEqual((answer.get("code"), answer.get("responseCode")), ("EAUTH", 535), answer)
        self.assertEqual(delivery.new, [])
    return test


def add_tests():
    for implicit in [False, True]:
        for mechanism in ["PLAIN", "LOGIN", "CRAM-MD5", "XOAUTH2"]:
            how = f"{'implicit' if implicit else 'starttls'}_{mechanism.replace('-', '_')}"
            setattr(Nodemailer, f"test_{how}_delivers", delivers(implicit, mechanism))
            setattr(Nodemailer, f"test_{how}_wrong_password", refuses(implicit, mechanism))


add_tests()
