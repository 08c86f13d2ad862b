"""Runs `smtpscope send` and reads back what it said and what its trace says."""

import json
import os
import pathlib
import subprocess
import tempfile

from relay_process import PATIENCE, PROGRAM

SENDER, RECIPIENT = "alice@example.org", "bob@example.org"


class Sent:
    """How one run ended: status, printed (stdout), said (stderr), entries of the trace."""

    def __init__(self, done, trace):
        self.status = done.returncode
        self.printed = done.stdout.decode()
        self.said = done.stderr.decode()
        self.raw_trace = trace
        lines = [json.loads(line) for line in trace.splitlines()]
        self.header, self.entries = (lines[0], lines[1:]) if lines else (None, [])

    def __str__(self):
        return f"exit status {self.status}\n{self.printed}{self.said}"

    def of(self, *kinds):
        return [e for e in self.entries if e["kind"] in kinds]

    def commands(self):
        """The lines of the client, in order, secrets masked."""
        return [e["text"].rstrip("\r\n") for e in self.of("command", "sasl_response")]

    def codes(self):
        return [e["data"]["code"] for e in self.of("greeting", "reply", "sasl_challenge")]

    def result(self):
        return self.of("result")[-1]["data"]

    def diagnosis(self):
        """The key of the diagnosis, "" when there is none."""
        found = self.of("diagnosis")
        return found[-1]["data"]["key"] if found else ""

    def mechanism(self):
        return next((e["data"]["mechanism"] for e in self.of("command") if e["data"]["verb"] == "AUTH"), None)


def send(server, *arguments, content=None, password=None, token=None, sender=SENDER, to=(RECIPIENT,), stdin=b"", before=None,
         environment=None, subject="A line", text="One line of text"):
    """Sends `content` (bytes of a whole message; else a line of text) through `server` ("host:port").

    `password` and `token` go by files. `before(process)` is called while it runs.
    """
    with tempfile.TemporaryDirectory(prefix="smtpscope-send-") as directory:
        place = pathlib.Path(directory)
        command = [PROGRAM, "send", "--server", server, "--trace", str(place / "trace"), "--from", sender]
        for one in to:
            command += ["--to", one]
        if content is None and text is not None:
            command += ["--subject", subject, "--text", text]
        elif content is not None:
            (place / "message.eml").write_bytes(content)
            command += ["--eml", str(place / "message.eml")]
        if password is not None:
            (place / "password").write_text(password + "\n")
            command += ["--password-file", str(place / "password")]
        if token is not None:
            (place / "token").write_text(token + "\n")
            command += ["--token-file", str(place / "token")]
        process = subprocess.Popen([*command, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, env={**os.environ, **(environment or {})})
        try:
            if before is not None:
                before(process)
            printed, said = process.communicate(stdin, timeout=2 * PATIENCE)
        except BaseException:
            process.kill()
            process.communicate()
            raise
        done = subprocess.CompletedProcess(command, process.returncode, printed, said)
        trace = place / "trace"
        return Sent(done, trace.read_text() if trace.exists() else "")
