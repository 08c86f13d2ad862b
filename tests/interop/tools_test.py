"""swaks, msmtp and curl deliver to the mailbox, by STARTTLS and implicit TLS, with each mechanism they know."""

import os
import pathlib
import subprocess
import tempfile
import unittest

import message
from relay_process import MECHANISMS, PASSWORD, PATIENCE, USER, Delivery, shared

SENDER = "alice@example.org"
KNOWN, UNKNOWN = "bob@example.org", "nobody@example.org"


def run(command, stdin=b""):
    """(exit status, everything printed)."""
    clean = {k: v for k, v in os.environ.items() if not k.lower().endswith("_proxy")}
    done = subprocess.run(command, input=stdin, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=clean,
                          timeout=PATIENCE, check=False)
    return done.returncode, done.stdout.decode(errors="replace")


class Swaks:
    name = "swaks"
    mechanisms = ("PLAIN", "LOGIN", "CRAM-MD5", "DIGEST-MD5")
    wrong_password, unknown_recipient = 28, 24  # its exit statuses

    def send(self, relay, implicit, mechanism, content, password=PASSWORD, to=KNOWN):
        with tempfile.NamedTemporaryFile(suffix=".eml") as file:
            file.write(content.removesuffix(b"\r\n"))  # it ends the last line itself
            file.flush()
            return run(["swaks", "--server", "127.0.0.1", "--port", str(relay.smtps if implicit else relay.smtp),
                        "--tls-on-connect" if implicit else "--tls", "--tls-verify", "--tls-ca-path", relay.ca_file,
                        "--auth", mechanism, "--auth-user", USER, "--auth-password", password,
                        "--from", SENDER, "--to", to, "--data", "@" + file.name])


class Msmtp:
    name = "msmtp"
    user = USER
    mechanisms = ("PLAIN", "LOGIN", "CRAM-MD5", "DIGEST-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256", "OAUTHBEARER", "XOAUTH2")
    wrong_password, unknown_recipient = 77, 65  # EX_NOPERM, EX_DATAERR of sysexits.h

    def send(self, relay, implicit, mechanism, content, password=PASSWORD, to=KNOWN):
        with tempfile.TemporaryDirectory() as directory:
            config = pathlib.Path(directory) / "msmtprc"
            config.touch(0o600)
            config.write_text(
                f"account default\nhost localhost\nport {relay.smtps if implicit else relay.smtp}\n"
                f"tls on\ntls_starttls {'off' if implicit else 'on'}\ntls_trust_file {relay.ca_file}\n"
                f"auth {mechanism.lower()}\nuser {self.user}\npassword {password}\nfrom {SENDER}\n")
            # It reads Unix lines.
            return run(["msmtp", "-C", str(config), "--debug", to], content.replace(b"\r\n", b"\n"))


class Curl:
    name = "curl"
    mechanisms = ("PLAIN", "LOGIN", "CRAM-MD5", "DIGEST-MD5", "OAUTHBEARER", "XOAUTH2")
    wrong_password, unknown_recipient = 67, 55  # CURLE_LOGIN_DENIED, CURLE_SEND_ERROR
    options = ()

    def send(self, relay, implicit, mechanism, content, password=PASSWORD, to=KNOWN):
        url = f"smtps://localhost:{relay.smtps}" if implicit else f"smtp://localhost:{relay.smtp}"
        return run(["curl", "--disable", "--silent", "--show-error", "--verbose", "--url", url, "--ssl-reqd",
                    "--cacert", relay.ca_file, "--ipv4", "--max-time", str(PATIENCE), *self.options,
                    *self.login(mechanism, password), "--login-options", f"AUTH={mechanism}",
                    "--mail-from", SENDER, "--mail-rcpt", to, "--upload-file", "-"], content)


    @staticmethod
    def login(mechanism, password):
        if mechanism in ("OAUTHBEARER", "XOAUTH2"):
            return ["--user", USER, "--oauth2-bearer", password]
        return ["--user", f"{USER}:{password}"]


class CurlWithInitialResponse(Curl):
    name = "curl with initial response"
    options = ("--sasl-ir",)


class Tools(unittest.TestCase):
    longMessage = True


def delivers(tool, implicit, mechanism):
    def test(self):
        relay = shared(*MECHANISMS)
        content = message.simple(f"{tool.name} {'implicit' if implicit else 'starttls'} {mechanism}")
        with Delivery(relay) as delivery:
            status, printed = tool.send(relay, implicit, mechanism, content)
            self.assertEqual(status, 0, printed)
        self.assertEqual(delivery.content(), content)
        about = delivery.message()
        self.assertEqual((about["from"], about["to"]), (SENDER, [KNOWN]))
        self.assertEqual((about["with"], about["authenticated_as"]), ("ESMTPSA", USER))
    return test


def refuses_password(tool, implicit, mechanism):
    def test(self):
        relay = shared(*MECHANISMS)
        with Delivery(relay) as delivery:
            status, printed = tool.send(relay, implicit, mechanism, message.simple("refused"), password="guess")
        self.assertEqual(status, tool.wrong_password, printed)
        self.assertIn("535 5.7.8", printed)
        self.assertEqual(delivery.new, [])
    return test


def refuses_recipient(tool, implicit):
    def test(self):
        relay = shared()
        with Delivery(relay) as delivery:
            status, printed = tool.send(relay, implicit, "PLAIN", message.simple("refused", UNKNOWN), to=UNKNOWN)
        self.assertEqual(status, tool.unknown_recipient, printed)
        self.assertIn("550 5.1.1", printed)
        self.assertEqual(delivery.new, [])
    return test


def add_tests():
    for tool in [Swaks(), Msmtp(), Curl(), CurlWithInitialResponse()]:
        for implicit in [False, True]:
            how = f"{tool.name.replace(' ', '_')}_{'implicit' if implicit else 'starttls'}"
            for mechanism in tool.mechanisms:
                name = f"test_{how}_{mechanism.replace('-', '_')}"
                setattr(Tools, f"{name}_delivers", delivers(tool, implicit, mechanism))
                setattr(Tools, f"{name}_wrong_password", refuses_password(tool, implicit, mechanism))
            setattr(Tools, f"test_{how}_unknown_recipient", refuses_recipient(tool, implicit))


add_tests()
