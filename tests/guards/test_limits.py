"""Every sentence that Discord shows in a place of limited size is checked for that size when the bot starts."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from bot.content.limits import LIMITS
from bot.core.texts import DECLARED

BOT = Path(__file__).resolve().parents[2] / "bot"
PLACES = {
    ("Modal", "title"): 45,
    ("Label", "text"): 45,
    ("Label", "description"): 100,
    ("Button", "label"): 80,
    ("Select", "placeholder"): 150,
    ("RoleSelect", "placeholder"): 150,
    ("ChannelSelect", "placeholder"): 150,
}


def places():
    """Yield (key, limit) of every sentence named right where such a place is built."""
    for folder in ("cogs", "views"):
        for path in sorted((BOT / folder).rglob("*.py")):
            for call in (
                node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)
            ):
                name = _name(call.func)
                for word in call.keywords:
                    if limit := PLACES.get((name, word.arg)):
                        yield from ((key, limit) for key in _keys(word.value))
                if name == "button" and call.args:
                    yield from ((key, 80) for key in _keys(call.args[0]))


def _name(function) -> str:
    if isinstance(function, ast.Subscript):
        function = function.value
    return getattr(function, "attr", getattr(function, "id", ""))


def _keys(node) -> set[str]:
    constants = {each.value for each in ast.walk(node) if isinstance(each, ast.Constant)}
    return constants & DECLARED.keys()


FOUND = sorted(set(places()))


@pytest.mark.parametrize(("key", "limit"), FOUND)
def test_a_sentence_in_a_place_of_limited_size_has_that_limit(key, limit):
    assert LIMITS.get(key, 1000) <= limit


def test_the_limits_are_of_sentences_that_exist():
    assert len(FOUND) > 60
    assert set() == LIMITS.keys() - DECLARED.keys()
