"""The relays that are measured, each as processes on ports of their own."""

import os
import pathlib
import re
import select
import shutil
import socket
import subprocess
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
BUILD = HERE.parents[2] / "build/bench"
PATH = "/usr/sbin:/usr/bin:/sbin:/bin"
PATIENCE = 20.0  # seconds until a peer must listen


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def children(pid: int) -> list[int]:
    found = []
    for thread in pathlib.Path(f"/proc/{pid}/task").glob("*"):
        for child in read_of(pid, f"task/{thread.name}/children").split():
            found += [int(child), *children(int(child))]
    return found


def read_of(pid: int, name: str) -> str:
    """A file of the system about a process; "" when the process has just gone."""
    try:
        return pathlib.Path(f"/proc/{pid}/{name}").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""


class Peer:
    """A relay to 127.0.0.1:backend. `kind` is the protocol as relay_load calls it."""

    name = ""
    kind = "raw"
    idle_tunnels = 1000  # as many as the memory is measured with
    rate_tunnels = 4000
    tls = False
    figures = ()  # the only ones that are taken of it; none: all

    def __init__(self, backend: int):
        self.backend = backend
        self.port = free_port()
        self.folder = tempfile.TemporaryDirectory()
        self.process = self.start()
        self.wait_until_it_listens()

    def start(self) -> subprocess.Popen:
        raise NotImplementedError

    def run(self, *command: str, **more) -> subprocess.Popen:
        program = shutil.which(command[0], path=PATH) or shutil.which(command[0]) or command[0]
        return subprocess.Popen([program, *command[1:]], stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL, **more)

    def wait_until_it_listens(self) -> None:
        """By the system's table: a connection to try with would be a tunnel already."""
        wanted = re.compile(rf"^ *\d+: 0100007F:{self.port:04X} 0+:0000 0A ", re.MULTILINE)
        until = time.monotonic() + PATIENCE
        while not wanted.search(pathlib.Path("/proc/net/tcp").read_text()):
            if self.process.poll() is not None or time.monotonic() > until:
                raise SystemExit(f"{self.name} did not start: {self.process.args}")
            select.select([], [], [], 0.01)

    def pids(self) -> list[int]:
        return [self.process.pid, *children(self.process.pid)]

    def cpu_seconds(self) -> float:
        """Of all its processes, those that ended included."""
        total = 0
        for pid in self.pids():
            fields = read_of(pid, "stat").rpartition(")")[2].split()
            total += sum(int(field) for field in fields[11:15])
        return total / os.sysconf("SC_CLK_TCK")

    def resident_kib(self) -> int:
        """Of all its processes; pages that they share are counted once."""
        total = 0
        for pid in self.pids():
            total += sum(map(int, re.findall(r"^Pss:\s+(\d+)", read_of(pid, "smaps_rollup"), re.MULTILINE)))
        return total

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:  # websockify may wait for its children for ever
            self.process.kill()
            self.process.wait()
        self.folder.cleanup()


class Smtpscope(Peer):
    name = "smtpscope"
    kind = "tunnel"
    program = ""
    more: tuple[str, ...] = ()

    def start(self):
        return self.run(
            self.program, "serve", "--listen", f"127.0.0.1:{self.port}", "--smtp", "127.0.0.1:0", "--smtps", "127.0.0.1:0",
            "--allow", f"127.0.0.1:{self.backend}", "--allow-private", "--allow-no-origin",
            "--state-dir", self.folder.name, "--max-bytes-up", str(1 << 40), "--max-bytes-down", str(1 << 40),
            "--max-connections", "100000", "--max-connections-per-destination", "100000",
            "--log-level", "off", *self.more)  # fmt: skip


class SmtpscopeTls(Smtpscope):
    """With a page by HTTPS, so that every tunnel is a WSS."""

    name = "smtpscope, WSS"
    tls = True
    figures = ("up", "down", "idle", "round_trips")

    def start(self):
        certificate, key = (str(pathlib.Path(self.folder.name) / f"{name}.pem") for name in ("certificate", "key"))
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc",
                        "-days", "2", "-subj", "/CN=bench", "-addext", "subjectAltName=IP:127.0.0.1",
                        "-keyout", key, "-out", certificate], check=True, capture_output=True)  # fmt: skip
        self.more = ("--tls-certificate", certificate, "--tls-key", key)
        return super().start()


class Socat(Peer):
    name = "socat (raw TCP)"
    idle_tunnels = 200
    rate_tunnels = 1000

    def start(self):
        return self.run("socat", "-b", "65536", f"TCP-LISTEN:{self.port},bind=127.0.0.1,fork,reuseaddr,nodelay,backlog=1024",
                        f"TCP:127.0.0.1:{self.backend},nodelay")  # fmt: skip


class Lighttpd(Peer):
    name = "lighttpd mod_wstunnel"
    kind = "websocket"

    def start(self):
        settings = pathlib.Path(self.folder.name) / "lighttpd.conf"
        settings.write_text(f"""
server.document-root = "{self.folder.name}"
server.port = {self.port}
server.bind = "127.0.0.1"
server.modules = ( "mod_wstunnel" )
server.max-fds = 16384
server.max-connections = 8192
wstunnel.server = ( "/" => ( ( "host" => "127.0.0.1", "port" => {self.backend} ) ) )
wstunnel.frame-type = "binary"
""")
        return self.run("lighttpd", "-D", "-f", str(settings))


class Websockify(Peer):
    name = "websockify"
    kind = "websocket"
    idle_tunnels = 50
    rate_tunnels = 300

    def start(self):
        return self.run("websockify", f"127.0.0.1:{self.port}", f"127.0.0.1:{self.backend}")


def npm_packages() -> pathlib.Path:
    """The directory that holds node_modules, installed when the lock has changed."""
    installed = BUILD / "npm"
    lock = (HERE / "npm/package-lock.json").read_text()
    mark = installed / "installed-lock"
    if mark.exists() and mark.read_text() == lock:
        return installed
    installed.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copyfile(HERE / "npm" / name, installed / name)
    subprocess.run(["npm", "ci", "--ignore-scripts"], cwd=installed, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    mark.write_text(lock)
    return installed


class WispJs(Peer):
    name = "wisp-js"
    kind = "wisp"

    def start(self):
        return self.run("node", str(HERE / "npm/wisp_server.mjs"), str(self.port),
                        env={**os.environ, "SMTPSCOPE_NPM": str(npm_packages())})  # fmt: skip
