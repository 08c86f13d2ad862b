#!/usr/bin/env python3
"""Checks who includes whom.

The core has layers, and a layer includes only the layers below it. The core does no I/O: it
includes no socket, clock, thread or file header, and never throws. Prints each finding as
path:line: message, and exits 1 if there is one.
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# Layer of shared/ -> the layers whose headers it may include, besides its own.
BELOW = {
    "base": set(),
    "text": {"base"},
    "wire": {"base", "text"},
    "mime": {"base", "text", "wire/address", "wire/field"},
    "sasl": {"base", "text"},
    "session": {"base", "text", "wire", "sasl"},
    "trace": {"base", "text", "wire", "sasl", "session"},
    "tls": {"base", "text", "wire/field", "sasl/channel_binding"},
    # Of TLS its words, and nothing that needs OpenSSL.
    "tunnel": {"base", "text/ascii", "text/base64", "text/ip_address", "wire/field", "tls/terms", "tls/terms_json",
               "tls/failure_text"},
    "sim": {"base", "text", "wire", "sasl", "session", "trace"},
    "texts": {"trace"},
}

# Folder of relay/ that moves bytes -> core layers it must not know.
BLIND = {"tunnel": {"wire", "mime", "sasl", "session", "trace", "sim"}}

# Libraries that a layer may include, besides the C++ standard library.
LIBRARIES = {
    "base": {"nlohmann"},
    "text": {"openssl"},
    "trace": {"nlohmann"},
    "tunnel": {"nlohmann"},
    "session": {"nlohmann"},
    "tls": {"openssl"},
}

# Standard headers that do I/O, read a clock, start threads or are random.
IMPURE_HEADERS = {
    "atomic", "barrier", "condition_variable", "coroutine", "filesystem", "fstream", "future",
    "iostream", "latch", "mutex", "random", "semaphore", "shared_mutex", "stop_token", "thread",
    "cstdio", "ctime", "stdio.h", "time.h", "unistd.h", "netdb.h",
}  # fmt: skip

# Standard headers that the Emscripten of Debian 12 lacks.
MISSING_IN_WASM = {"format", "ranges", "source_location", "coroutine"}

IMPURE_WORDS = re.compile(
    r"\b(?:system_clock|steady_clock|high_resolution_clock|utc_clock|getenv|rand|srand|throw|try|catch)\b"
)

INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]')
STRING = re.compile(r'"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\'')


def without_comments(text: str) -> str:
    """The text with comments blanked out, its lines kept."""
    pattern = re.compile(r'R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|//[^\n]*|/\*.*?\*/', re.DOTALL)

    def blank(match: re.Match) -> str:
        part = match.group(0)
        if part.startswith(("//", "/*")):
            return "\n" * part.count("\n")
        return part if part.startswith('"') else '""' + "\n" * part.count("\n")

    return pattern.sub(blank, text)


def check_core_include(layer: str, name: str) -> str | None:
    """What is wrong with a layer of shared/ including this header; None if nothing is."""
    parts = name.split("/")
    if parts[0] == "smtpscope":
        if name == "smtpscope/version.hpp":
            return None
        target = parts[1]
        stem = f"{target}/{Path(parts[-1]).stem}"
        if target == layer or target in BELOW[layer] or stem in BELOW[layer]:
            return None
        return f"layer {layer} may not include layer {target}"
    if len(parts) == 1:
        if name in IMPURE_HEADERS:
            return f"the core does no I/O, and has no clock, threads or randomness: <{name}>"
        if name in MISSING_IN_WASM:
            return f"<{name}> is missing in em++ 3.1.6"
        return None
    if parts[0] in LIBRARIES.get(layer, set()):
        return None
    return f"layer {layer} may not include the library {parts[0]}"


def check_relay_include(folder: str, name: str) -> str | None:
    """What is wrong with a folder of relay/ including this header; None if nothing is."""
    parts = name.split("/")
    if parts[0] == "smtpscope" and len(parts) > 2 and parts[1] in BLIND.get(folder, set()):
        return f"relay/{folder} moves bytes and may not know the layer {parts[1]}"
    return None


def findings_in(path: Path):
    """Yields (line number, message) of one file."""
    relative = path.relative_to(ROOT)
    in_core = relative.parts[0] == "shared"
    # shared/src/<layer>/…, shared/include/smtpscope/<layer>/…, relay/<folder>/…
    layer = relative.parts[(3 if relative.parts[1] == "include" else 2) if in_core else 1]
    if relative.parts[:2] == ("shared", "texts"):  # what native programs have built in
        layer = "texts"
    if in_core and layer not in BELOW:
        yield 1, f"unknown layer {layer}; the layers are {' '.join(BELOW)}"
        return
    for number, line in enumerate(without_comments(path.read_text()).splitlines(), 1):
        match = INCLUDE.match(line)
        if match:
            check = check_core_include if in_core else check_relay_include
            if message := check(layer, match.group(1)):
                yield number, message
        elif in_core and (word := IMPURE_WORDS.search(STRING.sub('""', line))):
            yield number, f"`{word.group(0)}` has no place in the core"


def main() -> int:
    files = sorted(
        path
        for folder in ("shared", "relay")
        for path in (ROOT / folder).rglob("*.[ch]pp")
    )
    if not any(path.is_relative_to(ROOT / "shared") for path in files):
        print("check-layers: found no sources in shared/")
        return 1
    count = 0
    for path in files:
        for number, message in findings_in(path):
            print(f"{path.relative_to(ROOT)}:{number}: {message}")
            count += 1
    print(f"check-layers: {len(files)} files, {count} findings")
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())
