#!/usr/bin/env python3
"""Writes saslprep-tables.mjs beside itself: the tables of RFC 3454 that SASLprep names, by Python's module
stringprep. With --check it writes nothing, and fails where the file is not what it would write."""

import stringprep
import sys
from pathlib import Path

TARGET = Path(__file__).with_name("saslprep-tables.mjs")

# Name, what belongs into it, for whom reads.
TABLES = [
    ("spaces", [stringprep.in_table_c12], "C.1.2: becomes U+0020"),
    ("nothing", [stringprep.in_table_b1], "B.1: goes"),
    (
        "prohibited",
        [getattr(stringprep, f"in_table_{name}") for name in "c12 c21 c22 c3 c4 c5 c6 c7 c8 c9".split()],
        "RFC 4013 section 2.3",
    ),
    ("rightToLeft", [stringprep.in_table_d1], "D.1: RandALCat"),
    ("leftToRight", [stringprep.in_table_d2], "D.2: LCat"),
    ("unassigned", [stringprep.in_table_a1], "A.1: what Unicode 3.2 did not have"),
]


def base36(number: int) -> str:
    digits = ""
    while True:
        number, digit = divmod(number, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[digit] + digits
        if number == 0:
            return digits


def ranges(tests) -> list[str]:
    """In turn how many code points are not in the table and how many are, in base 36."""
    out, inside, begin = [], False, 0
    for code_point in range(0x110001):
        now = code_point < 0x110000 and any(test(chr(code_point)) for test in tests)
        if now != inside:
            out.append(base36(code_point - begin))
            inside, begin = now, code_point
    return out


def written() -> str:
    lines = [
        "// Written by write-saslprep.py: tables of RFC 3454. In turn, how many code points are not in the",
        "// table and how many are, in base 36.",
        "",
    ]
    for name, tests, what in TABLES:
        lines += [f"// {what}.", f"export const {name} ="]
        line = "  '"
        for number in ranges(tests):
            if len(line) + len(number) > 105:
                lines.append(f"{line}' +")
                line = "  '"
            line += f"{number} "
        lines += [f"{line.rstrip()}';", ""]
    return "\n".join(lines[:-1]) + "\n"


def main() -> int:
    if "--check" not in sys.argv[1:]:
        TARGET.write_text(written(), encoding="utf-8")
        return 0
    if TARGET.exists() and TARGET.read_text(encoding="utf-8") == written():
        return 0
    print(f"{TARGET} is not what {Path(__file__).name} writes: run it again, without --check")
    return 1


if __name__ == "__main__":
    sys.exit(main())
