#!/usr/bin/env python3
"""Measures the mailbox beside others: messages a second from smtp-source, and memory of an idle session.

    tests/bench/mailbox/measure.py PROGRAM [--rounds N]

Each round gives every server its turn, so that what else the machine does meets all of them; the medians
of all rounds are compared. Everything is on loopback. Prints one JSON object. Needs the Debian packages
postfix (smtp-source, smtp-sink) and python3-aiosmtpd.
"""

import argparse
import json
import os
import pathlib
import re
import shutil
import socket
import statistics
import subprocess
import tempfile
import time

PATH = "/usr/sbin:/usr/bin"
SESSIONS = 20  # of smtp-source at once
SIZES = {"1 kB": (1_000, 4_000), "5 MB": (5_000_000, 40)}  # octets, messages in a round
IDLE_SESSIONS = 90  # under the 100 that the mailbox takes at once
CHUNK = 65536
ALONE = "mailbox, one thread"  # as the others have

AIOSMTPD = """
import asyncio, sys
from aiosmtpd.smtp import SMTP
class Sink:
    async def handle_DATA(self, server, session, envelope):
        return "250 OK"
async def main():
    server = await asyncio.get_running_loop().create_server(
        lambda: SMTP(Sink(), data_size_limit=1 << 30), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()
asyncio.run(main())
"""


class Mailbox:
    """The program under measurement, with its store in memory."""

    def __init__(self, program, *more):
        self.state = tempfile.TemporaryDirectory()
        self.process = subprocess.Popen(
            [program, "serve", "--listen", "127.0.0.1:0", "--smtp", "127.0.0.1:0", "--smtps", "127.0.0.1:0",
             "--state-dir", self.state.name, "--log-level", "off", *more], stdout=subprocess.PIPE, text=True)
        self.process.stdout.readline()
        self.port = int(re.search(r"smtp 127\.0\.0\.1:(\d+)", self.process.stdout.readline())[1])

    def stop(self):
        self.process.terminate()
        self.process.wait()
        self.state.cleanup()


class Aiosmtpd:
    def __init__(self):
        self.process = subprocess.Popen(["/usr/bin/python3", "-c", AIOSMTPD], stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline())

    def stop(self):
        self.process.terminate()
        self.process.wait()


class SmtpSink:
    def __init__(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        user = ["-u", "nobody"] if os.geteuid() == 0 else []
        self.process = subprocess.Popen([shutil.which("smtp-sink", path=PATH), *user, f"127.0.0.1:{self.port}", "1000"],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
                return
            except ConnectionRefusedError:
                if self.process.poll() is not None:
                    raise

    stop = Aiosmtpd.stop


def messages_a_second(server, octets, count):
    begin = time.monotonic()
    done = subprocess.run(
        [shutil.which("smtp-source", path=PATH), "-s", str(SESSIONS), "-m", str(count), "-l", str(octets), "-f",
         "alice@example.org", "-t", "bob@example.org", f"127.0.0.1:{server.port}"], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"smtp-source: {done.stderr}")
    return count / (time.monotonic() - begin)


def throughput(program, rounds):
    servers = {"mailbox": Mailbox(program), ALONE: Mailbox(program, "--threads", "1"), "smtp-sink": SmtpSink(), "aiosmtpd": Aiosmtpd()}
    rates = {size: {name: [] for name in servers} for size in SIZES}
    try:
        for _ in range(rounds):
            for size, (octets, count) in SIZES.items():
                for name, server in servers.items():
                    # The slow one gets fewer, for about the same time.
                    rates[size][name].append(messages_a_second(server, octets, count // (8 if name == "aiosmtpd" else 1)))
    finally:
        for server in servers.values():
            server.stop()
    out = {}
    for size, by_name in rates.items():
        median = {name: statistics.median(values) for name, values in by_name.items()}
        out[size] = {"messages a second": {name: round(value) if value > 20 else round(value, 1)
                                           for name, value in median.items()},
                     "mailbox / smtp-sink": round(median["mailbox"] / median["smtp-sink"], 2),
                     "mailbox / aiosmtpd": round(median["mailbox"] / median["aiosmtpd"], 2),
                     f"{ALONE} / smtp-sink": round(median[ALONE] / median["smtp-sink"], 2),
                     f"{ALONE} / aiosmtpd": round(median[ALONE] / median["aiosmtpd"], 2)}
    return out


def anonymous_kib(pid):
    return int(re.search(r"RssAnon:\s+(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text())[1])


def idle_sessions(port, count):
    """Connections that have said EHLO and MAIL, and then nothing."""
    connections = []
    for _ in range(count):
        connection = socket.create_connection(("127.0.0.1", port))
        for line in [b"", b"EHLO client.example\r\n", b"MAIL FROM:<alice@example.org>\r\n"]:
            connection.sendall(line)
            while not re.search(rb"^\d\d\d .*\n\Z", connection.recv(CHUNK), re.M):
                pass
        connections.append(connection)
    return connections


def memory(program, rounds):
    """Octets of the program's own memory for each further idle session; a fresh program each time."""
    found = []
    for _ in range(rounds):
        mailbox = Mailbox(program)
        try:
            first = idle_sessions(mailbox.port, 10)  # what the first sessions cost once
            before = anonymous_kib(mailbox.process.pid)
            more = idle_sessions(mailbox.port, IDLE_SESSIONS - len(first))
            found.append((anonymous_kib(mailbox.process.pid) - before) * 1024 / len(more))
            for connection in first + more:
                connection.close()
        finally:
            mailbox.stop()
    return round(statistics.median(found))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    print(json.dumps({"throughput": throughput(options.program, options.rounds),
                      "octets of memory for an idle session": memory(options.program, options.rounds)}, indent=2))


if __name__ == "__main__":
    main()
