"""Dovecot as the one who checks passwords for a test's own Postfix, over the protocol that its smtpd_sasl_type names.

Only its authentication service runs, by chroot in a tree of its own (own_root.py) below the test's directory.
"""

import base64
import hmac
import json
import os
import pathlib
import secrets
import signal
import subprocess
import threading
import time

import own_root

PACKAGE = "dovecot-core"
MECHANISMS = ["PLAIN", "LOGIN", "CRAM-MD5", "DIGEST-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256"]
LIBRARIES = ["usr/lib/dovecot", "usr/lib/dovecot/modules/old-stats"]
PROGRAMS = ["/usr/sbin/dovecot", "/usr/bin/doveconf", *[f"/usr/lib/dovecot/{name}" for name in
                                                         ["anvil", "auth", "config", "log", "stats"]]]
USERS = {"dovecot": 65533, "dovenull": 65532}
START_SECONDS, STOP_SECONDS = 60, 20

CONFIGURATION = """\
base_dir = /run/dovecot
state_dir = /run/dovecot
log_path = /log
protocols =
ssl = no
auth_mechanisms = {mechanisms}
auth_realms = {realm}
auth_failure_delay = 0
passdb {{
  driver = oauth2
  mechanisms = oauthbearer xoauth2
  args = /etc/oauth2.conf
}}
passdb {{
  driver = passwd-file
  args = /etc/users
}}
userdb {{
  driver = static
  args = uid=65533 gid=65533 home=/nonexistent
}}
service auth {{
  inet_listener {{
    address = 127.0.0.1
    port = {port}
  }}
}}
"""

# Tokens are checked by their signature: JSON Web Tokens (RFC 7519) with a key of this test.
TOKEN_MECHANISMS = ["OAUTHBEARER", "XOAUTH2"]
TOKEN_CONFIGURATION = """\
introspection_mode = local
local_validation_key_dict = fs:posix:prefix=/etc/keys/
username_attribute = sub
"""


def token(key, user):
    """A token for `user` that Dovecot takes for a day."""
    def encoded(octets):
        return base64.urlsafe_b64encode(octets).rstrip(b"=")

    head = encoded(json.dumps({"alg": "HS256", "typ": "JWT"}).encode())
    claims = encoded(json.dumps({"sub": user, "iat": int(time.time()) - 60, "exp": int(time.time()) + 86400}).encode())
    signature = hmac.digest(key, head + b"." + claims, "sha256")
    return b".".join([head, claims, encoded(signature)]).decode()


class Dovecot:
    """A running authentication service in `directory`, which need not exist; needs to be root."""

    def __init__(self, directory, users):
        self.root = pathlib.Path(directory)
        self.users = users
        self.key = secrets.token_bytes(32)
        self.process = None

    def start(self, port):
        """Ready on 127.0.0.1:`port`; raises own_root.ServerError when it is not."""
        if not self.root.exists():
            self.prepare()
        realm = next(iter(self.users)).partition("@")[2]
        (self.root / "etc/dovecot.conf").write_text(CONFIGURATION.format(
            mechanisms=" ".join(MECHANISMS + TOKEN_MECHANISMS).lower(), realm=realm, port=port))
        self.process = subprocess.Popen(["chroot", self.root, "/usr/sbin/dovecot", "-F", "-c", "/etc/dovecot.conf"],
                                        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                        stderr=(self.root / "started").open("w"), start_new_session=True)
        wanted = f"0100007F:{port:04X} 00000000:0000 0A"
        deadline = time.monotonic() + START_SECONDS
        while self.process.poll() is None and time.monotonic() < deadline:
            if wanted in pathlib.Path("/proc/net/tcp").read_text():
                return
            threading.Event().wait(0.02)
        self.stop()
        raise own_root.ServerError(f"Dovecot did not start:\n{self.log()}")

    def prepare(self):
        place = own_root.unpacked(PACKAGE)
        os.environ["LD_LIBRARY_PATH"] = ":".join(str(place / one) for one in LIBRARIES)  # it finds its own by these
        try:
            own_root.make_root(self.root, PACKAGE, PROGRAMS, USERS)
        finally:
            del os.environ["LD_LIBRARY_PATH"]
        (self.root / "run/dovecot").mkdir(parents=True)
        (self.root / "etc/users").write_text("".join(f"{n}:{{PLAIN}}{p}\n" for n, p in self.users.items()))
        (self.root / "etc/users").chmod(0o644)
        (self.root / "etc/oauth2.conf").write_text(TOKEN_CONFIGURATION)
        key = self.root / "etc/keys/default/HS256/default"
        key.parent.mkdir(parents=True)
        key.write_bytes(base64.b64encode(self.key))

    def stop(self):
        if self.process is None:
            return
        self.process.send_signal(signal.SIGTERM)  # its children end with it
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        self.process = None

    def log(self):
        return "".join((self.root / name).read_text(errors="replace")
                       for name in ["started", "log"] if (self.root / name).exists())
