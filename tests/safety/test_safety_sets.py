"""The sets by which the noticing of crisis is measured are what data/eval/safety/README.md says of them."""

from __future__ import annotations

import re
import unicodedata

import pytest

from bot.content.json_lines import rows_of
from bot.settings import Settings

FOLDER = Settings(_env_file=None).data / "eval" / "safety"
LEAST = {"explicit": 120, "oblique": 120, "traps": 300, "mixed": 60}
INVISIBLE = re.compile("[\u200b-\u200d\u2060\ufeff]")
STRETCHED = re.compile(r"(.)\1{2,}")


def read(name):
    return [row for _, row in rows_of(FOLDER / f"{name}.jsonl")]


def plain(text):
    text = INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).casefold().replace("’", "").replace("'", "")
    return " ".join(re.findall(r"\w+", STRETCHED.sub(r"\1", text))) or text


@pytest.mark.parametrize("name", LEAST)
def test_each_set_is_as_large_as_promised_and_every_line_says_what_it_is(name):
    """Statements 30, 31, 32, 33: what each is measured on."""
    rows = read(name)

    assert LEAST[name] <= len(rows)
    assert {frozenset({"text", "set", "kind"})} == {frozenset(row) for row in rows}
    assert {name} == {row["set"] for row in rows}
    assert all(row["text"].strip() and row["kind"] for row in rows)


def test_the_readme_counts_the_lines():
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")

    for name in LEAST:
        assert f"| `{name}.jsonl` | {len(read(name))} |" in readme


def test_no_text_stands_there_twice_not_even_written_otherwise():
    texts = [plain(row["text"]) for name in LEAST for row in read(name)]

    assert len(texts) == len(set(texts))


def test_they_are_written_as_people_type():
    """Statement 34: the sets hold curly apostrophes, zero-width characters, stretched letters, capitals and emoji."""
    everything = [row["text"] for name in LEAST for row in read(name)]

    for sign in ("’", "\u200b", "😭", "I JUST WANT"):
        assert any(sign in text for text in everything), repr(sign)
    assert any(STRETCHED.search(text) for text in everything)
