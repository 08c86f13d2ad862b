"""Ports that pass on what comes and keep it: a recorder, and a port that leads through a relay's tunnel."""

import socket
import struct
import threading

from relay_process import PATIENCE
from tunnel_page import BINARY, Ended, Page


class Port:
    """Listens; each connection is carried by `carry(connection)` in a thread of its own."""

    def __init__(self, address):
        self.listener = socket.create_server(address)
        self.port = self.listener.getsockname()[1]
        self.carriers = []
        self.accepting = threading.Thread(target=self.accept, daemon=True)
        self.accepting.start()

    def accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            connection.settimeout(PATIENCE)
            carrier = threading.Thread(target=self.carry, args=[connection], daemon=True)
            self.carriers.append(carrier)
            carrier.start()

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.accepting.join(PATIENCE)
        self.listener.close()
        self.settle()

    def settle(self):
        """Waits until all connections so far are over."""
        for carrier in self.carriers:
            carrier.join(PATIENCE)
            assert not carrier.is_alive(), f"a connection to port {self.port} did not end"


def octets_from(connection):
    """What comes, until the end."""
    while True:
        try:
            octets = connection.recv(65536)
        except ConnectionError:
            return
        if not octets:
            return
        yield octets


def end_of_writing(connection):
    try:
        connection.shutdown(socket.SHUT_WR)
    except OSError:
        pass


class Recorder(Port):
    """Stands before the address `to`; .up and .down have the octets of each connection, by direction."""

    def __init__(self, address, to):
        self.to = to
        self.up, self.down = [], []
        super().__init__(address)

    def carry(self, connection):
        up, down = bytearray(), bytearray()
        self.up.append(up)
        self.down.append(down)
        with connection, socket.create_connection(self.to, timeout=PATIENCE) as beyond:
            other_way = threading.Thread(target=self.pass_on, args=[beyond, connection, down], daemon=True)
            other_way.start()
            self.pass_on(connection, beyond, up)
            other_way.join()

    @staticmethod
    def pass_on(source, target, record):
        for octets in octets_from(source):
            record += octets
            try:
                target.sendall(octets)
            except ConnectionError:
                break
        end_of_writing(target)


class TunnelPort(Port):
    """Every connection to it goes through a tunnel of its own to host:port; what is in it stays as it is."""

    def __init__(self, relay_port, origin, host, port):
        self.way = relay_port, origin, host, port
        super().__init__(("127.0.0.1", 0))

    def carry(self, connection):
        relay_port, origin, host, port = self.way
        with connection, Page(relay_port, origin) as page:
            page.open(host, port)
            downward = threading.Thread(target=self.down, args=[page, connection], daemon=True)
            downward.start()
            try:
                for octets in octets_from(connection):
                    page.send_frame(BINARY, octets)
                page.say(op="eof")
            except Ended:
                pass
            downward.join()

    @staticmethod
    def down(page, connection):
        """Until the relay ends the tunnel, as it does when both sides have ended theirs."""
        try:
            while True:
                octets, page.stream = page.stream, b""
                connection.sendall(octets)
                if any(frame["ev"] == "eof" for frame in page.events):
                    end_of_writing(connection)
                page.read_frame()
        except (Ended, ConnectionError):
            end_of_writing(connection)


def unmasked(frames):
    """The payloads of a WebSocket client's frames (RFC 6455 section 5.2), which follow its request."""
    payload = bytearray()
    _, _, rest = bytes(frames).partition(b"\r\n\r\n")
    at = 0
    while at + 6 <= len(rest):
        length, head = rest[at + 1] & 127, at + 2
        if length >= 126:
            form = "!H" if length == 126 else "!Q"
            [length] = struct.unpack_from(form, rest, head)
            head += struct.calcsize(form)
        mask, masked = rest[head:head + 4], rest[head + 4:head + 4 + length]
        pad = (mask * (len(masked) // 4 + 1))[:len(masked)]
        payload += (int.from_bytes(masked, "big") ^ int.from_bytes(pad, "big")).to_bytes(len(masked), "big")
        at = head + 4 + length
    return bytes(payload)
