"""A network of its own for a test: loopback and nothing else, where every port is free, also those below 1024 that
the machine's own mail server may hold. What runs in it has processes of its own too: they all end with it."""

import fcntl
import os
import pathlib
import socket
import struct
import subprocess
import sys

import own_root

HERE = pathlib.Path(__file__).resolve().parent
INSIDE = "SMTPSCOPE_OWN_NETWORK"  # a variable of the environment: set there
NAMESPACES = ["unshare", "--net", "--pid", "--fork", "--kill-child", "--mount-proc"]
PATIENCE = 120  # seconds

SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 1


def as_root():
    """What stands before a command that has to be root's."""
    if os.geteuid() == 0:
        return []
    if subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode != 0:
        raise own_root.ServerError("A network with Postfix in it must be made by root: "
                                   "run this as root, or let sudo work without a password")
    return ["sudo", "-n"]


def run_test(name):
    """Runs a test of this folder there; gives (exit status, what it printed)."""
    kept = [f"{key}={value}" for key, value in os.environ.items() if key.startswith("SMTPSCOPE_")]
    command = [*as_root(), *NAMESPACES, "env", *kept, f"{INSIDE}=1", sys.executable, "-B", str(HERE / "run"), name]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          timeout=PATIENCE, check=False)
    return done.returncode, done.stdout.decode(errors="replace")


def enter():
    """Inside, once: brings loopback up."""
    if INSIDE not in os.environ:
        raise own_root.ServerError("This takes ports that may be the machine's: run it by own_network.run_test")
    with socket.socket() as any_socket:
        asked = struct.pack("16sH14x", b"lo", 0)
        flags = struct.unpack("16sH14x", fcntl.ioctl(any_socket, SIOCGIFFLAGS, asked))[1]
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", flags | IFF_UP))


def check_ports(*ports):
    """That they can be had: who may not bind ports below 1024 learns it from here and not from a server's log."""
    for port in ports:
        try:
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(("127.0.0.1", port))
        except OSError as failure:
            raise own_root.ServerError(f"Port {port} cannot be bound in a network of the test's own ({failure.strerror}): "
                                       "this needs root with CAP_NET_BIND_SERVICE") from None
