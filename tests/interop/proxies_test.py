"""Mail through two relays behind HAProxy and nginx, while one of them is restarted."""

import http.client
import http.server
import signal
import threading
import unittest

import message
from proxies import HaProxy, Nginx, free_port
from relay_process import PATIENCE, Relay
from tunnel_page import BINARY, Ended, Page, Refused, send_mail

SENDER, RECIPIENT = "alice@example.org", "bob@example.org"


class Behind:
    """What holds behind every proxy; subclasses name it."""

    def setUp(self):
        self.server = Relay()  # as a mail server somewhere else
        self.addCleanup(self.server.stop)

    def begin(self, *arguments):
        """Two relays and the proxy before them."""
        self.ports = [(free_port(), free_port()) for _ in range(2)]
        self.proxy_port = None
        self.relays, self.arguments = [], arguments
        # The origin holds the proxy's port, which is known only when it runs.
        proxy = self.kind(self.server.identity_file, self.ports)
        self.addCleanup(proxy.stop)
        self.name = f"localhost:{proxy.port}"
        self.proxy = proxy
        self.relays = [self.relay(*ports) for ports in self.ports]

    def relay(self, port, operations):
        relay = Relay("--operations", f"127.0.0.1:{operations}", "--behind-proxy", "--public", "--origin",
                      f"https://{self.name}", "--allow", f"127.0.0.1:{self.server.smtp}", "--allow-private",
                      *self.arguments, listen=f"127.0.0.1:{port}")
        self.addCleanup(relay.stop)
        return relay

    def page(self, origin=None, host=None):
        page = Page(self.proxy.port, origin or f"https://{self.name}", host or self.name, self.server.trusting())
        self.addCleanup(page.socket.close)
        return page

    def first_page(self):
        """A page as soon as the proxy has found a relay: it was started before them."""
        while True:
            try:
                return self.page()
            except Refused as refused:
                if refused.status not in (502, 503):
                    raise

    def relay_of(self, page):
        own = [d["port"] for d in page.expect("hello")["destinations"] if d.get("mailbox")]
        return next(relay for relay in self.relays if relay.smtp in own)

    def subjects(self):
        return sorted(m["subject"] for m in self.server.messages())

    def half_sent(self):
        """A page whose message is sent by half, and its relay."""
        page = self.first_page()
        page.open("127.0.0.1", self.server.smtp)
        page.envelope(SENDER, RECIPIENT)
        page.send_frame(BINARY, b"Subject: half\r\n\r\nthe first half")
        return page, self.relay_of(page)

    def test_a_restart_lets_the_session_finish(self):
        self.begin("--drain-seconds", "60")
        page, relay = self.half_sent()
        relay.process.send_signal(signal.SIGTERM)
        page.expect("draining")
        meanwhile = self.page()
        self.assertIsNot(self.relay_of(meanwhile), relay)
        self.assertEqual(send_mail(meanwhile, self.server.smtp, "meanwhile"), 1000)
        self.assertTrue(page.content(b" and the other"))
        page.command("QUIT", 221)
        page.close()
        self.assertEqual(relay.process.wait(PATIENCE), 0)
        self.assertEqual(self.subjects(), ["half", "meanwhile"])
        # Started again at the same place, while the other one goes: every mail finds the one that is there.
        index = self.relays.index(relay)
        self.relays[index] = self.relay(*self.ports[index])
        self.relays[1 - index].process.send_signal(signal.SIGTERM)
        self.assertEqual(self.relays[1 - index].process.wait(PATIENCE), 0)
        after = self.first_page()
        self.assertIs(self.relay_of(after), self.relays[index])
        send_mail(after, self.server.smtp, "after")
        self.assertEqual(self.subjects(), ["after", "half", "meanwhile"])

    def test_what_is_cut_is_not_reported_as_sent(self):
        self.begin("--drain-seconds", "1")
        page, relay = self.half_sent()
        relay.process.send_signal(signal.SIGTERM)
        page.expect("draining")
        self.assertEqual(page.end(), 1012)
        self.assertEqual(page.events[-1]["code"], "draining")
        self.assertTrue(page.events[-1]["retryable"])
        self.assertEqual(page.stream, b"", "no answer of the server to what it never had whole")
        self.assertEqual(relay.process.wait(PATIENCE), 0)
        send_mail(self.page(), self.server.smtp, "again")
        self.assertEqual(self.subjects(), ["again"])

    def test_a_relay_that_dies_takes_one_session_with_it(self):
        self.begin()
        page, relay = self.half_sent()
        relay.process.kill()
        self.assertNotEqual(page.end(), 1000)
        self.assertEqual(page.stream, b"")
        with self.assertRaises(Ended):
            for _ in range(100):
                page.content(b" and the other")
        send_mail(self.page(), self.server.smtp, "again")
        self.assertEqual(self.subjects(), ["again"])

    def test_a_large_message_arrives_as_it_was(self):
        self.begin()
        content = message.large("large", 20_000)
        page = self.first_page()
        page.open("127.0.0.1", self.server.smtp)
        page.envelope(SENDER, RECIPIENT)
        stuffed = content.replace(b"\r\n.", b"\r\n..")
        for begin in range(0, len(stuffed), 65536):
            page.send_frame(BINARY, stuffed[begin:begin + 65536])
        page.send_frame(BINARY, b".\r\n")
        self.assertEqual(page.reply()[0], 250)
        self.assertEqual(self.server.raw(self.server.messages()[0]), content)

    def test_names_are_judged_by_the_relay(self):
        self.begin()
        self.first_page()
        for origin, host, status in [("https://elsewhere.example", None, 403), (None, "elsewhere.example", 421),
                                     (f"http://{self.name}", None, 403), ("null", None, 403)]:
            with self.subTest(origin=origin, host=host), self.assertRaises(Refused) as refused:
                self.page(origin, host)
            self.assertEqual(refused.exception.status, status)
        connection = http.client.HTTPSConnection("localhost", self.proxy.port, timeout=PATIENCE,
                                                 context=self.server.trusting())
        self.addCleanup(connection.close)
        for path, status in [("/api/config", 200), ("/healthz", 200), ("/metrics", 404), ("/readyz", 404)]:
            connection.request("GET", path)
            answer = connection.getresponse()
            answer.read()
            self.assertEqual(answer.status, status, path)

    def test_the_relay_learns_who_asks(self):
        heard = []

        class Listener(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                if self.path == "/who":
                    heard.append(self.headers)
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        listener = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Listener)
        self.addCleanup(listener.server_close)
        threading.Thread(target=listener.serve_forever, daemon=True).start()
        self.addCleanup(listener.shutdown)
        port = listener.server_address[1]
        proxy = self.kind(self.server.identity_file, [(port, port)] * 2)
        self.addCleanup(proxy.stop)
        connection = http.client.HTTPSConnection("localhost", proxy.port, timeout=PATIENCE, context=self.server.trusting())
        self.addCleanup(connection.close)
        connection.request("GET", "/who", headers={"X-Forwarded-For": "192.0.2.1", "Forwarded": "for=192.0.2.1",
                                                   "Host": "relay.example", "Origin": "https://relay.example"})
        self.assertEqual(connection.getresponse().status, 200)
        self.assertEqual(heard[0].get_all("X-Forwarded-For"), ["127.0.0.1"])
        self.assertIsNone(heard[0].get("Forwarded"))
        self.assertEqual(heard[0].get_all("Host"), ["relay.example"])
        self.assertEqual(heard[0].get_all("Origin"), ["https://relay.example"])


class BehindHaProxy(Behind, unittest.TestCase):
    kind = HaProxy


class BehindNginx(Behind, unittest.TestCase):
    kind = Nginx


if __name__ == "__main__":
    unittest.main()
