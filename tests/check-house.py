#!/usr/bin/env python3
"""Checks the rules of the house that no compiler knows.

Every tracked file (every file outside build/ where there is no git) is read once. Prints each
finding as path:line: message, and exits 1 if there is one.
"""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# The top level holds these, and tool dot-files.
TOP_LEVEL = {
    "CMakeLists.txt", "CMakePresets.json", "wasm", "relay", "web", "shared", "tests",
    "README.md", "LICENSE", "CHANGELOG.md",
}  # fmt: skip

# A file of code that is longer holds more than one idea.
LONGEST_FILE_LINES = 450
CODE = {".cpp", ".hpp", ".ts", ".js", ".mjs", ".py", ".sh", ".css"}

# Left out when the machine's files are walked without git.
NOT_OURS = {"node_modules", ".git", "__pycache__", "test-results", "playwright-report", ".cache"}

# (pattern, files it concerns, message). Patterns are spelled so that they do not match themselves.
RULES = [
    (r"\b(?:TO[D]O|FIX[M]E|X{3}|HA[C]K)\b", r".*(?<!package-lock\.json)", "finish it, or leave it out"),
    (r"\.(?:skip|only|fixme)\(|GTEST_[S]KIP|DISABLE[D]_|x[f]ail", r"(?:tests|web)/.*\.(?:cpp|hpp|ts|mjs|py)",
     "no test is skipped, none is singled out"),
    (r"waitForTimeout\(|sleep_for\(|time\.sleep\(|^\s*sleep [0-9]", r"(?:tests|web)/.*",
     "wait for the event instead of some time"),
    (r"(?:^|[\s\"'=:(])/(?:work|root|home)/", r".*", "a path of one machine"),
    (r"registr[y]\.npmjs|de[b]\.debian\.|snapsho[t]\.debian|\"resolved\": *\"https?:", r".*",
     "name no host of a package registry"),
    (r"BEGIN (?:RSA |EC )?PRIVATE [K]EY", r".*", "tests make their own keys"),
    (r"[ \t]+$", r".*\.(?:cpp|hpp|ts|mjs|py|css|html|json|txt)|.*CMakeLists\.txt", "space at the end of the line"),
]  # fmt: skip


def our_files() -> list[Path]:
    """The project's files, relative to its root."""
    if (ROOT / ".git").exists():
        listed = subprocess.run(
            ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT, capture_output=True, check=True,
        )  # fmt: skip
        names = [Path(name) for name in listed.stdout.decode().split("\0") if name]
    else:
        walked = [path.relative_to(ROOT) for path in ROOT.rglob("*")]
        names = [name for name in walked if name.parts[0] != "build" and not NOT_OURS & set(name.parts)]
    return sorted({name for name in names if (ROOT / name).is_file() and not (ROOT / name).is_symlink()})


def findings_in(name: Path):
    """Yields (line number, message) of one file."""
    if name.parts[0] not in TOP_LEVEL and not name.parts[0].startswith("."):
        yield 1, "the top level holds only " + " ".join(sorted(TOP_LEVEL))
    data = (ROOT / name).read_bytes()
    if b"\0" in data or str(name).startswith("tests/fuzz/corpus/"):
        return
    lines = data.decode("utf-8", "replace").split("\n")
    if name.suffix in CODE and len(lines) > LONGEST_FILE_LINES:
        yield len(lines), f"{len(lines)} lines; split it by ideas ({LONGEST_FILE_LINES} at most)"
    rules = [(re.compile(pattern), message) for pattern, files, message in RULES if re.fullmatch(files, str(name))]
    for number, line in enumerate(lines, 1):
        for pattern, message in rules:
            if pattern.search(line):
                yield number, message


def main() -> int:
    files = our_files()
    count = 0
    for name in files:
        for number, message in findings_in(name):
            print(f"{name}:{number}: {message}")
            count += 1
    print(f"check-house: {len(files)} files, {count} findings")
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())
