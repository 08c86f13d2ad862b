#!/usr/bin/env python3
"""Checks tests/conformance: a table per RFC and one of attacks, a row for each requirement that concerns us.

A row that is covered names tests that exist: `Suite.Name` of a GoogleTest, or `file:name` of a
test in Python or of a browser test, whose blanks are written "_". A row that is not covered says
why. No id stands twice. Prints each finding as path:line: message, and exits 1 if there is one;
else prints how many rows have which status.
"""

import csv
import re
import sys
from collections import Counter
from pathlib import Path

TESTS = Path(__file__).resolve().parent
HEADER = ["id", "section", "level", "side", "requirement", "status", "tests", "reason"]
LEVELS = {"MUST", "MUST NOT", "SHOULD", "SHOULD NOT", "MAY"}
SIDES = {"client", "server", "both"}
STATUSES = {"covered", "not applicable", "not yet"}

GTEST = re.compile(r"\bTEST(?:_F|_P)?\(\s*(\w+),\s*(\w+)\s*\)")
PYTHON_TEST = re.compile(r"^\s*(?:async )?def (test_\w+)", re.MULTILINE)
BROWSER_TEST = re.compile(r"""\btest\(\s*(["'`])(.+?)\1""")


def tests_of_the_sources() -> set[str]:
    """Every name that a row may give."""
    names: set[str] = set()
    for path in TESTS.rglob("*.cpp"):
        names.update(".".join(found) for found in GTEST.findall(path.read_text(encoding="utf-8")))
    for path in TESTS.rglob("*.py"):
        names.update(f"{path.name}:{name}" for name in PYTHON_TEST.findall(path.read_text(encoding="utf-8")))
    for path in (TESTS / "browser").glob("*.spec.ts"):
        titles = BROWSER_TEST.findall(path.read_text(encoding="utf-8"))
        names.update(f"{path.name}:{title.replace(' ', '_')}" for _, title in titles)
    return names


def findings_of(row: dict[str, str], known: set[str], ids: set[str]) -> list[str]:
    """What is wrong with one row; its id is put into `ids`."""
    wrong = []
    if row["id"] in ids:
        wrong.append(f"the id {row['id']} stands twice")
    ids.add(row["id"])
    for column, allowed in (("level", LEVELS), ("side", SIDES), ("status", STATUSES)):
        if row[column] not in allowed:
            wrong.append(f"{column} is '{row[column]}', not one of {', '.join(sorted(allowed))}")
    for column in ("id", "section", "requirement"):
        if not row[column].strip():
            wrong.append(f"{column} is empty")
    tests = row["tests"].split()
    wrong += [f"there is no test {name}" for name in tests if name not in known]
    if row["status"] == "covered" and not tests:
        wrong.append("it is covered, but names no test")
    if row["status"] != "covered" and not row["reason"].strip():
        wrong.append(f"it is {row['status']}, but gives no reason")
    if row["status"] != "covered" and tests:
        wrong.append(f"it is {row['status']}, but names tests")
    return wrong


def main() -> int:
    known = tests_of_the_sources()
    tables = sorted((TESTS / "conformance").glob("*.csv"))
    ids: set[str] = set()
    statuses: Counter[str] = Counter()
    findings = [] if tables else ["tests/conformance: there is no table"]
    for table in tables:
        with table.open(encoding="utf-8", newline="") as stream:
            reader = csv.DictReader(stream)
            if reader.fieldnames != HEADER:
                findings.append(f"{table}:1: the columns are not {','.join(HEADER)}")
                continue
            for row in reader:
                place = f"{table}:{reader.line_num}"
                if None in row or None in row.values():
                    findings.append(f"{place}: it has not {len(HEADER)} columns")
                    continue
                findings += [f"{place}: {why}" for why in findings_of(row, known, ids)]
                statuses[row["status"]] += 1
    for finding in findings:
        print(finding)
    counts = ", ".join(f"{count} {status}" for status, count in sorted(statuses.items()))
    print(f"check-conformance: {len(tables)} tables, {counts}, {len(findings)} findings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
