"""swaks leaves in the middle: by QUIT, without a word, or before it has heard the answer, at each point.

Whatever it does, the mailbox keeps a message only after the final dot, notices that the client has gone,
and serves the next one.
"""

import unittest

import message
from relay_process import PASSWORD, USER, Delivery, shared
from tools_test import KNOWN, SENDER, run

# In the order of a session.
STOPS = ["CONNECT", "FIRST-EHLO", "TLS", "EHLO", "AUTH", "MAIL", "RCPT"]
LATE_STOPS = ["DATA", "DOT"]


class SwaksStops(unittest.TestCase):
    def swaks(self, *arguments, implicit=False):
        relay = shared()
        link = ["--tls-on-connect"] if implicit else ["--tls"]
        return run(["swaks", "--server", "127.0.0.1", "--port", str(relay.smtps if implicit else relay.smtp), *link,
                    "--tls-verify", "--tls-ca-path", relay.ca_file, "--auth", "PLAIN", "--auth-user", USER,
                    "--auth-password", PASSWORD, "--from", SENDER, "--to", KNOWN, "--body", "stopped", *arguments])

    def stopped(self, how, stop, delivered=0):
        for implicit in [False, True]:
            with self.subTest(how=how, stop=stop, implicit=implicit), Delivery(shared()) as delivery:
                status, printed = self.swaks(how, stop, implicit=implicit)
                self.assertEqual(status, 0, printed)
                self.assertIn("=== Connected to 127.0.0.1", printed)
                self.assertNotIn("*** ", printed)  # its way to say that the server did wrong
                self.sees_the_end()
            self.assertEqual(len(delivery.new), delivered)

    def sees_the_end(self):
        """A further session from end to end: the one before has not stopped the server."""
        content = message.simple("the next client")
        with Delivery(shared()) as delivery:
            status, printed = self.swaks("--data", content.decode().removesuffix("\r\n").replace("\r\n", "\\n"))
            self.assertEqual(status, 0, printed)
        [about] = [m for m in delivery.new if m["subject"] == "the next client"]
        self.assertEqual(shared().raw(about), content)


def add_tests():
    def quits(stop):
        return lambda self: self.stopped("--quit-after", stop, delivered=1)

    def drops(how, stop, delivered):
        return lambda self: self.stopped(how, stop, delivered)

    # One message is the one of sees_the_end().
    for stop in STOPS:
        setattr(SwaksStops, f"test_quit_after_{stop.lower().replace('-', '_')}", quits(stop))
    for stop in [*STOPS, *LATE_STOPS]:
        setattr(SwaksStops, f"test_drop_after_{stop.lower().replace('-', '_')}", drops("--drop-after", stop, 2 if stop == "DOT" else 1))
    # At CONNECT and TLS it sends nothing of its own to leave after, and at DOT it cannot be known what arrives.
    for stop in ["FIRST-EHLO", "EHLO", "AUTH", "MAIL", "RCPT", "DATA"]:
        setattr(SwaksStops, f"test_drop_after_send_{stop.lower().replace('-', '_')}", drops("--drop-after-send", stop, 1))


add_tests()
