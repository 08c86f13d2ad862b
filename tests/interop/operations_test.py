"""The program as a service: signals, exit statuses, reloads, logs, and what it tells a service manager."""

import json
import os
import pathlib
import re
import signal
import socket
import ssl
import subprocess
import tempfile
import unittest
import urllib.error
import urllib.request

from relay_process import PATIENCE, PROGRAM, Relay
from tunnel_page import Page, Refused, send_mail


def fetch(url):
    """(status, text) of a GET."""
    try:
        with urllib.request.urlopen(url, timeout=PATIENCE) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read().decode()


class Configured(unittest.TestCase):
    def setUp(self):
        self.place = tempfile.TemporaryDirectory(prefix="smtpscope-operations-")
        self.addCleanup(self.place.cleanup)
        self.file = pathlib.Path(self.place.name) / "smtpscope.toml"

    def started(self, *arguments, toml=""):
        self.file.write_text(toml)
        relay = Relay("--config", str(self.file), *arguments)
        self.addCleanup(relay.stop)
        return relay

    def page(self, relay, origin=None):
        page = Page(relay.port, origin or f"http://127.0.0.1:{relay.port}")
        self.addCleanup(page.socket.close)
        return page

    def logged(self, relay, pattern):
        """The first line of the log that matches, waited for."""
        with relay.log_file.open(errors="replace") as log:
            line = ""
            while True:
                line += log.readline()
                if line.endswith("\n"):
                    if re.search(pattern, line):
                        return line
                    line = ""
                elif relay.process.poll() is not None:
                    raise AssertionError(f"{pattern} is not in the log:\n{relay.log()}")


class Ending(Configured):
    def test_a_tunnel_finishes_and_the_status_is_0(self):
        relay = self.started("--operations", "127.0.0.1:0", toml="[process]\ndrain-seconds = 60\n")
        page = self.page(relay)
        page.open("127.0.0.1", relay.smtp)
        page.envelope("alice@example.org", "bob@example.org")
        operations = relay.operations
        self.assertEqual(fetch(operations + "readyz"), (200, "ready\n"))
        relay.process.send_signal(signal.SIGTERM)
        self.assertEqual(page.expect("draining")["deadline_ms"], 60_000)
        self.assertEqual(fetch(operations + "readyz"), (503, "draining\n"))
        with self.assertRaises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", relay.port), timeout=PATIENCE)
        page.close()
        self.assertEqual(relay.process.wait(PATIENCE), 0)

    def test_the_time_is_up(self):
        relay = self.started("--drain-seconds", "1")
        page = self.page(relay)
        page.open("127.0.0.1", relay.smtp)
        relay.process.send_signal(signal.SIGTERM)
        page.expect("draining")
        self.assertEqual(page.end(), 1012)
        self.assertEqual(page.events[-1]["code"], "draining")
        self.assertEqual(relay.process.wait(PATIENCE), 0)

    def test_the_second_signal_ends_at_once(self):
        for second in [signal.SIGTERM, signal.SIGINT]:
            relay = self.started("--drain-seconds", "3600")
            page = self.page(relay)
            page.open("127.0.0.1", relay.smtp)
            relay.process.send_signal(signal.SIGTERM)
            page.expect("draining")
            relay.process.send_signal(second)
            self.assertEqual(relay.process.wait(PATIENCE), 0)

    def test_statuses_of_what_does_not_start(self):
        relay = self.started()
        taken = subprocess.run([PROGRAM, "serve", "--listen", f"127.0.0.1:{relay.port}", "--log-format", "json"],
                               capture_output=True, timeout=PATIENCE, check=False)
        self.assertEqual(taken.returncode, 1)
        self.assertIn("is in use", json.loads(taken.stderr)["message"])
        self.file.write_text("[process]\nthreads = 0\n")
        wrong = subprocess.run([PROGRAM, "serve", "--config", str(self.file)], capture_output=True, timeout=PATIENCE,
                               check=False)
        self.assertEqual(wrong.returncode, 2)
        self.assertEqual(wrong.stderr.decode(),
                         f"smtpscope: {self.file}:2: process.threads: 0: write a number from 1 to 64\n")


class Reloading(Configured):
    def test_lists_change_and_sessions_go_on(self):
        relay = self.started(toml="[tunnel]\nallow = [\"old.example:587\"]\n")
        standing = self.page(relay)
        standing.open("127.0.0.1", relay.smtp)
        other = "https://mail.example"
        with self.assertRaises(Refused) as refused:
            self.page(relay, other)
        self.assertEqual(refused.exception.status, 403)
        self.file.write_text(f'[web]\norigin = ["{other}"]\n[tunnel]\nallow = ["new.example:587"]\n[process]\nthreads = 5\n')
        relay.process.send_signal(signal.SIGHUP)
        self.logged(relay, "reloaded: 1 destinations, 1 origins")
        self.logged(relay, r"process\.threads has changed: that takes effect at a restart")
        destinations = [d["host"] for d in self.page(relay, other).expect("hello")["destinations"]]
        self.assertIn("new.example", destinations)
        self.assertNotIn("old.example", destinations)
        standing.envelope("alice@example.org", "bob@example.org")
        self.assertTrue(standing.content(b"Subject: x\r\n\r\nx"))

    def test_a_wrong_file_changes_nothing_and_says_why(self):
        relay = self.started("--operations", "127.0.0.1:0", toml="[tunnel]\nallow = [\"old.example:587\"]\n")
        operations = relay.operations
        for wrong, why in [("[tunnel]\nallow = [\"new.example\"]\n", ":2: tunnel.allow: new.example: "),
                           ("[tunnel\n", ":1: this is not TOML"),
                           ("[tunnel]\nca-file = \"none.pem\"\n", ":2: tunnel.ca-file: ")]:
            self.file.write_text(wrong)
            relay.process.send_signal(signal.SIGHUP)
            self.assertIn(str(self.file) + why, self.logged(relay, re.escape(why)))
        self.logged(relay, "not reloaded")
        destinations = [d["host"] for d in self.page(relay).expect("hello")["destinations"]]
        self.assertIn("old.example", destinations)
        while 'smtpscope_reloads_total{result="refused"} 3' not in (text := fetch(operations + "metrics")[1]):
            self.assertIsNone(relay.process.poll(), text)
        relay.process.send_signal(signal.SIGTERM)
        self.assertEqual(relay.process.wait(PATIENCE), 0)


class Certificates(Configured):
    def make(self, name):
        """A certificate and its key, in the file of the relay."""
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc", "-days", "2",
                        "-subj", f"/CN={name}", "-addext", "subjectAltName=DNS:localhost", "-keyout", self.pem,
                        "-out", self.pem + ".crt"], check=True, capture_output=True, timeout=PATIENCE)
        with open(self.pem, "ab") as both:
            both.write(pathlib.Path(self.pem + ".crt").read_bytes())

    def shown(self, relay):
        """The certificate that a new connection meets, and a tunnel that it carries."""
        anyone = ssl.create_default_context()
        anyone.check_hostname, anyone.verify_mode = False, ssl.CERT_NONE
        page = Page(relay.port, f"https://127.0.0.1:{relay.port}", tls=anyone)
        self.addCleanup(page.socket.close)
        return page.socket.getpeercert(binary_form=True), page

    def test_are_exchanged_while_sessions_go_on(self):
        self.pem = self.place.name + "/server.pem"
        self.make("first")
        relay = self.started(toml='[web]\ntls-certificate = "server.pem"\ntls-key = "server.pem"\n')
        first, page = self.shown(relay)
        page.open("127.0.0.1", relay.smtp)
        pathlib.Path(self.pem).write_text("no certificate")
        relay.process.send_signal(signal.SIGHUP)
        self.logged(relay, "not reloaded")
        self.assertRegex(relay.log(), re.escape(str(self.file)) + r":2: web\.tls-certificate: .*server\.pem: ")
        self.assertEqual(self.shown(relay)[0], first)
        self.make("second")
        relay.process.send_signal(signal.SIGHUP)
        self.logged(relay, "reloaded: 0 destinations")
        self.assertNotEqual(self.shown(relay)[0], first)
        page.envelope("alice@example.org", "bob@example.org")
        self.assertTrue(page.content(b"Subject: x\r\n\r\nx"))


class Logs(Configured):
    def test_json_lines_without_what_a_mail_says(self):
        relay = self.started("--log-format", "json", "--user", "carol:topsecret-password")
        page = self.page(relay)
        send_mail(page, relay.smtp, "a subject of mine", sender="sender-of-mail@example.org", recipient="carol@example.org")
        page = self.page(relay)
        page.expect("hello")
        page.say(op="open", host="elsewhere.example", port=25, tls="none")
        self.assertEqual(page.expect("error")["code"], "not_allowed")
        page.end()
        self.file.write_text('"\\u001b[2J\\"\\\\ü" = 1\n')
        relay.process.send_signal(signal.SIGHUP)
        self.logged(relay, "not reloaded")
        self.assertEqual(relay.stop(), 0)
        lines = relay.log().splitlines()
        for line in lines:
            entry = json.loads(line)
            self.assertEqual(list(entry)[:3], ["time", "level", "message"])
            self.assertRegex(entry["time"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
            self.assertIn(entry["level"], ["trace", "debug", "info", "warning", "error", "critical"])
            self.assertNotIn("\x1b", entry["message"])
        self.assertGreater(len(lines), 4)
        # Which of the two tunnels is over first is chance.
        ended = sorted((json.loads(line) for line in lines if '"outcome"' in line), key=lambda entry: entry["tunnel"])
        self.assertEqual([(e["tunnel"], e["outcome"], e["stage"]) for e in ended],
                         [(1, "in_order", None), (2, "not_allowed", "policy")])
        self.assertGreater(ended[0]["bytes_up"], 100)
        self.assertIn(f"tunnel 1: ended in order, {ended[0]['seconds']:.1f} s, ", ended[0]["message"])
        for secret in ["topsecret", "a subject", "sender-of-mail", "carol@", "One line", "elsewhere"]:
            self.assertNotIn(secret, relay.log())

    def test_text_lines(self):
        relay = self.started()
        with self.page(relay) as page:
            page.expect("hello")
            page.say(op="open", host="elsewhere.example", port=25, tls="none")
            page.end()
        relay.stop()
        self.assertRegex(relay.log(), r"(?m)^\d{4}-\d\d-\d\dT[\d:.]{12} info tunnel 1: not_allowed at policy, [\d.]+ s, 0 bytes up, 0 down$")

    def test_too_low_a_limit_of_open_files_is_told(self):
        start = pathlib.Path(self.place.name) / "start"
        start.write_text(f'#!/bin/sh\nulimit -n 500 && exec {PROGRAM} "$@"\n')
        start.chmod(0o755)
        with Relay(program=str(start)) as relay:
            self.logged(relay, r"warning this process may open 500 files at once.*--max-connections")
        with Relay("--max-connections", "100", program=str(start)) as relay:
            pass
        self.assertNotIn("500 files", relay.log())


class ServiceManager(Configured):
    def test_is_told_what_happens(self):
        for name in [self.place.name + "/notify", f"\0smtpscope-{os.getpid()}-{self.id()}"]:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
                manager.bind(name)
                manager.settimeout(PATIENCE)
                os.environ["NOTIFY_SOCKET"] = name.replace("\0", "@", 1)
                self.addCleanup(os.environ.pop, "NOTIFY_SOCKET", None)
                relay = self.started()
                self.assertEqual(manager.recv(100), b"READY=1")
                relay.process.send_signal(signal.SIGHUP)
                self.assertEqual(manager.recv(100), b"RELOADING=1")
                self.assertEqual(manager.recv(100), b"READY=1")
                relay.process.send_signal(signal.SIGTERM)
                self.assertEqual(manager.recv(100), b"STOPPING=1")
                self.assertEqual(relay.process.wait(PATIENCE), 0)


if __name__ == "__main__":
    unittest.main()
