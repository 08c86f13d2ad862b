"""Servers that only root can start: the part that is the same for Postfix's kin.

A module with such a server is also a program: `python3 exim.py serve` prints one line of JSON when the
server is ready and stops it at the end of standard input. Another user than root needs `sudo -n`.
"""

import argparse
import json
import os
import pathlib
import shutil
import signal
import smtplib
import ssl
import subprocess
import sys
import tempfile
import threading
import time

import postfix
from own_root import ServerError

USER, PASSWORD = postfix.USER, postfix.PASSWORD
MAILBOXES = postfix.MAILBOXES
START_SECONDS, STOP_SECONDS = 60, 20


class RootServer:
    """A server in `self.dir`. Subclasses say how it is prepared and started."""

    name = "server"
    has_tls = True
    ports = ("smtp", "smtps")  # attributes that each get a free port

    def __init__(self, directory):
        self.dir = directory
        self.process = None

    def prepare(self):
        """Makes all files but those that name ports."""
        raise NotImplementedError

    def configure(self):
        """Writes what names the ports."""
        raise NotImplementedError

    def command(self):
        """What to run in the foreground."""
        raise NotImplementedError

    def maildir(self):
        return self.dir / "mail/inbox"

    def start(self):
        """Several times, should another program have taken a port in between."""
        (self.dir / "tls").mkdir()
        postfix.make_certificates(self.dir / "tls")
        self.prepare()
        for attempt in range(3):
            self.__dict__.update(zip(self.ports, postfix.free_ports(len(self.ports))))
            self.configure()
            with (self.dir / "log").open("ab") as log:
                self.process = subprocess.Popen([str(part) for part in self.command()], stdin=subprocess.DEVNULL,
                                                stdout=log, stderr=log, start_new_session=True)
            if self.wait_until_ready():
                return
            self.stop()
            if attempt == 2:
                raise ServerError(f"{self.name} did not start:\n" + (self.dir / "log").read_text(errors="replace"))

    def wait_until_ready(self):
        trusting = ssl.create_default_context(cafile=str(self.dir / "tls/ca.pem"))
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                with smtplib.SMTP("127.0.0.1", self.smtp, timeout=10):
                    pass
                if not self.has_tls:
                    return True
                with smtplib.SMTP_SSL("127.0.0.1", self.smtps, timeout=10, context=trusting):
                    return True
            except (OSError, smtplib.SMTPException):
                # The process and the deadline are what is waited for; this only spares the processor.
                threading.Event().wait(0.05)
        return False

    def stop(self):
        """Ends it with all its processes, which are one group."""
        if self.process is None:
            return
        for number in [signal.SIGTERM, signal.SIGKILL]:
            try:
                os.killpg(self.process.pid, number)
            except ProcessLookupError:
                break
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                pass
        self.process.wait()

    def description(self):
        return {"host": "127.0.0.1", **{name: getattr(self, name) for name in self.ports}, "ca_file": str(self.dir / "tls/ca.pem"),
                "maildir": str(self.maildir()), "log": str(self.dir / "log"), "user": USER, "password": PASSWORD,
                "mailboxes": MAILBOXES}


def serve(kind):
    def leave(*_):
        raise SystemExit(0)

    signals = [signal.SIGTERM, signal.SIGINT, signal.SIGHUP]
    for number in signals:
        signal.signal(number, leave)
    os.umask(0o022)
    with tempfile.TemporaryDirectory(prefix=f"smtpscope-{kind.name}-") as created:
        directory = pathlib.Path(created).resolve()
        directory.chmod(0o755)
        server = kind(directory)
        try:
            server.start()
            print(json.dumps(server.description()), flush=True)
            while sys.stdin.buffer.read(4096):
                pass
        finally:
            for number in signals:
                signal.signal(number, signal.SIG_IGN)
            server.stop()


def main(kind, file):
    """The module's program."""
    parser = argparse.ArgumentParser(description=sys.modules["__main__"].__doc__)
    parser.add_argument("what", choices=["serve"], help="start it, print where it is, stop at end of input")
    parser.parse_args()
    try:
        if os.geteuid() != 0:
            if shutil.which("sudo") is None or subprocess.run(["sudo", "-n", "true"], capture_output=True,
                                                               check=False).returncode != 0:
                raise ServerError("it must be started by root: run this as root, or let sudo work without a password")
            os.execvp("sudo", ["sudo", "-n", sys.executable, os.path.abspath(file), "serve"])
        os.environ["PATH"] = "/usr/sbin:/usr/bin:/sbin:/bin"
        serve(kind)
    except (ServerError, postfix.PostfixError) as failure:
        sys.exit(f"{kind.name}: {failure}")


class Running:
    """A program of this kind, from Python: its attributes are those of the JSON line."""

    def __init__(self, *command, environment=None):
        self.process = subprocess.Popen([str(part) for part in command], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True, env=environment)
        line = self.process.stdout.readline()
        if not line:
            self.stop()
            raise ServerError(f"{command[1]} did not start; its reason stands above")
        self.__dict__.update(json.loads(line))

    def stop(self):
        self.process.stdin.close()
        self.process.wait(STOP_SECONDS + 10)
        self.process.stdout.close()
