"""FAQ packs in a temporary folder, sound until a test breaks them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from bot.content.packs import load_pack
from bot.core.errors import ContentError
from bot.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

    from bot.core.errors import Problem

SHIPPED_PROMPTS = Settings(_env_file=None).prompts
HEADER = "topic: {topic}\ntitle: A topic\nentries:\n"
ENTRY = """\
  - id: {entry_id}
    question: What should one know about {subject}?
    phrasings:
      - formal: One wording of {subject}
      - tired: another wording of {subject}
      - terse: a third one, {subject}
      - a plain wording of {subject}
    answer: Here is what people who know about {subject} say, at some length.
    setbacks: [rejection]
    sources:
      - experience: From people who have been there
    reviewed_on: 2026-11-24
    review_after_days: 365
"""


HELPLINES = """\
checked_on: 2026-11-24
countries:
  DE:
    emergency: "112"
    checked_on: 2026-11-24
    seen: true
    lines:
      - {name: A line, call: "0800 111", hours: "24/7", languages: [de], source: "https://line.example"}
"""


def entry(entry_id: str, *changes: tuple[str, str], more: str = "") -> str:
    """Return a sound entry's YAML with pieces of it replaced, and lines added at its end."""
    text = ENTRY.format(entry_id=entry_id, subject=entry_id.replace("-", " ")) + more
    for old, new in changes:
        assert old in text, f"a test replaces {old!r}, which is not there"
        text = text.replace(old, new, 1)
    return text


def topic(name: str, *entries: str) -> str:
    """Return a topic file's YAML."""
    return HEADER.format(topic=name) + "".join(entries)


def write_pack(folder: Path, **topics: str | bytes) -> Path:
    """Write a data folder: the topics given, and everything beside them sound."""
    (folder / "faq").mkdir(parents=True, exist_ok=True)
    (folder / "setbacks.yaml").write_text("- {id: rejection, label: Rejected}\n- {id: grief, label: In grief}\n")
    (folder / "off_topic.yaml").write_text("- which pizza is best\n- best car of the year\n")
    (folder / "crisis.yaml").write_text("explicit: [{words: want to die, because: a wish, trap: the die is cast}]\n")
    (folder / "tone.yaml").write_text("man up: it shames\n")
    (folder / "helplines.yaml").write_text(HELPLINES, encoding="utf-8")
    for name, content in topics.items():
        raw = content if isinstance(content, bytes) else content.encode()
        (folder / "faq" / f"{name}.yaml").write_bytes(raw)
    return folder


STARTERS = re.compile(r"^starters:\n(  - .+\n)+", re.MULTILINE)
"""The list in prompts/<locale>.yaml."""


SUBJECTS = ("letters", "visas", "grades", "posters", "grants", "mentors")
"""The ids of the entries of `write_small_bot`."""


def entry_without_fault(entry_id: str, related: str, *changes: tuple[str, str]) -> str:
    """Return the YAML of an entry that `lantern faq check` has nothing against, with pieces of it replaced."""
    plain = f"      - a plain wording of {entry_id}\n"
    voices = "".join(f"      - {kind}: {kind} words, {entry_id}\n" for kind in ("typo", "story", "elsewhere"))
    return entry(entry_id, (plain, plain + voices), *changes, more=f"    related: [{related}]\n")


def write_small_bot(folder: Path, *changes: tuple[str, str]) -> dict[str, Path]:
    """Write a pack that is embedded in a second, with its sentences; return the settings that choose them.

    `changes`: pieces of its first entry to be replaced.
    """
    first, *others = (
        entry_without_fault(each, neighbour, *(changes if each == SUBJECTS[0] else ()))
        for each, neighbour in zip(SUBJECTS, (*SUBJECTS[1:], SUBJECTS[0]), strict=True)
    )
    data = write_pack(folder / "data", first=topic("first", first, *others))
    sentences = (SHIPPED_PROMPTS / "en.yaml").read_text(encoding="utf-8")
    (folder / "prompts").mkdir()
    (folder / "prompts" / "en.yaml").write_text(STARTERS.sub("starters:\n  - letters\n", sentences), encoding="utf-8")
    return {"data": data, "prompts": folder / "prompts"}


def faults_of(folder: Path) -> dict[tuple[str, int, str], str]:
    """Return each problem of a pack: its mend, by file, line and key."""
    with pytest.raises(ContentError) as caught:
        load_pack(folder)
    return by_place(caught.value.problems)


def by_place(problems: tuple[Problem, ...]) -> dict[tuple[str, int, str], str]:
    """Return problems by (file, line, key); two of the same place would hide each other, so there must be none."""
    found = {(problem.path.name, problem.line, problem.key): problem.message for problem in problems}

    assert len(problems) == len(found)
    return found


def line_of(text: str, piece: str) -> int:
    """Return the line in which a piece of text stands the last time."""
    return text[: text.rindex(piece)].count("\n") + 1
