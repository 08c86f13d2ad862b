#!/usr/bin/env python3
"""Measures what a tunnel costs, of smtpscope and of others, side by side in one run.

    tests/bench/relay/measure.py PROGRAM [--only NAME] [--rounds N] [--json]

Every figure is taken of one peer after the other before the next round begins, so that what else the
machine does meets all of them; the table shows medians. README.md says what the figures are and what
this needs.
"""

import argparse
import json
import pathlib
import statistics
import subprocess
import sys

import peers
from peers import BUILD, HERE, Lighttpd, Peer, Smtpscope, SmtpscopeTls, Socat, Websockify, WispJs, free_port

GIBI = 1 << 30
OFFERED = 256 << 20  # octets, to a side that takes none
ROUND_TRIPS = 5000
SESSIONS = 200  # of mail


def build_load() -> pathlib.Path:
    """The load generator, compiled when its sources are newer."""
    program = BUILD / "relay_load"
    sources = sorted((HERE / "load").glob("*.cpp"))
    newest = max(file.stat().st_mtime for file in (HERE / "load").iterdir())
    if not program.exists() or program.stat().st_mtime < newest:
        BUILD.mkdir(parents=True, exist_ok=True)
        subprocess.run(["c++", "-std=c++20", "-O2", "-o", str(program), *map(str, sources), "-lssl", "-lcrypto", "-pthread"], check=True)
    return program


class Load:
    """One run of the load generator against a peer."""

    def __init__(self, program: pathlib.Path, mode: str, kind: str, port: int, backend: int, number: int, tls: bool):
        command = [str(program), mode, kind, str(port), str(backend), str(number), *(["tls"] if tls else [])]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.line()  # "ready"

    def line(self) -> str:
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"the load generator failed: {' '.join(self.process.args)}")
        return line

    def go(self) -> dict:
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return json.loads(self.line())

    def end(self) -> None:
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        self.process.wait()


class Bench:
    def __init__(self, program: pathlib.Path):
        self.program = program

    def of(self, peer_class: type[Peer], mode: str, number: int) -> tuple[dict, float, int]:
        """What the generator found, CPU seconds and KiB that the peer took meanwhile."""
        peer = peer_class(free_port())
        try:
            load = Load(self.program, mode, peer.kind, peer.port, peer.backend, number, peer.tls)
            cpu, memory = peer.cpu_seconds(), peer.resident_kib()
            found = load.go()
            cpu, memory = peer.cpu_seconds() - cpu, peer.resident_kib() - memory
            load.end()
            return found, cpu, memory
        finally:
            peer.stop()

    def up(self, peer):
        return {"CPU s/GiB up": self.of(peer, "up", GIBI)[1]}

    def down(self, peer):
        return {"CPU s/GiB down": self.of(peer, "down", GIBI)[1]}

    def idle(self, peer):
        found, _, grown = self.of(peer, "idle", peer.idle_tunnels)
        return {"KiB/idle tunnel": grown / found["tunnels"]}

    def round_trips(self, peer):
        found, _, _ = self.of(peer, "rtt", ROUND_TRIPS)
        return {"200 B p50 µs": found["p50"], "p99 µs": found["p99"]}

    def rate(self, peer):
        return {"tunnels/s": self.of(peer, "rate", peer.rate_tunnels)[0]["per_second"]}

    def stall(self, peer):
        return {f"stall {way}, MiB grown": self.of(peer, f"stall-{way}", OFFERED)[2] / 1024 for way in ("up", "down")}

    FIGURES = (up, down, idle, round_trips, rate, stall)

    def mail(self) -> dict:
        """Whole sessions with TLS to a mailbox in a process of its own: directly, and through relays."""
        mailbox = Mailbox(free_port())
        relays = [Socat(mailbox.backend), Smtpscope(mailbox.backend)]
        try:
            report = {}
            for name, kind, port, processes in (("direct", "raw", mailbox.backend, [mailbox]),
                                                *((f"through {r.name}", r.kind, r.port, [mailbox, r]) for r in relays)):  # fmt: skip
                load = Load(self.program, "mail", kind, port, mailbox.backend, SESSIONS, False)
                cpu = sum(p.cpu_seconds() for p in processes)
                own = load.go()["own_cpu_seconds"]
                cpu = sum(p.cpu_seconds() for p in processes) - cpu
                load.end()
                load = Load(self.program, "trips", kind, port, mailbox.backend, 1, False)
                trips = load.go()
                load.end()
                report[name] = {"CPU µs a session": (own + cpu) / SESSIONS * 1e6,
                                "round trips to the first word": trips["first_word"], "in all": trips["session"]}  # fmt: skip
            return report
        finally:
            for process in (*relays, mailbox):
                process.stop()


class Mailbox(Smtpscope):
    """The embedded mailbox, whose port for STARTTLS is `backend`."""

    def start(self):
        return self.run(self.program, "serve", "--listen", f"127.0.0.1:{self.port}", "--smtps", "127.0.0.1:0",
                        "--smtp", f"127.0.0.1:{self.backend}", "--state-dir", self.folder.name, "--log-level", "off")  # fmt: skip


def shown(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def table(rows: dict[str, dict[str, float]]) -> str:
    columns = list(dict.fromkeys(name for row in rows.values() for name in row))
    lines = ["| | " + " | ".join(columns) + " |", "|---|" + "---|" * len(columns)]
    for name, row in rows.items():
        lines.append(f"| {name} | " + " | ".join(shown(row[c]) if c in row else "" for c in columns) + " |")
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", help="build/native/smtpscope")
    parser.add_argument("--only", action="append", help="peers whose name contains this (repeatable)")
    parser.add_argument("--figure", action="append", help="up, down, idle, round_trips, rate, stall, mail (repeatable)")
    parser.add_argument("--rounds", type=int, default=3, help="default 3")
    parser.add_argument("--json", action="store_true", help="all rounds, as JSON, instead of the table")
    given = parser.parse_args()
    Smtpscope.program = str(pathlib.Path(given.program).resolve())
    chosen = [p for p in (Smtpscope, SmtpscopeTls, Socat, Lighttpd, Websockify, WispJs)
              if not given.only or any(text in p.name for text in given.only)]  # fmt: skip
    bench = Bench(build_load())
    rounds: dict[str, dict[str, list[float]]] = {p.name: {} for p in chosen}
    figures = [f for f in Bench.FIGURES if not given.figure or f.__name__ in given.figure]
    for number in range(given.rounds):
        for figure in figures:
            for peer in (p for p in chosen if not p.figures or figure.__name__ in p.figures):
                print(f"round {number + 1}: {figure.__name__} of {peer.name}", file=sys.stderr)
                for name, value in figure(bench, peer).items():
                    rounds[peer.name].setdefault(name, []).append(value)
    mail = [bench.mail() for _ in range(given.rounds)] if not given.figure or "mail" in given.figure else []
    if given.json:
        json.dump({"peers": rounds, "mail": mail}, sys.stdout, indent=2)
        print()
        return 0
    if figures:
        print(table({name: {f: statistics.median(v) for f, v in row.items()} for name, row in rounds.items()}))
    if mail:
        ways = {way: {f: statistics.median(m[way][f] for m in mail) for f in mail[0][way]} for way in mail[0]}
        ways = {way: {**row, "CPU / direct": row["CPU µs a session"] / ways["direct"]["CPU µs a session"]} for way, row in ways.items()}
        print("\nA mail session of 4 kB with STARTTLS; CPU of client, relay and mailbox together\n")
        print(table(ways))
    return 0


if __name__ == "__main__":
    sys.exit(main())
