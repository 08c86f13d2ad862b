"""sslscan finds nothing weak at the page's HTTPS listener and at the mailbox's port for implicit TLS."""

import re
import subprocess
import unittest

from relay_process import PATIENCE, Relay

GROUPS = {"x25519", "secp256r1 (NIST P-256)", "secp384r1 (NIST P-384)"}
SUITES = re.compile(r"TLS_(AES|CHACHA20)_\w+|ECDHE-ECDSA-(AES(128|256)-GCM-SHA(256|384)|CHACHA20-POLY1305)")


def scan(port):
    done = subprocess.run(["sslscan", "--no-colour", f"127.0.0.1:{port}"], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, timeout=2 * PATIENCE, check=False)
    assert done.returncode == 0, done.stdout
    return done.stdout


class Listeners(unittest.TestCase):
    def judge(self, port):
        found = scan(port)
        enabled = set(re.findall(r"^(SSLv\d|TLSv1\.\d)\s+enabled$", found, re.MULTILINE))
        self.assertEqual(enabled, {"TLSv1.2", "TLSv1.3"}, found)
        suites = re.findall(r"^(?:Preferred|Accepted)\s+\S+\s+(\d+) bits\s+(\S+)", found, re.MULTILINE)
        self.assertGreaterEqual(len(suites), 4, found)
        for bits, suite in suites:
            self.assertGreaterEqual(int(bits), 128, suite)
            self.assertRegex(suite, SUITES)
        groups = re.findall(r"^TLSv1\.\d\s+(\d+) bits\s+(.*)$", found, re.MULTILINE)
        self.assertEqual({name for _, name in groups}, GROUPS, found)
        self.assertIn("Session renegotiation not supported", found)
        self.assertNotRegex(found, r"(?<!not )vulnerable to heartbleed")
        self.assertNotRegex(found, r"Signature Algorithm: .*(sha1|md5)")

    def test_https_and_smtps(self):
        with Relay() as plain:
            self.judge(plain.smtps)
            identity = plain.identity_file
            with Relay("--tls-certificate", identity, "--tls-key", identity) as relay:
                self.judge(relay.port)


if __name__ == "__main__":
    unittest.main()
