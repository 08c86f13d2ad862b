"""`smtpscope send` itself: what it says, how it ends, what it keeps; against scripts and its own mailbox."""

import pathlib
import signal
import ssl
import subprocess
import tempfile
import unittest

import message
import postfix
from relay_process import MECHANISMS, PASSWORD, PATIENCE, PROGRAM, USER, Delivery, shared
from scripted_server import ScriptedServer
from sending import RECIPIENT, SENDER, send

PLAIN = ("--tls", "never")


class Certificates(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        created = tempfile.TemporaryDirectory(prefix="smtpscope-send-tls-")
        cls.addClassCleanup(created.cleanup)
        cls.directory = pathlib.Path(created.name)
        postfix.make_certificates(cls.directory)
        cls.ca_file = str(cls.directory / "ca.pem")
        cls.chain = (cls.directory / "server.pem", cls.directory / "server.key")


class OwnMailbox(unittest.TestCase):
    """Both of our sides, through the real program."""

    def through(self, implicit):
        relay = shared()
        port = relay.smtps if implicit else relay.smtp
        return f"localhost:{port}", "--tls", "implicit" if implicit else "starttls", "--ca-file", relay.ca_file

    def test_a_message_arrives_as_it_is(self):
        content = message.with_picture("as it is")
        for implicit in [False, True]:
            with self.subTest(implicit=implicit), Delivery(shared()) as delivery:
                done = send(*self.through(implicit), "--user", USER, content=content, password=PASSWORD)
                self.assertEqual(done.status, 0, done)
            self.assertEqual(delivery.content(), content)
            self.assertEqual(delivery.message()["authenticated_as"], USER)
            self.assertTrue(done.of("tls_established")[0]["data"]["verified"])
            self.assertIn(f"delivered: {RECIPIENT}", done.printed)

    def test_a_composed_message(self):
        with Delivery(shared()) as delivery:
            done = send(*self.through(True), sender="Älice <alice@example.org>", subject="Grüße")
        self.assertEqual(done.status, 0, done)
        text = delivery.content().decode()
        self.assertIn("One line of text", text)
        self.assertIn("From: =?", text)
        self.assertIn("Subject: =?", text)
        self.assertTrue(text.startswith("Date: "), text)

    def test_lines_of_unix_become_lines_of_smtp(self):
        with Delivery(shared()) as delivery:
            done = send(*self.through(True), content=b"Subject: unix\n\n.\nlast line")
        self.assertEqual(done.status, 0, done)
        self.assertEqual(delivery.content(), b"Subject: unix\r\n\r\n.\r\nlast line\r\n")

    def test_a_large_message(self):
        content = message.large("large", 60_000)
        with Delivery(shared()) as delivery:
            done = send(*self.through(False), "--quiet", content=content)
        self.assertEqual((done.status, done.printed), (0, ""), done.said)
        self.assertEqual(delivery.content(), content)

    def test_one_of_two_recipients(self):
        with Delivery(shared()) as delivery:
            done = send(*self.through(True), to=[RECIPIENT, "nobody@example.org"])
        self.assertEqual(done.status, 1)
        self.assertEqual(done.result()["outcome"], "partly")
        self.assertEqual(delivery.message()["to"], [RECIPIENT])
        self.assertIn(f"delivered: {RECIPIENT}", done.printed)
        self.assertIn("not delivered: nobody@example.org (550 ", done.printed)
        self.assertIn("mailbox", done.said)

    def test_the_password_is_nowhere(self):
        for password, status in [(PASSWORD, 0), ("guess-of-mine", 1)]:
            done = send(*self.through(True), "--user", USER, password=password)
            self.assertEqual(done.status, status, done)
            for shown in [done.printed, done.said, done.raw_trace]:
                self.assertNotIn(password, shown)
        self.assertIn("********", done.printed)
        self.assertEqual(done.diagnosis().split(".")[:2], ["auth", "535"])

    def test_each_mechanism(self):
        relay = shared(*MECHANISMS)
        for mechanism in MECHANISMS:
            for link, port in [("starttls", relay.smtp), ("implicit", relay.smtps)]:
                with self.subTest(mechanism=mechanism, link=link), Delivery(relay) as delivery:
                    secret = {"token" if mechanism in ("OAUTHBEARER", "XOAUTH2") else "password": PASSWORD}
                    done = send(f"localhost:{port}", "--tls", link, "--ca-file", relay.ca_file, "--user", USER, "--auth",
                                mechanism, **secret)
                    self.assertEqual((done.status, done.mechanism()), (0, mechanism), done)
                    self.assertNotIn(PASSWORD, done.raw_trace + done.printed)
                self.assertEqual(delivery.message()["authenticated_as"], USER)

    def test_the_strongest_mechanism_is_taken(self):
        relay = shared(*MECHANISMS)
        done = send(f"localhost:{relay.smtp}", "--ca-file", relay.ca_file, "--user", USER, password=PASSWORD)
        self.assertEqual((done.status, done.mechanism()), (0, "SCRAM-SHA-512-PLUS"), done)

    def test_extensions_can_be_refused(self):
        """Content of eight bits, which goes as it is, or converted and without a parameter."""
        content = "Subject: x\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\nSüß\n"
        for refused, parameters in [([], True), (["--without", "size,pipelining", "--without", "8BITMIME"], False)]:
            with self.subTest(refused=refused), Delivery(shared()) as delivery:
                done = send(*self.through(True), *refused, content=content.encode())
                self.assertEqual(done.status, 0, done)
            mail_from = next(c for c in done.commands() if c.startswith("MAIL"))
            self.assertEqual((" SIZE=" in mail_from, " BODY=8BITMIME" in mail_from), (parameters, parameters))
            self.assertEqual("Süß".encode() in delivery.content(), parameters)

    def test_several_messages_over_one_connection(self):
        relay = shared()
        with tempfile.TemporaryDirectory() as directory, Delivery(relay) as delivery:
            files = []
            for n in range(3):
                files.append(pathlib.Path(directory) / f"{n}.eml")
                files[-1].write_bytes(message.simple(f"number {n}"))
            done = send(*self.through(False), *[a for f in files for a in ("--eml", str(f))], text=None)
            self.assertEqual(done.status, 0, done)
        self.assertEqual([m["subject"] for m in delivery.new], ["number 0", "number 1", "number 2"])
        self.assertEqual(len(done.of("connected")), 1)
        self.assertEqual(done.printed.count("\ndelivered: "), 3)

    def test_opportunistic_tls(self):
        done = send(*self.through(False)[:1], "--tls", "opportunistic", "--ca-file", shared().ca_file)
        self.assertEqual((done.status, len(done.of("tls_established"))), (0, 1), done)

    def test_sources_of_the_password(self):
        done = send(*self.through(True), "--user", USER, "--password-env", "SECRET_OF_TEST",
                    environment={"SECRET_OF_TEST": PASSWORD})
        self.assertEqual(done.status, 0, done)
        done = send(*self.through(True), "--user", USER, "--password-file", "-", stdin=PASSWORD.encode() + b"\n")
        self.assertEqual(done.status, 0, done)

    def test_an_authority_nobody_knows(self):
        done = send(*self.through(True)[:3])
        self.assertEqual(done.status, 1)
        self.assertEqual(done.of("transport_error")[0]["data"]["code"], "tls_verify")
        self.assertEqual(done.of("transport_error")[0]["data"]["reason"], "unknown_authority")
        self.assertIn("--ca-file", done.said)
        self.assertEqual(done.of("command"), [])

    def test_a_trace_is_whole(self):
        done = send(*self.through(False), "--user", USER, password=PASSWORD)
        self.assertEqual(done.header["mode"], "live")
        self.assertRegex(done.header["started"], r"^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
        self.assertEqual([e["seq"] for e in done.entries], list(range(len(done.entries))))
        times = [e["us"] for e in done.entries]
        self.assertEqual(times, sorted(times))
        self.assertEqual(done.entries[-1]["kind"], "result")
        kinds = [e["kind"] for e in done.entries]
        for kind in ["resolving", "resolved", "connected", "greeting", "tls_started", "tls_established", "content",
                     "end_of_content", "closed"]:
            self.assertIn(kind, kinds)


class HostileServers(Certificates):
    def played(self, script, *arguments, **more):
        with ScriptedServer(script) as server:
            return send(server.address, *arguments, **more)

    def test_control_characters_do_not_reach_the_terminal(self):
        def script(peer):
            peer.socket.sendall(b"554 \x1b[2J\x9b and \xc2\x9b \x07 \xe2\x80\xae\xe2\x80\xa8\xe2\x81\xa6turned\r\n")
            peer.rest()
        done = self.played(script, *PLAIN)
        self.assertEqual(done.status, 1)
        self.assertIn("\\x1B[2J", done.printed)
        self.assertIn("\\xE2\\x80\\xAE\\xE2\\x80\\xA8\\xE2\\x81\\xA6turned", done.printed)
        for character in "\x1b\x07\x9b\u202e\u2028\u2066":
            self.assertNotIn(character, done.printed + done.said)

    def test_plaintext_behind_the_answer_to_starttls(self):
        def script(peer):
            peer.greet("STARTTLS")
            peer.line()
            peer.say("220 go", "250 injected")
            peer.rest()
        done = self.played(script, "--ca-file", self.ca_file)
        self.assertEqual(done.status, 1)
        self.assertEqual(done.result()["failure"]["kind"], "starttls_plaintext")
        self.assertEqual(done.of("tls_established"), [])

    def test_stripped_starttls(self):
        def script(peer):
            peer.greet("8BITMIME")
            peer.rest()
        done = self.played(script, "--user", USER, password="topsecret")
        self.assertEqual(done.status, 1)
        self.assertEqual(done.result()["failure"]["kind"], "starttls_not_offered")
        self.assertNotIn("AUTH", " ".join(done.commands()))

    def test_a_password_said_back_is_masked_everywhere(self):
        def script(peer):
            peer.greet("AUTH PLAIN")
            peer.line()
            peer.say("235 2.7.0 welcome")
            peer.line()
            peer.say("250 2.1.0 OK")
            peer.line()
            peer.say("550 5.1.1 nobody here, topsecret")
            peer.line()
            peer.say("221 2.0.0 bye")
        done = self.played(script, *PLAIN, "--auth-without-tls", "--no-pipelining", "--user", USER, password="topsecret")
        self.assertEqual(done.status, 1)
        self.assertIn("not delivered: bob@example.org (550 5.1.1 nobody here, ********)", done.printed)
        for shown in [done.printed, done.said, done.raw_trace]:
            self.assertNotIn("topsecret", shown)

    def test_a_refusal_in_the_middle_of_the_message(self):
        def script(peer):
            peer.greet()
            peer.hear("MAIL", "RCPT")
            peer.line()
            peer.say("354 go on")
            peer.until(b"in the middle")
            peer.say("552 5.3.4 Too much")
        content = b"Subject: x\r\n\r\nin the middle\r\n" + b"0123456789\r\n" * 4_000_000
        done = self.played(script, *PLAIN, content=content)
        self.assertEqual(done.status, 1)
        self.assertIn(552, done.codes())
        self.assertEqual(done.result()["failure"]["kind"], "refused")
        self.assertEqual(done.of("end_of_content"), [])

    def test_nobody_knows_after_the_final_dot(self):
        def script(peer):
            peer.greet()
            peer.hear("MAIL", "RCPT")
            peer.line()
            peer.say("354 go on")
            peer.until(b"\r\n.\r\n")
        done = self.played(script, *PLAIN)
        self.assertEqual(done.status, 1)
        self.assertEqual(done.result()["outcome"], "unknown")
        self.assertIn("may have been accepted", done.said)

    def test_hanging_up_at_each_step(self):
        steps = ["connect", "EHLO", "MAIL", "RCPT", "DATA"]
        for last in steps:
            def script(peer, last=last):
                if last == "connect":
                    return
                peer.say("220 here")
                for verb in steps[1:]:
                    self.assertTrue(peer.line().startswith(verb))
                    if verb == last:
                        return
                    peer.say("250 OK")
            with self.subTest(last=last):
                done = self.played(script, *PLAIN)
                self.assertEqual(done.status, 1)
                self.assertIn(done.result()["failure"]["kind"], ["closed_by_server", "transport"])
                self.assertEqual(done.result()["outcome"], "failed")
                self.assertNotEqual(done.said, "")

    def test_a_certificate_for_another_name(self):
        def script(peer):
            try:
                peer.start_tls(*self.chain)
                peer.rest()
            except ssl.SSLError:
                pass  # the client has refused the certificate
        with ScriptedServer(script, "127.0.0.2") as server:  # the certificate is for localhost and 127.0.0.1
            done = send(server.address, "--tls", "implicit", "--ca-file", self.ca_file)
        self.assertEqual(done.of("transport_error")[0]["data"]["reason"], "name_mismatch")

    def test_giving_up(self):
        def script(peer):
            peer.greet()
            peer.line()
            self.process.send_signal(signal.SIGINT)
            peer.rest()

        def remember(process):
            self.process = process
        done = self.played(script, *PLAIN, before=remember)
        self.assertEqual(done.status, 1)
        self.assertEqual(done.result()["failure"]["kind"], "cancelled")
        self.assertEqual(done.entries[-1]["kind"], "diagnosis")


class WrongUse(unittest.TestCase):
    good = ["--server", "localhost:9", "--from", SENDER, "--to", RECIPIENT, "--text", "x"]

    def said(self, arguments):
        done = subprocess.run([PROGRAM, "send", *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=PATIENCE, check=False)
        self.assertEqual(done.returncode, 2, done)
        self.assertEqual(done.stdout, "")
        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
        return done.stderr

    def changed(self, option, *values):
        at = self.good.index(option)
        return [*self.good[:at], *([option, *values] if values else []), *self.good[at + 2:]]

    def test_each_wrong_value_is_explained_in_one_line(self):
        cases = [
            (self.changed("--server"), "--server is required"),
            (self.changed("--server", "localhost"), "write HOST:PORT"),
            (self.changed("--server", "localhost:0"), "1 to 65535"),
            (self.changed("--from", "alice"), "--from alice"),
            (self.changed("--to", "bob@"), "--to bob@"),
            (self.changed("--to", ","), "--to names nobody"),
            (self.changed("--text"), "--text TEXT, --file FILE or --eml FILE"),
            ([*self.good, "--eml", "x.eml"], "once"),
            (self.changed("--text", "x", "--eml"), "--eml"),
            ([*self.changed("--text"), "--eml", "/nonexistent.eml"], "No such file"),
            ([*self.good, "--tls", "maybe"], "implicit, starttls, opportunistic or never"),
            ([*self.good, "--chunking", "often"], "when-offered"),
            ([*self.good, "--without", "size,magic"], "--without magic: write one of 8BITMIME, "),
            ([*self.good, "--notify", "sometimes"], "success,failure,delay"),
            ([*self.good, "--notify", "never,delay"], "success,failure,delay"),
            ([*self.good, "--return", "half"], "full or headers"),
            ([*self.good, "--ehlo", "not a name"], "--ehlo not a name"),
            ([*self.good, "--patience", "none"], "interactive"),
            ([*self.good, "--user", "x"], "--password-file FILE or --password-env VARIABLE"),
            ([*self.good, "--user", "x", "--token-env", "HOME", "--password-env", "HOME"], "give one of them"),
            ([*self.good, "--user", "x", "--token-env", "HOME", "--auth", "PLAIN"], "access token"),
            ([*self.good, "--act-as", "x"], "add --user NAME"),
            ([*self.good, "--user", "x", "--password-env", "NO_SUCH_VARIABLE"], "there is no such variable"),
            ([*self.good, "--user", "x", "--password-file", "/nonexistent"], "No such file"),
            ([*self.good, "--password-env", "HOME"], "add --user NAME"),
            ([*self.good, "--auth", "PLAIN"], "add --user NAME"),
            ([*self.good, "--user", "x", "--password-env", "HOME", "--auth", "MAGIC"], "MAGIC"),
            ([*self.good, "--ca-file", "/nonexistent.pem"], "No such file"),
            ([*self.good, "--trace", "/nonexistent/trace"], "No such file"),
            ([*self.good, "--password", "secret"], "send --help"),
        ]
        for arguments, explains in cases:
            with self.subTest(arguments=arguments):
                self.assertIn(explains, self.said(arguments))

    def test_no_option_brings_a_command_or_a_field(self):
        cases = [
            self.changed("--from", "a@b>\r\nRCPT TO:<evil@x"),
            self.changed("--from", "Bob\r\nX: y <a@b.example>"),
            self.changed("--to", '"a\r\nRSET\r\n"@b.c'),
            self.changed("--to", "sender@example.com\r\nDATA"),
            [*self.good, "--ehlo", "x\r\nMAIL FROM:<a@b>"],
            [*self.good, "--envelope-id", "100\r\nRCPT TO:<evil@x>"],
            [*self.good, "--subject", "Hi\r\nBcc: victim@x"],
            [*self.good, "--user", "x", "--password-env", "HOME", "--auth", "PLAIN\r\nMAIL FROM:<a@b>"],
            self.changed("--server", "localhost:9\r\nX"),
        ]
        for arguments in cases:
            with self.subTest(arguments=arguments):
                self.assertNotIn("\r", self.said(arguments))

    def test_help_has_examples(self):
        done = subprocess.run([PROGRAM, "send", "--help"], capture_output=True, text=True, timeout=PATIENCE, check=True)
        self.assertIn("Examples:", done.stdout)
        self.assertIn("Exit status: 0 delivered", done.stdout)
