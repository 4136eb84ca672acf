"""Every sentence a person reads is in prompts/, and every one there is used."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from bot.core import errors
from bot.core.texts import DECLARED

BOT = Path(__file__).resolve().parents[2] / "bot"
EDGE = [*sorted((BOT / "cogs").rglob("*.py")), *sorted((BOT / "views").rglob("*.py"))]
OURS = {name for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, errors.LanternError)}
FOR_OPERATORS = OURS | {"log", "ValueError", "TypeError", "RuntimeError"}
"""Whose arguments are read by whoever runs the bot: members get the sentence of the error's `text_key`."""


def literals(path):
    """Yield the string constants of a file that are neither docstrings nor meant for operators."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    skipped = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            skipped.add(node.value)
        if isinstance(node, ast.Call) and _name(node.func) in FOR_OPERATORS:
            skipped.update(ast.walk(node))
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in skipped:
            yield node


def _name(function) -> str:
    while isinstance(function, ast.Attribute):
        function = function.value
    return function.id if isinstance(function, ast.Name) else ""


def test_the_discord_edge_holds_no_words_for_people():
    found = [
        f"{path.name}:{node.lineno}: {node.value}"
        for path in EDGE
        for node in literals(path)
        if sum(any(map(str.isalpha, word)) for word in node.value.split()) > 1
    ]

    assert found == []


def test_every_declared_sentence_is_used_and_every_used_one_is_declared():
    code = "\n".join(
        path.read_text(encoding="utf-8") for path in sorted(BOT.rglob("*.py")) if path.parent.name != "sentences"
    )
    heads = "|".join(sorted({key.split(".")[0] for key in DECLARED}))
    named = set(re.findall(rf"""["']((?:{heads})(?:\.[a-z_]+)+)["']""", code))
    used = {key for key in named if not key.endswith(".json")}  # a file's name

    assert used == DECLARED.keys()
