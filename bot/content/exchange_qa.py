"""Reads `Q:` and `A:` as people paste them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from bot.content.pack_shape import MOST_ENTRIES
from bot.content.yaml_source import YamlSource
from bot.core.errors import Problem

if TYPE_CHECKING:
    from pathlib import Path

_MARK = re.compile(r"\s*(q|question|a|answer)\s*[:：]", re.IGNORECASE)


def read_qa(path: Path, text: str) -> list[YamlSource]:
    """Read blocks of one or more questions and their answer; the first question is the entry's.

    `Q:` or `Question:` begins a question, `A:` or `Answer:` an answer, in small letters or capitals;
    both may go on in the lines below.
    """
    rows: list[dict[str, Any]] = []
    source = YamlSource(path, text, {"entries": rows})
    for mark, line, words in _parts(text):
        if len(rows) + len(source.problems) > MOST_ENTRIES:
            break
        row = rows[-1] if rows else None
        place = ("entries", len(rows) - 1)
        if mark == "q" and (row is None or "answer" in row):
            source.lines["entries", len(rows)] = line
            rows.append({"question": words, "phrasings": []})
        elif mark == "q" and row is not None:
            source.lines[*place, "phrasings", len(row["phrasings"])] = line
            row["phrasings"].append(words)
        elif mark == "a" and row is not None and "answer" not in row:
            source.lines[*place, "answer"] = line
            row["answer"] = words
        elif mark == "a":
            mend = "has no question of its own; write `Q:` above it, or join it to the answer before"
            source.problems.append(Problem(path, line, "A:", mend))
        elif words.strip():
            source.problems.append(Problem(path, line, "file", "must begin with `Q:`, and answer it with `A:`"))
    return [source]


def _parts(text: str) -> list[tuple[str, int, str]]:
    """Return what each mark begins: "q", "a", or "" for what stands before all; its line, and its words."""
    parts: list[tuple[str, int, list[str]]] = [("", 1, [])]
    for number, line in enumerate(text.splitlines(), start=1):
        if mark := _MARK.match(line):
            parts.append((mark[1][0].lower(), number, [line[mark.end() :]]))
        else:
            parts[-1][2].append(line)
    return [(mark, number, "\n".join(lines)) for mark, number, lines in parts]
