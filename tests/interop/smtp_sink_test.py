"""`smtpscope send` against smtp-sink, with each of its switches: every fault has a definite end."""

import unittest

import message
from sending import send
from smtp_sink import SmtpSink

CONTENT = message.simple("into the sink")
PLAIN = ("--tls", "never")
LOGIN = ("--user", "alice@example.org", "--auth-without-tls")
DELIVERED = ("delivered", None)
UNKNOWN = ("unknown", "closed_by_server")
HUNG_UP = ("failed", "closed_by_server")
REFUSED = ("failed", "refused")

# Verb -> how a session ends when that verb meets the fault: -q hangs up, -Q says 421 and hangs up, -r
# says 450, -f says 500. A command that is never said (HELO, RSET) does no harm; neither does anything
# after the message was accepted; EHLO answered with 500 leads to HELO. AUTH is met by logging in.
NEVER_SAID = {verb: DELIVERED for verb in ["LHLO", "NOOP", "VRFY", "XCLIENT", "XFORWARD"]}
FAULTS = {
    "q": {"CONNECT": HUNG_UP, "EHLO": HUNG_UP, "HELO": DELIVERED, "MAIL": HUNG_UP, "RCPT": HUNG_UP, "DATA": HUNG_UP,
          ".": UNKNOWN, "RSET": DELIVERED, "QUIT": DELIVERED, "AUTH": HUNG_UP, **NEVER_SAID},
    "Q": {"CONNECT": REFUSED, "EHLO": REFUSED, "HELO": DELIVERED, "MAIL": REFUSED, "RCPT": REFUSED, "DATA": REFUSED,
          ".": REFUSED, "RSET": DELIVERED, "QUIT": DELIVERED, "AUTH": REFUSED, **NEVER_SAID},
    "r": {"CONNECT": REFUSED, "EHLO": REFUSED, "HELO": DELIVERED, "MAIL": REFUSED, "RCPT": REFUSED, "DATA": REFUSED,
          ".": REFUSED, "RSET": DELIVERED, "QUIT": DELIVERED, "AUTH": REFUSED, **NEVER_SAID},
    "f": {"CONNECT": REFUSED, "EHLO": DELIVERED, "HELO": DELIVERED, "MAIL": REFUSED, "RCPT": REFUSED, "DATA": REFUSED,
          ".": REFUSED, "RSET": DELIVERED, "QUIT": DELIVERED, "AUTH": REFUSED, **NEVER_SAID},
}

# Switches that change what is offered, how slowly or in which pieces, and let the message through.
HARMLESS = [[], ["-4"], ["-8"], ["-a"], ["-c"], ["-C"], ["-e"], ["-E"], ["-F"], ["-N"], ["-p"], ["-P"], ["-v"],
            ["-h", "sink.example"], ["-H", "1"], ["-m", "1"], ["-n", "1"], ["-s", "MAIL,RCPT"],
            ["-S", "start\\n"], ["-t", "20"], ["-T", "2000"], ["-w", "1"], ["-p", "-W", "RCPT:1"],
            ["-b", "451 4.7.1 never said"], ["-B", "554 5.7.1 never said"]]


class Sink(unittest.TestCase):
    longMessage = True

    def sent(self, *switches, arguments=(), content=CONTENT, **more):
        with SmtpSink(*switches) as sink:
            done = send(sink.address, *PLAIN, *arguments, content=content, **more)
            return done, sink.messages()

    def test_a_login(self):
        for mechanism in ["PLAIN", "LOGIN"]:
            done, stored = self.sent(arguments=[*LOGIN, "--auth", mechanism], password="wonderland")
            self.assertEqual((done.status, done.mechanism(), len(stored)), (0, mechanism, 1), done)
            self.assertNotIn("wonderland", done.raw_trace + done.printed)

    def test_no_login_where_none_is_offered(self):
        done, stored = self.sent("-a", arguments=LOGIN, password="wonderland")
        self.assertEqual((done.status, done.result()["failure"]["kind"], stored), (1, "auth_not_offered", []), done)

    def test_over_ipv6_alone(self):
        with SmtpSink("-6", host="[::1]") as sink:
            done = send(sink.address, *PLAIN, content=CONTENT)
            self.assertEqual((done.status, len(sink.messages())), (0, 1), done)

    def test_several_messages_in_one_file(self):
        with SmtpSink("-D", "all", keep=None) as sink:
            for _ in range(2):
                self.assertEqual(send(sink.address, *PLAIN, content=CONTENT).status, 0)
            [stored] = sink.messages()
        self.assertEqual(stored.count(CONTENT.replace(b"\r\n", b"\n")), 2)

    def test_two_faults_at_once(self):
        done, stored = self.sent("-r", "RCPT", "-q", "QUIT")
        self.assertEqual((done.status, done.result()["failure"]["kind"], stored), (1, "refused", []), done)

    def test_several_recipients(self):
        to = [f"recipient{n}@example.org" for n in range(40)]
        done, [stored] = self.sent(to=to)
        self.assertEqual(done.status, 0, done)
        self.assertEqual(stored.count(b"X-Rcpt-Args: <recipient"), 40)

    def test_a_large_message_through_a_small_window(self):
        content = message.large("large", 30_000)
        done, [stored] = self.sent("-T", "4000", content=content)
        self.assertEqual(done.status, 0, done)
        self.assertTrue(stored.endswith(content.replace(b"\r\n", b"\n") + b"\n"))

    def test_refused_while_the_message_is_on_its_way(self):
        # -A: 550 in the middle of the message, and nothing more is read.
        large = b"Subject: large\r\n\r\n" + b"0123456789\r\n" * 2_000_000
        for content, delay in [(CONTENT, "0"), (large, "0"), (large, "1")]:
            done, stored = self.sent("-A", delay, content=content)
            self.assertEqual((done.status, done.result()["outcome"]), (1, "failed"), done)
            self.assertIn(550, done.codes())
            self.assertEqual(stored, [])

    def test_words_of_the_refusal_are_shown(self):
        for switch, words, fault in [("-b", "451 4.7.1 come back later", "-r"), ("-B", "554 5.7.1 not from you", "-f")]:
            done, _ = self.sent(switch, words, fault, "RCPT")
            self.assertIn(words, done.printed)
            self.assertNotEqual(done.said, "")

    def test_ending_itself_at_the_final_dot(self):
        done, _ = self.sent("-M", "1")  # it has taken the message, and says so to nobody
        self.assertEqual((done.result()["outcome"], done.result()["failure"]["kind"]), UNKNOWN, done)

    def test_answers_in_another_order(self):
        # With pipelining, -W makes it look at DATA before it has answered RCPT.
        done, stored = self.sent("-W", "RCPT:1")
        self.assertEqual((done.status, done.result()["outcome"], stored), (1, "failed", []), done)

    def test_lmtp_is_not_smtp(self):
        done, stored = self.sent("-L")
        self.assertEqual((done.status, done.result()["failure"]["kind"]), (1, "refused"), done)
        self.assertEqual(stored, [])


def fault(switch, verb, expected):
    def test(self):
        login = {"arguments": LOGIN, "password": "wonderland"} if verb == "AUTH" else {}
        done, stored = self.sent(f"-{switch}", verb, **login)
        result = done.result()
        self.assertEqual((result["outcome"], result.get("failure", {}).get("kind")), expected, done)
        self.assertEqual(done.status, 0 if expected == DELIVERED else 1)
        if expected == DELIVERED:
            self.assertEqual(len(stored), 1)
        else:
            self.assertNotEqual(done.diagnosis(), "", done)
            self.assertNotEqual(done.said, "", done)
    return test


def harmless(switches):
    def test(self):
        done, stored = self.sent(*switches)
        self.assertEqual((done.status, len(stored)), (0, 1), done)
        self.assertTrue(stored[0].endswith(CONTENT.replace(b"\r\n", b"\n") + b"\n"), stored[0])
        self.assertIn(b"X-Mail-Args: <alice@example.org>", stored[0])
        self.assertIn(b"X-Rcpt-Args: <bob@example.org>", stored[0])
    return test


def add_tests():
    for switch, verbs in FAULTS.items():
        for verb, expected in verbs.items():
            name = "dot" if verb == "." else verb
            setattr(Sink, f"test_fault_{switch}_{name}", fault(switch, verb, expected))
    for switches in HARMLESS:
        name = "_".join(switches).translate(str.maketrans("-:,. \\", "______")) or "no_switch"
        setattr(Sink, f"test_takes_it_with_{name}", harmless(switches))


add_tests()
