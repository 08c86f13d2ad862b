"""nodemailer delivers to the mailbox: each way of logging in over each kind of TLS, and what else it can ask for."""

import email
import email.policy
import json
import pathlib
import re
import subprocess
import tempfile
import unittest

import message
import node_packages
from relay_process import MECHANISMS, PASSWORD, PATIENCE, USER, Delivery, Relay, shared

PROGRAM = pathlib.Path(__file__).resolve().parent / "npm/nodemailer.mjs"
NODEMAILER_MECHANISMS = ["PLAIN", "LOGIN", "CRAM-MD5", "XOAUTH2"]
SENDER, KNOWN, UNKNOWN = "alice@example.org", "bob@example.org", "nobody@example.org"


class Nodemailer(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.environment = node_packages.environment()

    def mail(self, implicit, mechanism=None, password=PASSWORD, trusted=True, options=None, relay=None, **content):
        relay = relay or shared(*MECHANISMS)
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

    def test_each_kind_of_tls(self):
        never = {"ignoreTLS": True, "requireTLS": False}
        for implicit, options, kind in [(True, {}, "ESMTPS"), (False, {}, "ESMTPS"), (False, {"requireTLS": False}, "ESMTPS"),
                                        (False, never, "ESMTP")]:
            with self.subTest(implicit=implicit, options=options), Delivery(shared(*MECHANISMS)) as delivery:
                answer = self.mail(implicit, options=options, text="x")
                self.assertEqual(answer.get("accepted"), [KNOWN], answer)
            self.assertEqual(delivery.message()["with"], kind)

    def test_without_tls_no_login_is_offered_and_none_leaves(self):
        for mechanism in NODEMAILER_MECHANISMS:  # it goes on without one
            with self.subTest(mechanism=mechanism), Delivery(shared(*MECHANISMS)) as delivery:
                answer = self.mail(False, mechanism, options={"ignoreTLS": True, "requireTLS": False}, text="x")
                self.assertEqual(answer.get("accepted"), [KNOWN], answer)
                self.assertNotIn("AUTH", "".join(answer["said"]))
            self.assertFalse(delivery.message()["authenticated_as"])

    def test_notifications(self):
        dsn = {"id": "a+b=c", "return": "headers", "notify": ["failure", "delay"], "recipient": KNOWN}
        for extensions in [["STARTTLS"], ["STARTTLS", "DSN"]]:
            with self.subTest(extensions=extensions), tempfile.NamedTemporaryFile("w", suffix=".json") as policy:
                json.dump({"smtpscope": "policy", "version": 1, "extensions": extensions}, policy)
                policy.flush()
                relay = Relay("--user", f"{USER}:{PASSWORD}", "--policy", policy.name)
                try:
                    answer = self.notifications(relay, dsn)
                    self.assertEqual(self.offers(answer, "DSN"), "DSN" in extensions)
                finally:
                    relay.stop()

    def notifications(self, relay, dsn):
        with Delivery(relay) as delivery:
            answer = self.mail(False, relay=relay, dsn=dsn, text="x")
            self.assertEqual(answer.get("accepted"), [KNOWN], answer)
        self.assertEqual(delivery.message()["to"], [KNOWN])
        words = ["RET=HDRS", "ENVID=", "NOTIFY=FAILURE,DELAY", "ORCPT=rfc822;" + KNOWN]
        asked = [word for word in words if any(word in line for line in answer["said"])]
        self.assertEqual(asked, words if self.offers(answer, "DSN") else [], answer["said"])
        return answer

    def test_a_sender_outside_ascii(self):
        with Delivery(shared(*MECHANISMS)) as delivery:
            answer = self.mail(False, envelope={"from": "грета@example.org", "to": [KNOWN]}, text="x")
        if self.offers(answer, "SMTPUTF8"):
            self.assertEqual(answer.get("accepted"), [KNOWN], answer)
            self.assertEqual(delivery.message()["from"], "грета@example.org")
        else:  # it sends the address all the same
            self.assertEqual((answer.get("code"), delivery.new), ("EENVELOPE", []), answer)

    @staticmethod
    def offers(answer, extension):
        """Whether a line of an answer to EHLO is that word."""
        lines = "\n".join(answer["said"]).replace("S: ", "").splitlines()
        return any(re.fullmatch(rf"250[- ]{extension}", line.strip()) for line in lines)

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
        for mechanism in NODEMAILER_MECHANISMS:
            how = f"{'implicit' if implicit else 'starttls'}_{mechanism.replace('-', '_')}"
            setattr(Nodemailer, f"test_{how}_delivers", delivers(implicit, mechanism))
            setattr(Nodemailer, f"test_{how}_wrong_password", refuses(implicit, mechanism))


add_tests()
