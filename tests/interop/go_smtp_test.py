"""The server tests of the Go library go-smtp (Debian: golang-github-emersion-go-smtp-dev), pointed at our mailbox.

Its tests build a server of their own and talk to it. Here the functions that do so are replaced by ones
that connect to the mailbox by TLS and take its own words for greeting and EHLO; the tests themselves
stay as they are shipped. Nothing of the library is kept here: its file is read where Debian puts it.
"""

import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

from relay_process import ROOT, Relay

SHIPPED = pathlib.Path("/usr/share/gocode/src/github.com/emersion/go-smtp/server_test.go")
GO = shutil.which("go") or "/usr/lib/go/bin/go"
BUILD_SECONDS = 300

# Those that test what a client sees. The others look into go-smtp's own memory (TestServer, anonymousUser…,
# PanicRecover), need it configured otherwise in the middle (SMTPUTF8_Disabled, authDisabled,
# tooLongMessage) or pin a choice of its own (otherCommands: HELP must be 502; tooManyInvalidCommands: five).
POINTED = ["TestServer_helo", "TestServerEmptyFrom1", "TestServerEmptyFrom2", "TestServer8BITMIME",
           "TestServer_BODYInvalidValue", "TestServerUnknownArg", "TestServerBadSize", "TestServerTooBig",
           "TestServerEmptyTo", "TestStrictServerGood", "TestStrictServerBad"]

# Replaces the shipped functions of the same names.
HELPERS = """
func dialMailbox(t *testing.T) (net.Conn, *bufio.Scanner) {
	c, err := tls.Dial("tcp", os.Getenv("MAILBOX"), &tls.Config{InsecureSkipVerify: true})
	if err != nil {
		t.Fatal(err)
	}
	scanner := bufio.NewScanner(c)
	scanner.Scan()
	if !strings.HasPrefix(scanner.Text(), "220 ") {
		t.Fatal("Invalid greeting:", scanner.Text())
	}
	return c, scanner
}

func ehlo(t *testing.T, c net.Conn, scanner *bufio.Scanner) map[string]bool {
	io.WriteString(c, "EHLO localhost\\r\\n")
	caps := map[string]bool{}
	for scanner.Scan() && strings.HasPrefix(scanner.Text(), "250-") {
		caps[scanner.Text()[4:]] = true
	}
	if !strings.HasPrefix(scanner.Text(), "250 ") || !caps["PIPELINING"] || !caps["8BITMIME"] {
		t.Fatal("Invalid EHLO response:", scanner.Text())
	}
	return caps
}

func testServer(t *testing.T, fn ...serverConfigureFunc) (be *backend, s *smtp.Server, c net.Conn, scanner *bufio.Scanner) {
	return testServerGreeted(t, fn...)
}

func testServerGreeted(t *testing.T, fn ...serverConfigureFunc) (be *backend, s *smtp.Server, c net.Conn, scanner *bufio.Scanner) {
	be = new(backend)
	s = smtp.NewServer(be)
	c, scanner = dialMailbox(t)
	return
}

func testServerEhlo(t *testing.T, fn ...serverConfigureFunc) (be *backend, s *smtp.Server, c net.Conn, scanner *bufio.Scanner, caps map[string]bool) {
	be, s, c, scanner = testServerGreeted(t, fn...)
	caps = ehlo(t, c, scanner)
	return
}

func testStrictServer(t *testing.T) (s *smtp.Server, c net.Conn, scanner *bufio.Scanner) {
	_, s, c, scanner, _ = testServerEhlo(t)
	return
}
"""


def pointed_at_us(shipped):
    """The shipped file with its helpers replaced."""
    for name in re.findall(r"^func (\w+)", HELPERS, re.M):
        shipped = re.sub(rf"^func {name}\(.*?^}}\n", "", shipped, flags=re.M | re.S)
    return shipped.replace('import (\n', 'import (\n\t"crypto/tls"\n\t"os"\n', 1) + HELPERS


class GoSmtp(unittest.TestCase):
    def test_its_server_tests(self):
        # With one mechanism the capability reads as the tests have it.
        with Relay("--user", "username:password", "--auth", "PLAIN") as relay, \
                tempfile.TemporaryDirectory(prefix="smtpscope-go-") as created:
            package = pathlib.Path(created) / "src/judge"
            package.mkdir(parents=True)
            (package / "server_test.go").write_text(pointed_at_us(SHIPPED.read_text()))
            environment = {**os.environ, "GO111MODULE": "off", "GOPATH": f"{created}:/usr/share/gocode",
                           "GOFLAGS": "", "GOCACHE": str(ROOT / "build/interop/go-cache"),
                           "MAILBOX": f"127.0.0.1:{relay.smtps}"}
            done = subprocess.run([GO, "test", "-v", "-vet=off", "-run", f"^({'|'.join(POINTED)})$", "judge"],
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment,
                                  timeout=BUILD_SECONDS, check=False)
        printed = done.stdout.decode()
        self.assertEqual(done.returncode, 0, printed)
        for name in POINTED:
            self.assertIn(f"--- PASS: {name} ", printed)
