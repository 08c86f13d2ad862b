"""HAProxy and nginx as child processes, with the project's sample configurations on ports of the test."""

import pathlib
import socket
import subprocess
import tempfile
import time

from relay_process import PATIENCE, ROOT

DEPLOY = ROOT / "relay/deploy"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def replaced(text, *pairs):
    """The text with each first replaced by each second; a sample that no longer has it fails the test."""
    for old, new in pairs:
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in the sample"
        text = text.replace(old, new)
    return text


class Proxy:
    """A running proxy on self.port, TLS with `identity_file`; `relays` are (port, operations port) of two."""

    def __init__(self, identity_file, relays):
        self.directory = tempfile.TemporaryDirectory(prefix="smtpscope-proxy-")
        self.place = pathlib.Path(self.directory.name)
        self.port = free_port()
        self.log_file = self.place / "log"
        with self.log_file.open("wb") as log:
            self.process = subprocess.Popen(self.command(identity_file, relays), stdin=subprocess.DEVNULL, stdout=log,
                                            stderr=subprocess.STDOUT)
        end = time.monotonic() + PATIENCE
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE).close()
                return
            except ConnectionRefusedError:
                if self.process.poll() is not None or time.monotonic() > end:
                    self.stop()
                    raise AssertionError(self.log_file.read_text(errors="replace")) from None

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class HaProxy(Proxy):
    def command(self, identity_file, relays):
        text = replaced((DEPLOY / "haproxy.cfg").read_text(),
                        ("bind :443 ssl crt /etc/haproxy/smtpscope.pem", f"bind 127.0.0.1:{self.port} ssl crt {identity_file}"),
                        ("127.0.0.1:8025 port 9025", f"127.0.0.1:{relays[0][0]} port {relays[0][1]}", ),
                        ("127.0.0.1:8026 port 9026", f"127.0.0.1:{relays[1][0]} port {relays[1][1]}"))
        file = self.place / "haproxy.cfg"
        file.write_text(text)
        return ["haproxy", "-db", "-f", str(file)]


class Nginx(Proxy):
    MAIN = """daemon off;
worker_processes 1;
pid nginx.pid;
error_log stderr;
events {{ }}
http {{
    access_log off;
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    include {sample};
}}
"""

    def command(self, identity_file, relays):
        text = (DEPLOY / "nginx.conf").read_text().replace("/etc/nginx/smtpscope.pem", identity_file)
        sample = self.place / "smtpscope.conf"
        sample.write_text(replaced(text, ("listen 443 ssl", f"listen 127.0.0.1:{self.port} ssl"),
                                   ("server 127.0.0.1:8025 max_fails", f"server 127.0.0.1:{relays[0][0]} max_fails"),
                                   ("server 127.0.0.1:8026 max_fails", f"server 127.0.0.1:{relays[1][0]} max_fails")))
        main = self.place / "nginx.conf"
        main.write_text(self.MAIN.format(sample=sample))
        return ["nginx", "-p", str(self.place), "-c", str(main)]
