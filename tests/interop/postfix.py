#!/usr/bin/env python3
"""A real Postfix for tests: private configuration and queue, its own ports on 127.0.0.1, its own
certificate authority, STARTTLS on one port and implicit TLS on another, AUTH PLAIN and LOGIN, and
delivery into a Maildir. The machine's own Postfix is neither read nor touched.

From Python:

    with Postfix() as server:
        server.smtp, server.smtps, server.ca_file, server.maildir, server.messages()

As a program, for tests in other languages:

    python3 tests/interop/postfix.py serve [--dir DIR] [--sasl own|cyrus|dovecot] [--set NAME=VALUE] [--ports PORT PORT]

prints one line of JSON when it is ready,

    {"host":"127.0.0.1","smtp":PORT,"smtps":PORT,"ca_file":"…","maildir":"…","user":"…","password":"…",
     "mailboxes":["…"],"max_message_octets":N}

and stops, with everything it started and all files it made, at the end of its standard input or
at SIGTERM.

Postfix's master must be root: another user needs `sudo -n` to work, and must stop the program by
closing its standard input (sudo takes no signals from users). Needs the Debian packages postfix
and openssl. Mail for unknown recipients is refused; nothing is ever relayed.
"""

import argparse
import json
import os
import pathlib
import pwd
import shutil
import signal
import smtplib
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time

import cyrus_sasl
import dovecot
import own_root
from auth_daemon import AuthServer

USER = "alice@example.org"
PASSWORD = "wonderland"
MAILBOXES = [USER, "bob@example.org", "carol@example.org"]
MAX_MESSAGE_OCTETS = 10 * 1024 * 1024
DIRECTORIES = ["config", "queue", "data", "log", "tls", "mail"]
START_SECONDS = 60
STOP_SECONDS = 20


class PostfixError(Exception):
    """Postfix cannot be started; the text says why and what to do."""


# ---- certificates --------------------------------------------------------------------------------


def openssl(*arguments):
    done = subprocess.run(["openssl", *map(str, arguments)], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise PostfixError(f"openssl {arguments[0]} failed: {done.stderr.strip()}")


def make_certificates(directory):
    """Makes ca.pem, and server.pem with server.key for localhost and 127.0.0.1, in `directory`."""
    new_key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    openssl("req", "-x509", *new_key, "-days", 7, "-subj", "/CN=Test authority for Postfix",
            "-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign",
            "-keyout", directory / "ca.key", "-out", directory / "ca.pem")
    openssl("req", *new_key, "-subj", "/CN=localhost",
            "-keyout", directory / "server.key", "-out", directory / "server.csr")
    extensions = directory / "extensions"
    extensions.write_text("subjectAltName=DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=serverAuth\n")
    openssl("x509", "-req", "-in", directory / "server.csr", "-days", 7, "-CAcreateserial",
            "-CA", directory / "ca.pem", "-CAkey", directory / "ca.key", "-extfile", extensions,
            "-out", directory / "server.pem")


# ---- configuration -------------------------------------------------------------------------------

MAIN_CF = """\
compatibility_level = 3.6
queue_directory = {dir}/queue
data_directory = {dir}/data
maillog_file = {dir}/log/mail.log
maillog_file_prefixes = {dir}
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
myhostname = localhost
mydestination =
mynetworks =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
alias_maps =
alias_database =
local_recipient_maps =
default_transport = error:5.7.1 this server relays nothing
relay_transport = error:5.7.1 this server relays nothing
smtpd_relay_restrictions = reject_unauth_destination
smtpd_tls_cert_file = {dir}/tls/server.pem
smtpd_tls_key_file = {dir}/tls/server.key
smtpd_tls_security_level = may
smtpd_tls_auth_only = yes
smtpd_tls_mandatory_protocols = >=TLSv1.2
smtpd_tls_protocols = >=TLSv1.2
smtpd_sasl_auth_enable = yes
{sasl}smtpd_client_connection_count_limit = 0
smtpd_client_connection_rate_limit = 0
smtpd_error_sleep_time = 0
message_size_limit = {max_octets}
virtual_mailbox_limit = {max_octets}
virtual_mailbox_domains = example.org
virtual_mailbox_maps = texthash:{dir}/config/mailboxes
virtual_mailbox_base = {dir}/mail
virtual_minimum_uid = 1
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
"""

# AUTH as AuthServer answers it, or Dovecot, on a port of loopback.
ASKED_SASL = """\
smtpd_sasl_type = dovecot
smtpd_sasl_path = inet:127.0.0.1:{auth_port}
"""

# One line a service: name, kind, private, unprivileged, chroot, wake-up, processes, program.
MASTER_CF = """\
127.0.0.1:{smtp} inet n - n - - smtpd
127.0.0.1:{smtps} inet n - n - - smtpd -o smtpd_tls_wrappermode=yes
postlog unix-dgram n - n - 1 postlogd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
proxywrite unix - - n - 1 proxymap
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
"""


def free_ports(count):
    """Ports that were free a moment ago."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for s in sockets:
            s.bind(("127.0.0.1", 0))
        return [s.getsockname()[1] for s in sockets]
    finally:
        for s in sockets:
            s.close()


def check_reachable(directory):
    """Postfix delivers as another user, who must be able to come to the Maildir."""
    for part in [directory, *directory.parents]:
        if not part.stat().st_mode & 0o001:
            raise PostfixError(f"{part} may not be entered by other users, so Postfix cannot deliver below it: "
                               "name another directory with --dir")


class Master:
    """The running Postfix; needs to be root."""

    def __init__(self, directory, uid, gid, sasl, settings, ports):
        self.dir = directory
        self.sasl = sasl
        self.settings = settings
        self.ports = ports
        self.uid, self.gid = uid, gid
        self.auth = AuthServer({USER: PASSWORD})
        self.dovecot = dovecot.Dovecot(directory / "dovecot", {USER: PASSWORD})
        self.process = None
        self.smtp = self.smtps = 0

    def prepare(self):
        os.umask(0o022)
        self.dir.chmod(0o755)
        check_reachable(self.dir)
        for name in DIRECTORIES:
            (self.dir / name).mkdir()
        shutil.chown(self.dir / "data", "postfix")
        os.chown(self.dir / "mail", self.uid, self.gid)
        make_certificates(self.dir / "tls")
        (self.dir / "config/mailboxes").write_text("".join(f"{m} inbox/\n" for m in MAILBOXES))
        if self.sasl == "cyrus":
            cyrus_sasl.configure(self.dir / "config", {USER: PASSWORD})
        threading.Thread(target=self.auth.serve_forever, daemon=True).start()

    def start(self):
        """Several times, should another program have taken a port in between."""
        for attempt in range(3):
            self.smtp, self.smtps, dovecot_port = [*self.ports, *free_ports(3 - len(self.ports))]
            if self.sasl == "dovecot":
                self.dovecot.start(dovecot_port)
            self.configure(dovecot_port if self.sasl == "dovecot" else self.auth.server_address[1])
            self.process = subprocess.Popen(
                ["postfix", "-c", self.dir / "config", "start-fg"], stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL, stderr=(self.dir / "log/start.log").open("w"), start_new_session=True)
            if self.wait_until_ready():
                return
            self.stop()
            log = self.log()
            if "Address already in use" not in log or attempt == 2:
                raise PostfixError("Postfix did not start:\n" + log)

    def configure(self, auth_port):
        template = cyrus_sasl.MAIN_CF if self.sasl == "cyrus" else ASKED_SASL
        (self.dir / "config/main.cf").write_text(MAIN_CF.format(
            dir=self.dir, sasl=template.format(dir=self.dir, auth_port=auth_port), max_octets=MAX_MESSAGE_OCTETS,
            uid=self.uid, gid=self.gid) + "".join(f"{one}\n" for one in self.settings))
        (self.dir / "config/master.cf").write_text(MASTER_CF.format(smtp=self.smtp, smtps=self.smtps))

    def wait_until_ready(self):
        trusting = ssl.create_default_context(cafile=str(self.dir / "tls/ca.pem"))
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                return False
            try:
                with smtplib.SMTP("127.0.0.1", self.smtp, timeout=10) as plain:
                    plain.starttls(context=trusting)
                with smtplib.SMTP_SSL("127.0.0.1", self.smtps, timeout=10, context=trusting):
                    return True
            except (OSError, smtplib.SMTPException):
                # The process and the deadline are what is waited for; this only spares the processor.
                threading.Event().wait(0.05)
        return False

    def stop(self):
        """Ends master, its daemons and Dovecot. Master leads a process group of its own, below what we started."""
        self.dovecot.stop()
        if self.process is None:
            return
        master = self.master_pid()
        self.signal_group(master, signal.SIGTERM)
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
        self.signal_group(master, signal.SIGKILL)
        self.process.wait()
        self.process = None

    def master_pid(self):
        try:
            return int((self.dir / "queue/pid/master.pid").read_text())
        except (OSError, ValueError):
            return self.process.pid

    @staticmethod
    def signal_group(leader, number):
        try:
            os.killpg(leader, number)
        except ProcessLookupError:
            pass

    def log(self):
        return "".join((self.dir / "log" / name).read_text(errors="replace")
                       for name in ["start.log", "mail.log"] if (self.dir / "log" / name).exists())

    def description(self):
        token = {"token": dovecot.token(self.dovecot.key, USER)} if self.sasl == "dovecot" else {}
        return {"host": "127.0.0.1", "smtp": self.smtp, "smtps": self.smtps, **token,
                "ca_file": str(self.dir / "tls/ca.pem"), "maildir": str(self.dir / "mail/inbox"),
                "user": USER, "password": PASSWORD, "mailboxes": MAILBOXES,
                "max_message_octets": MAX_MESSAGE_OCTETS}


def serve(directory, *how):
    """Runs until standard input ends or SIGTERM comes."""
    def leave(*_):
        raise SystemExit(0)

    for number in [signal.SIGTERM, signal.SIGINT, signal.SIGHUP]:
        signal.signal(number, leave)
    if directory is None:
        with tempfile.TemporaryDirectory(prefix="smtpscope-postfix-") as own:
            run_in(pathlib.Path(own).resolve(), *how)
        return
    directory = pathlib.Path(directory).resolve()
    directory.mkdir(parents=True, exist_ok=True)
    if any(directory.iterdir()):
        raise PostfixError(f"{directory} is not empty: name another directory with --dir")
    run_in(directory, *how)


def run_in(directory, *how):
    master = Master(directory, *how)
    try:
        master.prepare()
        master.start()
        print(json.dumps(master.description()), flush=True)
        while sys.stdin.buffer.read(4096):
            pass
    finally:
        for number in [signal.SIGTERM, signal.SIGINT, signal.SIGHUP]:
            signal.signal(number, signal.SIG_IGN)
        master.stop()
        master.auth.server_close()
        for name in [*DIRECTORIES, "dovecot"]:
            shutil.rmtree(directory / name, ignore_errors=True)


def root_command(arguments):
    """The same program as root, for users who may use sudo without a password."""
    if shutil.which("sudo") is None or subprocess.run(["sudo", "-n", "true"], capture_output=True,
                                                       check=False).returncode != 0:
        raise PostfixError("Postfix must be started by root: run this as root, or let sudo work without a password")
    return ["sudo", "-n", sys.executable, os.path.abspath(__file__), *arguments,
            "--uid", str(os.getuid()), "--gid", str(os.getgid())]


def default_owner():
    nobody = pwd.getpwnam("nobody")
    return nobody.pw_uid, nobody.pw_gid


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)
    command = commands.add_parser("serve", help="start Postfix, print where it is, stop at end of input")
    command.add_argument("--dir", help="an empty directory that other users may enter; by default a temporary one")
    command.add_argument("--uid", type=int, default=None, help="owner of the Maildir; by default nobody")
    command.add_argument("--gid", type=int, default=None)
    command.add_argument("--sasl", choices=["own", "cyrus", "dovecot"], default="own",
                         help="own: AUTH PLAIN and LOGIN; cyrus and dovecot: also CRAM-MD5, DIGEST-MD5 and SCRAM, theirs; dovecot: also tokens")
    command.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="one more line of main.cf")
    command.add_argument("--ports", nargs=2, type=int, default=[], metavar="PORT",
                         help="for STARTTLS and for implicit TLS; by default free ones")
    options = parser.parse_args(arguments)
    try:
        if shutil.which("postfix", path=os.environ.get("PATH", "") + ":/usr/sbin") is None:
            raise PostfixError("Postfix is not installed: apt-get install postfix")
        if os.geteuid() != 0:
            command = root_command(arguments)
            os.execvp(command[0], command)
        os.environ["PATH"] = "/usr/sbin:/usr/bin:/sbin:/bin"
        uid, gid = (options.uid, options.gid) if options.uid else default_owner()
        serve(options.dir, uid, gid if gid else uid, options.sasl, options.set, options.ports)
    except (PostfixError, own_root.ServerError) as failure:
        sys.exit(f"postfix.py: {failure}")


# ---- from Python ---------------------------------------------------------------------------------


class Postfix:
    """A running Postfix, as a context manager; its attributes are those of the JSON line."""

    def __init__(self, sasl="own", settings=(), ports=()):
        self.arguments = ["--sasl", sasl, *[a for one in settings for a in ("--set", one)]]
        if ports:
            self.arguments += ["--ports", *map(str, ports)]

    def __enter__(self):
        self.process = subprocess.Popen([sys.executable, os.path.abspath(__file__), "serve", *self.arguments],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        if not line:
            self.__exit__()
            raise PostfixError("Postfix did not start; its reason stands above")
        self.__dict__.update(json.loads(line))
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait(STOP_SECONDS + 10)
        self.process.stdout.close()

    def messages(self, count, seconds=30):
        """Waits until `count` messages were delivered and gives their bytes, oldest first."""
        new = pathlib.Path(self.maildir) / "new"
        deadline = time.monotonic() + seconds
        while True:
            files = sorted(new.iterdir(), key=lambda f: f.stat().st_mtime_ns) if new.exists() else []
            if len(files) >= count:
                return [f.read_bytes() for f in files]
            if time.monotonic() > deadline:
                raise AssertionError(f"{len(files)} of {count} messages were delivered within {seconds} s")
            threading.Event().wait(0.02)


if __name__ == "__main__":
    main(sys.argv[1:])
