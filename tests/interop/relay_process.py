"""Starts `smtpscope serve` on free ports for tests, and asks its HTTP API."""

import atexit
import functools
import http.client
import json
import os
import pathlib
import queue
import re
import ssl
import subprocess
import tempfile
import threading

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("SMTPSCOPE_BIN", str(ROOT / "build/native/smtpscope"))
TLS_DIAL = os.environ.get("SMTPSCOPE_TLS_DIAL", str(ROOT / "build/native/tests/tls_dial"))  # of tls_dial.cpp

USER, PASSWORD = "alice@example.org", "wonderland"
SHORT_USER, SHORT_PASSWORD = "dora", "pass:word with spaces"
PATIENCE = 30  # seconds that anything may take


class Relay:
    """A running program; as a context manager, stopped at the end."""

    def __init__(self, *arguments, listen="127.0.0.1:0", program=PROGRAM, environment=None):
        self.directory = tempfile.TemporaryDirectory(prefix="smtpscope-interop-")
        self.log_file = pathlib.Path(self.directory.name) / "log"
        state = pathlib.Path(self.directory.name) / "state"
        self.ca_file = str(state / "ca.pem")
        self.identity_file = str(state / "server.pem")  # key and certificate for localhost
        command = [program, "serve", "--listen", listen, "--smtp", "127.0.0.1:0", "--smtps", "127.0.0.1:0",
                   "--state-dir", str(state), "--log-level", "trace", *arguments]
        with self.log_file.open("wb") as log:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log,
                                            text=True, env={**os.environ, **(environment or {})})
        self.lines = queue.Queue()
        threading.Thread(target=self.read_lines, daemon=True).start()
        self.port = int(self.expect(r"smtpscope: open https?://127\.0\.0\.1:(\d+)/$")[1])
        self.operations = None  # "http://127.0.0.1:PORT/" with --operations
        found = self.expect(r"smtpscope: mailbox smtp 127\.0\.0\.1:(\d+), smtps 127\.0\.0\.1:(\d+)$")
        self.smtp, self.smtps = int(found[1]), int(found[2])

    def read_lines(self):
        for line in self.process.stdout:
            self.lines.put(line.rstrip("\n"))
        self.lines.put(None)

    def expect(self, pattern):
        """The next printed line that matches."""
        while True:
            try:
                line = self.lines.get(timeout=PATIENCE)
            except queue.Empty:
                line = None
            if line is None:
                raise AssertionError(f"{PROGRAM} did not print {pattern}; its log:\n{self.log()}")
            operations = re.match(r"smtpscope: operations (http://.*/)$", line)
            if operations:
                self.operations = operations[1]
            found = re.match(pattern, line)
            if found:
                return found

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        """Ends the program; gives its exit status."""
        if self.process.poll() is None:
            self.process.terminate()
        try:
            status = self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            status = self.process.wait()
        self.process.stdout.close()
        return status

    def log(self):
        return self.log_file.read_text(errors="replace")

    def get(self, path):
        """(status, body) of a GET."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def messages(self):
        """What GET /api/messages lists."""
        status, body = self.get("/api/messages")
        assert status == 200, status
        return json.loads(body)["messages"]

    def raw(self, message):
        """The bytes of a listed message."""
        status, body = self.get("/api/messages/" + message["id"])
        assert status == 200, status
        return body

    def trusting(self):
        """A TLS context that trusts the program's certificate authority and nobody else."""
        return ssl.create_default_context(cafile=self.ca_file)


class Delivery:
    """What arrives inside a `with` block: exactly one message, or none."""

    def __init__(self, relay):
        self.relay = relay

    def __enter__(self):
        self.before = {m["id"] for m in self.relay.messages()}
        return self

    def __exit__(self, kind, *_):
        self.new = [m for m in self.relay.messages() if m["id"] not in self.before] if kind is None else []

    def message(self):
        assert len(self.new) == 1, f"{len(self.new)} messages arrived"
        return self.new[0]

    def content(self):
        return self.relay.raw(self.message())


@functools.cache
def shared(*mechanisms):
    """One relay with two users for the whole test run, ended with it; one more for each list of mechanisms."""
    offered = ["--auth", ",".join(mechanisms)] if mechanisms else []
    relay = Relay("--user", f"{USER}:{PASSWORD}", "--user", f"{SHORT_USER}:{SHORT_PASSWORD}", *offered)
    atexit.register(relay.stop)
    return relay


# Every mechanism of the mailbox that a user with a password can have.
MECHANISMS = ("PLAIN", "LOGIN", "CRAM-MD5", "DIGEST-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256", "SCRAM-SHA-512",
              "SCRAM-SHA-1-PLUS", "SCRAM-SHA-256-PLUS", "SCRAM-SHA-512-PLUS", "OAUTHBEARER", "XOAUTH2")
