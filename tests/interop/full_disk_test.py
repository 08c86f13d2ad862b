"""The mailbox on a file system that is really full, of octets or of files.

The program gets a small file system of its own in memory, in a mount namespace that only it sees; a user namespace
makes that possible for those who are not root. The test looks into it from outside, through /proc.
"""

import contextlib
import os
import pathlib
import smtplib
import tempfile
import threading
import unittest

from relay_process import PATIENCE, PROGRAM, Relay

CLIENTS = 4
SENDER, RECIPIENT = "alice@example.org", "bob@example.org"
NAMESPACE = "-m" if os.geteuid() == 0 else "-Urm"


class SmallDisk:
    """A relay whose mailbox lies on a file system of that size (options of tmpfs)."""

    def __init__(self, size):
        self.directory = tempfile.TemporaryDirectory(prefix="smtpscope-disk-")
        place = pathlib.Path(self.directory.name)
        (place / "disk").mkdir()
        start = place / "start"
        start.write_text(f"#!/bin/sh\nexec unshare {NAMESPACE} sh -c '\n"
                         f"mount -t tmpfs -o {size} none {place}/disk && exec \"$@\"' start {PROGRAM} \"$@\"\n")
        start.chmod(0o755)
        self.relay = Relay("--mailbox-dir", str(place / "disk/mail"), program=str(start))
        self.disk = pathlib.Path(f"/proc/{self.relay.process.pid}/root{place}/disk")

    def close(self):
        self.relay.stop()
        self.directory.cleanup()

    def files(self, folder):
        return sorted((self.disk / "mail" / folder).iterdir())


class Sender:
    """Delivers messages of about that size; keeps what was said of each, by its content."""

    def __init__(self, relay, name, octets):
        self.relay, self.name, self.octets = relay, name, octets
        self.replies = {}

    def content(self, number):
        name = f"{self.name}-{number}"
        lines = ("x" * 70 + "\r\n") * (self.octets // 72)
        return f"Subject: {name}\r\n\r\n{lines}{name}\r\n".encode()

    def session(self):
        client = smtplib.SMTP("localhost", self.relay.smtp, timeout=PATIENCE)
        client.ehlo()
        return client

    def until_refused(self, client):
        number = len(self.replies)
        while self.one(client, self.content(number)) == 250:
            number += 1

    def run(self):
        with self.session() as client:
            self.until_refused(client)

    def one(self, client, content):
        """The code that answers a message."""
        client.mail(SENDER)
        client.rcpt(RECIPIENT)
        code, text = client.data(content)
        self.replies[content] = (code, text)
        return code


class FullDisk(unittest.TestCase):
    longMessage = True

    def kept(self, disk):
        """What the mailbox holds; each is what the API shows too."""
        kept = sorted(f.read_bytes() for f in disk.files("new"))
        self.assertEqual(sorted(disk.relay.raw(m) for m in disk.relay.messages()), kept)
        return kept

    def fill(self, disk, octets):
        """Several clients at once send until each is refused."""
        senders = [Sender(disk.relay, f"client-{n}", octets) for n in range(CLIENTS)]
        threads = [threading.Thread(target=s.run) for s in senders]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(PATIENCE)
            self.assertFalse(thread.is_alive(), "the mailbox hangs")
        return senders

    def check(self, size, octets):
        with contextlib.closing(SmallDisk(size)) as disk:
            senders = self.fill(disk, octets)
            # What those who were refused had taken is free again: one alone fills the rest.
            last = Sender(disk.relay, "last", octets)
            with last.session() as client:
                last.until_refused(client)
                replies = {content: reply for s in [*senders, last] for content, reply in s.replies.items()}
                acknowledged = sorted(content for content, (code, _) in replies.items() if code == 250)
                refused = [reply for reply in replies.values() if reply[0] != 250]
                self.assertGreater(len(acknowledged), CLIENTS)
                self.assertEqual(len(refused), CLIENTS + 1)
                for code, text in refused:
                    self.assertEqual(code, 452)
                    self.assertRegex(text, rb"^4\.3\.1 Insufficient storage")
                # All that was acknowledged, once and whole, and nothing else.
                self.assertEqual(self.kept(disk), acknowledged)
                self.assertEqual(disk.files("tmp"), [])
                self.assertEqual(len(disk.files("smtpscope-envelopes")), len(acknowledged))
                # The session stands, and goes on when there is room.
                self.assertEqual(client.noop()[0], 250)
                gone = disk.files("new")[0]
                acknowledged.remove(gone.read_bytes())
                gone.unlink()
                (disk.disk / "mail/smtpscope-envelopes" / f"{gone.name}.json").unlink()
                fresh = last.content(len(last.replies))
                self.assertEqual(last.one(client, fresh), 250)
            self.assertEqual(self.kept(disk), sorted([*acknowledged, fresh]))

    def test_of_octets(self):
        self.check("size=3m", 40_000)

    def test_of_files(self):
        self.check("size=16m,nr_inodes=60", 300)

    def test_for_a_message_larger_than_all_of_it(self):
        with contextlib.closing(SmallDisk("size=1m")) as disk:
            sender = Sender(disk.relay, "large", 4_000_000)
            with sender.session() as client:
                self.assertEqual(sender.one(client, sender.content(1)), 452)
                self.assertEqual(disk.files("tmp"), [])
                sender.octets = 1000
                self.assertEqual(sender.one(client, sender.content(2)), 250)
            self.assertEqual(self.kept(disk), [sender.content(2)])
