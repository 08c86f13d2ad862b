"""Postfix's smtp-sink for tests: takes messages, with any of its switches, and keeps them in files."""

import os
import pathlib
import shutil
import subprocess
import tempfile
import threading
import time

import postfix

PROGRAM = shutil.which("smtp-sink", path="/usr/sbin:/usr/bin")
START_SECONDS = 20


class SmtpSink:
    """A running smtp-sink, as a context manager."""

    def __init__(self, *switches, host="127.0.0.1", keep="message."):
        """`keep` begins the names of its files; None: the switches say it, for -D or -d."""
        self.switches = switches
        self.host = host
        self.keep = keep

    def __enter__(self):
        self.created = tempfile.TemporaryDirectory(prefix="smtpscope-sink-")
        self.directory = pathlib.Path(self.created.name)
        as_root = os.geteuid() == 0
        if as_root:  # it takes no mail as root
            shutil.chown(self.directory, "nobody")
        for _ in range(3):  # should another program have taken the port in between
            [self.port] = postfix.free_ports(1)
            keep = ["-d", f"{self.directory}/{self.keep}"] if self.keep else []
            self.process = subprocess.Popen(
                [PROGRAM, *(["-u", "nobody"] if as_root else []), *self.switches, *keep, f"{self.host}:{self.port}", "100"],
                cwd=self.directory, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            if self.listens():
                return self
        raise AssertionError(f"smtp-sink {' '.join(self.switches)} does not start")

    def listens(self):
        """Without a connection, which -M and -n would count: the kernel's list of sockets."""
        six = self.host == "[::1]"
        here, nobody = ("00000000000000000000000001000000", "0" * 32) if six else ("0100007F", "0" * 8)
        wanted = f"{here}:{self.port:04X} {nobody}:0000 0A"
        deadline = time.monotonic() + START_SECONDS
        while self.process.poll() is None and time.monotonic() < deadline:
            if wanted in pathlib.Path("/proc/net/tcp6" if six else "/proc/net/tcp").read_text():
                return True
            threading.Event().wait(0.01)
        return False

    @property
    def address(self):
        return f"localhost:{self.port}" if self.host == "127.0.0.1" else f"{self.host}:{self.port}"

    def messages(self):
        """What was taken: each with smtp-sink's own header before it and an empty line behind it."""
        return [file.read_bytes() for file in sorted(self.directory.iterdir())]

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.terminate()
        self.process.wait()
        self.created.cleanup()
