"""How a TLS session with the mailbox ends after QUIT: with 221, close_notify, and no reset.

Runs in a network of the test's own (goodbye_test.py), where every segment on loopback is watched.
"""

import os
import re
import select
import smtplib
import socket
import ssl
import subprocess
import threading
import time
import unittest

import own_network
from relay_process import PATIENCE, Relay

GOODBYE = 2  # seconds that the mailbox waits for a client's close_notify
FIN, RST = 1, 4


class Segments:
    """The TCP segments of loopback from or to a port, as (sender's port, flags), in order."""

    def __init__(self, port):
        self.port, self.seen, self.changed = port, [], threading.Condition()
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(0x0800))
        self.socket.bind(("lo", 0))
        threading.Thread(target=self.watch, daemon=True).start()

    def watch(self):
        while True:
            packet, where = self.socket.recvfrom(65536)
            tcp = packet[(packet[0] & 15) * 4:]
            # Loopback shows each twice; once is enough.
            if where[2] == socket.PACKET_OUTGOING or packet[9] != socket.IPPROTO_TCP:
                continue
            source, target = int.from_bytes(tcp[:2], "big"), int.from_bytes(tcp[2:4], "big")
            if self.port in (source, target):
                with self.changed:
                    self.seen.append((source, tcp[13]))
                    self.changed.notify_all()

    def senders_of(self, flag):
        return {"mailbox" if source == self.port else "client" for source, flags in self.seen if flags & flag}

    def wait_for_both_ends(self):
        """Until both sides have ended the connection, or one has cut it."""
        with self.changed:
            over = self.changed.wait_for(lambda: len(self.senders_of(FIN)) == 2 or self.senders_of(RST), PATIENCE)
        assert over, "nobody ended the connection"


class Goodbye(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        own_network.enter()
        cls.relay = Relay()
        cls.addClassCleanup(cls.relay.stop)

    def ends_in_order(self, port, session):
        """Runs `session(port)`; nobody has sent a reset, and both have ended their side."""
        segments = Segments(port)
        session(port)
        segments.wait_for_both_ends()
        self.assertEqual(segments.senders_of(RST), set())

    def ends_by_unwrap(self, implicit, version):
        def session(port):
            context = self.relay.trusting()
            context.minimum_version = context.maximum_version = version
            if implicit:
                client = smtplib.SMTP_SSL("localhost", port, timeout=PATIENCE, context=context)
            else:
                client = smtplib.SMTP("localhost", port, timeout=PATIENCE)
                client.starttls(context=context)
            self.assertEqual(client.docmd("QUIT")[0], 221)
            self.assertEqual(client.sock.recv(1), b"", "the mailbox says close_notify by itself")
            plain = client.sock.unwrap()  # says close_notify, and raises where the mailbox said none
            self.assertEqual(plain.recv(1), b"")
            plain.close()
        self.ends_in_order(self.relay.smtps if implicit else self.relay.smtp, session)

    def test_unwrap_of_python(self):
        for implicit in (True, False):
            for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
                with self.subTest(implicit=implicit, version=version.name):
                    self.ends_by_unwrap(implicit, version)

    def test_openssl(self):
        for version in ("-tls1_2", "-tls1_3"):
            for implicit in (True, False):
                with self.subTest(version=version, implicit=implicit):
                    self.says_goodbye_to(implicit, ["openssl", "s_client", "-quiet", "-verify_return_error", version,
                                                    "-CAfile", self.relay.ca_file, "-connect"], ["-starttls", "smtp"])

    def test_gnutls(self):
        for version in ("1.2", "1.3"):
            with self.subTest(version=version):
                self.says_goodbye_to(True, ["gnutls-cli", "--priority", f"NORMAL:-VERS-ALL:+VERS-TLS{version}",
                                            "--x509cafile", self.relay.ca_file], None)

    def says_goodbye_to(self, implicit, command, starttls):
        def session(port):
            where = ["--port", str(port), "localhost"] if starttls is None else [f"localhost:{port}"]
            words = [*command, *where, *([] if implicit else starttls)]
            with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as child:
                try:
                    said = self.wait_for(child, rb"^220 " if implicit else rb"^250 .*\r\n")
                    child.stdin.write(b"QUIT\r\n")
                    child.stdin.flush()
                    # Its input stays open: the program leaves because the mailbox said that it is over.
                    said += self.wait_for(child, rb"^221 ")
                    child.wait(PATIENCE)
                finally:
                    child.kill()
            self.assertEqual(child.returncode, 0, said)
        self.ends_in_order(self.relay.smtps if implicit else self.relay.smtp, session)

    @staticmethod
    def wait_for(child, pattern):
        said = b""
        deadline = time.monotonic() + PATIENCE
        while not re.search(pattern, said, re.MULTILINE):
            ready, _, _ = select.select([child.stdout], [], [], max(0, deadline - time.monotonic()))
            more = os.read(child.stdout.fileno(), 4096) if ready else b""
            assert more, f"{pattern} did not come: {said}"
            said += more
        return said

    def test_a_client_that_does_not_answer_is_left(self):
        segments = Segments(self.relay.smtps)
        with socket.create_connection(("localhost", self.relay.smtps), timeout=PATIENCE) as below:
            incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
            client = self.relay.trusting().wrap_bio(incoming, outgoing, server_hostname="localhost")
            self.exchange(below, incoming, outgoing, client.do_handshake)
            self.exchange(below, incoming, outgoing, lambda: client.read(100))
            client.write(b"QUIT\r\n")
            answer = self.exchange(below, incoming, outgoing, lambda: client.read(100))
            self.assertTrue(answer.startswith(b"221 "), answer)
            begun = time.monotonic()
            self.assertEqual(self.exchange(below, incoming, outgoing, lambda: client.read(100)), b"")
            self.assertEqual(below.recv(1), b"", "and its side of the connection is ended")
            self.assertLess(time.monotonic() - begun, 1, "close_notify comes at once")
            # What the client still says is taken, until the mailbox's patience is over; then nobody is there.
            while segments.senders_of(RST) == set():
                client.write(b"NOOP\r\n")
                try:
                    below.sendall(outgoing.read())
                except ConnectionError:
                    pass
                with segments.changed:
                    segments.changed.wait(0.1)
                self.assertLess(time.monotonic() - begun, GOODBYE + PATIENCE)
            self.assertEqual(segments.senders_of(RST), {"mailbox"})
            self.assertGreater(time.monotonic() - begun, GOODBYE / 2)

    @staticmethod
    def exchange(below, incoming, outgoing, step):
        """Does a step of TLS, moving octets for it."""
        while True:
            try:
                return step()
            except ssl.SSLWantReadError:
                pass
            except ssl.SSLZeroReturnError:
                return b""
            finally:
                below.sendall(outgoing.read())
            octets = below.recv(65536)
            incoming.write(octets) if octets else incoming.write_eof()
