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

    def __init__(self, *switches):
        self.switches = switches

    def __enter__(self):
        self.created = tempfile.TemporaryDirectory(prefix="smtpscope-sink-")
        self.directory = pathlib.Path(self.created.name)
        as_root = os.geteuid() == 0
        if as_root:  # it takes no mail as root
            shutil.chown(self.directory, "nobody")
        for _ in range(3):  # should another program have taken the port in between
            [self.port] = postfix.free_ports(1)
            self.process = subprocess.Popen(
                [PROGRAM, *(["-u", "nobody"] if as_root else []), *self.switches, "-d", f"{self.directory}/message.",
                 f"127.0.0.1:{self.port}", "100"],
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            if self.listens():
                return self
        raise AssertionError(f"smtp-sink {' '.join(self.switches)} does not start")

    def listens(self):
        """Without a connection, which -M and -n would count: the kernel's list of sockets."""
        wanted = f"0100007F:{self.port:04X} 00000000:0000 0A"
        deadline = time.monotonic() + START_SECONDS
        while self.process.poll() is None and time.monotonic() < deadline:
            if wanted in pathlib.Path("/proc/net/tcp").read_text():
                return True
            threading.Event().wait(0.01)
        return False

    @property
    def address(self):
        return f"localhost:{self.port}"

    def messages(self):
        """What was taken: each with smtp-sink's own header before it and an empty line behind it."""
        return [file.read_bytes() for file in sorted(self.directory.iterdir())]

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.terminate()
        self.process.wait()
        self.created.cleanup()
