"""A server that plays a script: for behaviour that no real server shows on demand."""

import socket
import ssl
import threading

from relay_process import PATIENCE


class Peer:
    """The server's side of one connection."""

    def __init__(self, connection):
        self.socket = connection
        self.socket.settimeout(PATIENCE)
        self.heard = b""  # everything, in order
        self.unread = b""

    def say(self, *lines):
        self.socket.sendall("".join(line + "\r\n" for line in lines).encode())

    def fill(self):
        piece = self.socket.recv(65536)
        self.heard += piece
        self.unread += piece
        return piece != b""

    def until(self, mark):
        """Everything up to and with `mark`; less when the client has ended."""
        while mark not in self.unread and self.fill():
            pass
        taken, found, self.unread = self.unread.partition(mark)
        return taken + found

    def line(self):
        return self.until(b"\r\n").decode().rstrip("\r\n")

    def hear(self, *verbs):
        """One line for each verb, which must begin with it; answered by 250."""
        for verb in verbs:
            got = self.line()
            assert got.upper().startswith(verb), f"{got!r} where {verb} was expected"
            self.say("250 2.0.0 OK")

    def greet(self, *extensions):
        """Greeting, and EHLO answered with these."""
        self.say("220 scripted.example ESMTP")
        assert self.line().upper().startswith("EHLO ")
        lines = ["scripted.example", *extensions]
        self.say(*[f"250{'-' if i + 1 < len(lines) else ' '}{text}" for i, text in enumerate(lines)])

    def rest(self):
        """Whatever still comes, until the client has ended."""
        try:
            while self.fill():
                pass
        except (ConnectionError, ssl.SSLError):
            pass

    def start_tls(self, certificate, key):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        self.socket = context.wrap_socket(self.socket, server_side=True)


class ScriptedServer:
    """Plays `script(peer)` for one connection, as a context manager. A failure of the script shows at the end."""

    def __init__(self, script, host="localhost"):
        self.script = script
        self.failure = None
        self.peer = None
        self.listener = socket.create_server((host, 0))
        self.address = f"{host}:{self.listener.getsockname()[1]}"
        self.thread = threading.Thread(target=self.play, daemon=True)

    def play(self):
        try:
            connection, _ = self.listener.accept()
        except OSError:
            return
        with connection:
            self.peer = Peer(connection)
            try:
                self.script(self.peer)
            except Exception as failure:  # told to the test's own thread
                self.failure = failure
            finally:
                self.peer.socket.close()

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, kind, *_):
        try:
            self.listener.shutdown(socket.SHUT_RDWR)  # wakes an accept() that nobody answered
        except OSError:
            pass
        self.listener.close()
        self.thread.join(PATIENCE)
        if kind is None and self.failure is not None:
            raise self.failure
