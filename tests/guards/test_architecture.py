"""The arrow points inward, and importing does nothing."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BOT = ROOT / "bot"
INSIDE = ("core", "safety", "faq")
MODULES = sorted(
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    for path in BOT.rglob("*.py")
    if path.name != "__main__.py"
)
MOST_LINES = 400


def run(code: str) -> str:
    """Run code in a fresh process and return what it printed."""
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.strip()


def test_the_inside_loads_neither_discord_nor_torch_nor_a_database():
    inside = [name for name in MODULES if name.split(".")[1:2] and name.split(".")[1] in INSIDE]
    code = f"import sys, {', '.join(inside)}; print({{'discord', 'torch', 'sqlite_utils', 'yaml'}} & set(sys.modules))"

    assert len(inside) > 5
    assert run(code) == "set()"


def test_importing_everything_starts_no_thread_opens_no_file_and_loads_no_model():
    code = f"""
import sys, threading
opened = []
sys.addaudithook(lambda event, args: opened.append(args[0]) if event == "open" and args[1] and "w" in str(args[1]) else None)
sys.addaudithook(lambda event, args: opened.append(args) if event in ("socket.connect", "sqlite3.connect") else None)
sys.dont_write_bytecode = True
import {", ".join(MODULES)}
print(opened, threading.active_count(), "torch" in sys.modules)
"""

    assert run(code) == "[] 1 False"


@pytest.mark.parametrize("path", sorted(BOT.rglob("*.py")), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_can_be_read_in_one_sitting(path):
    lines = path.read_text(encoding="utf-8").splitlines()

    assert len(lines) <= MOST_LINES


def test_architecture_md_speaks_of_files_that_exist():
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    named = {
        word for word in text.replace("`", " ").split() if word.startswith(("bot/", "data/", "prompts/", "tests/"))
    }

    assert len(named) > 10
    assert [] == [name for name in sorted(named) if not (ROOT / name.rstrip(".,;:)")).exists()]


def test_every_public_function_and_class_says_what_it_is_for():
    missing = []
    for path in sorted(BOT.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            is_named = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
            if is_named and not node.name.startswith("_") and not ast.get_docstring(node) and not _is_inner(tree, node):
                missing.append(f"{path.relative_to(ROOT)}: {node.name}")

    assert missing == []


def _is_inner(tree, node) -> bool:
    functions = (each for each in ast.walk(tree) if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef))
    return any(node in ast.walk(function) and node is not function for function in functions)
