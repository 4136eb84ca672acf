"""Which test proves which statement of the safety checklist, and whether all of them hold: `make safety`."""

from __future__ import annotations

import argparse
import ast
import json
import re
import sys
from collections import defaultdict
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
STATEMENTS = ROOT / "tests" / "safety" / "statements.yaml"
_NAMED = re.compile(r"\bStatements?\s+(\d+(?:(?:\s*,\s*(?:and\s+)?|\s+and\s+|\s*[-–]\s*)\d+)*)")
"""`Statement 12: ...`, `Statements 9, 10 and 11: ...`, `Statements 22-24.`"""
HELD, RANK = "passed", ("passed", "skipped", "not run", "failed")
"""What can come of a test; of several parts of one, the last of these counts."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One line of the checklist; `not_ours`: why it does not concern the product, empty where it does."""

    number: int
    words: str
    not_ours: str = ""


@dataclass(frozen=True, slots=True)
class Proof:
    """A statement with what came of each test that names it, by the test's id."""

    statement: Statement
    tests: dict[str, str]

    @property
    def verdict(self) -> str:
        """What to say of the statement: `passed`, or why it is not proved."""
        if self.statement.not_ours:
            return "not ours"
        return max(self.tests.values(), key=RANK.index) if self.tests else "no test"

    @property
    def is_open(self) -> bool:
        """Whether the statement concerns the product and is not proved."""
        return not self.statement.not_ours and self.verdict != HELD


class Outcomes:
    """A pytest plugin that notes what came of each test function, over all its parameters and phases."""

    def __init__(self) -> None:
        self.of = {}

    def pytest_runtest_logreport(self, report) -> None:
        name = report.nodeid.partition("[")[0]
        self.of[name] = max(self.of.get(name, HELD), report.outcome, key=RANK.index)


def load(path: Path = STATEMENTS) -> list[Statement]:
    """Return the checked-in list."""
    return [Statement(**row) for row in yaml.safe_load(path.read_text(encoding="utf-8"))]


def numbers_in(docstring: str) -> set[int]:
    """Return the numbers of the statements that a docstring says it proves."""
    found = set()
    for listed in _NAMED.findall(docstring):
        for first, last in re.findall(r"(\d+)(?:\s*[-–]\s*(\d+))?", listed):
            found.update(range(int(first), int(last or first) + 1))
    return found


def proofs_in(root: Path = ROOT) -> dict[int, list[str]]:
    """Return the ids of the tests that name each number, from the sources below `root`/tests: nothing is imported."""
    found = defaultdict(list)
    for path in sorted((root / "tests").rglob("test_*.py")):
        for name, docstring in _tests_in(ast.parse(path.read_text(encoding="utf-8")), ""):
            for number in numbers_in(docstring):
                found[number].append(f"{path.relative_to(root).as_posix()}{name}")
    return dict(found)


def _tests_in(node, above, said=""):
    """Yield each test's name with what its own docstring and those of its classes say."""
    for child in node.body:
        if isinstance(child, ast.ClassDef):
            yield from _tests_in(child, f"{above}::{child.name}", f"{said} {ast.get_docstring(child) or ''}")
        elif isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef) and child.name.startswith("test"):
            yield f"{above}::{child.name}", f"{said} {ast.get_docstring(child) or ''}"


def run(
    statements: list[Statement], proofs: dict[int, list[str]], root: Path = ROOT, *, processes: str = "auto"
) -> list[Proof]:
    """Run exactly the tests that name a statement which concerns the product; what pytest says goes to stderr."""
    chosen = sorted({test for each in statements if not each.not_ours for test in proofs.get(each.number, ())})
    outcomes = Outcomes()
    if chosen:
        with redirect_stdout(sys.stderr):
            options = [
                "-q",
                "--no-header",
                "-n",
                processes,
                "--dist",
                "loadfile",
                "--no-loadscope-reorder",
                f"--rootdir={root}",
            ]
            pytest.main([*options, *(str(root / test) for test in chosen)], plugins=[outcomes])
    return [
        Proof(each, {test: outcomes.of.get(test, "not run") for test in proofs.get(each.number, ())})
        for each in statements
    ]


def table(proofs: list[Proof]) -> str:
    """Return the table that people read."""
    lines = []
    for proof in proofs:
        each = proof.statement
        lines.append(f"{each.number:>3}  {proof.verdict:<8}  {each.words}")
        lines += [f"               {each.not_ours}"] if each.not_ours else []
        lines += [f"     {outcome:<8}    {test}" for test, outcome in proof.tests.items() if not each.not_ours]
    ours = [proof for proof in proofs if not proof.statement.not_ours]
    held = sum(not proof.is_open for proof in ours)
    tests = {test for proof in ours for test in proof.tests}
    return "\n".join([*lines, "", f"{held} of {len(ours)} statements hold, proved by {len(tests)} tests."])


def as_json(proofs: list[Proof]) -> str:
    """Return the same for programs."""
    rows = [
        {
            "number": proof.statement.number,
            "words": proof.statement.words,
            "verdict": proof.verdict,
            "not_ours": proof.statement.not_ours,
            "tests": proof.tests,
        }
        for proof in proofs
    ]
    return json.dumps(rows, ensure_ascii=False, indent=2)


def main() -> int:
    """Print the table; 1 where a statement that concerns the product is not proved."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print it for programs")
    wanted = parser.parse_args()
    proofs = run(load(), proofs_in())
    print(as_json(proofs) if wanted.json else table(proofs))
    return int(any(proof.is_open for proof in proofs))


if __name__ == "__main__":
    sys.exit(main())
