"""Reads the FAQ pack in data/ and checks all of it before any of it is used."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pydantic import TypeAdapter

from bot.content.pack_shape import MOST_SETBACKS, SetbackRow, TopicFile, to_entry, validated
from bot.content.written import Written, check_among, entries_of
from bot.content.yaml_source import YamlSource, read_yaml
from bot.core.errors import ContentError, Problem
from bot.core.models import Pack, Topic, TopicId
from bot.core.peers import Setback

if TYPE_CHECKING:
    from pathlib import Path


def load_pack(data: Path) -> Pack:
    """Return the pack in `data` (faq/*.yaml, setbacks.yaml, off_topic.yaml).

    Raises ContentError with every problem of every file: its file, line, key and mend.
    """
    setbacks, off_topic = read_yaml(data / "setbacks.yaml"), read_yaml(data / "off_topic.yaml")
    topics = [read_yaml(path) for path in sorted((data / "faq").glob("*.yaml"))]
    strays = [Problem(path, 1, "file", "is not read; end its name in .yaml") for path in (data / "faq").glob("*.yml")]
    if not topics:
        strays.append(Problem(data / "faq", 1, "folder", "holds no *.yaml file; the FAQ lives there, one topic a file"))
    _check_lines(off_topic)
    files = [(source, file) for source in topics if (file := _topic_file(source)) is not None]
    known = _setbacks(setbacks)
    _check_across(topics, None if known is None else frozenset(setback.id for setback in known))
    _raise_problems(setbacks, off_topic, *topics, others=strays)
    return Pack(
        topics=tuple(Topic(TopicId(file.topic), file.title) for _, file in files),
        entries=tuple(to_entry(file.topic, entry) for _, file in files for entry in file.entries),
        off_topic=tuple(off_topic.value),
    )


def load_setbacks(data: Path) -> tuple[Setback, ...]:
    """Return the topics of data/setbacks.yaml, in their order; raises ContentError like `load_pack`."""
    source = read_yaml(data / "setbacks.yaml")
    setbacks = _setbacks(source)
    _raise_problems(source)
    return setbacks or ()


def load_tone(data: Path) -> dict[str, str]:
    """Return data/tone.yaml: phrases that no answer should use, with the reason; raises ContentError."""
    source = read_yaml(data / "tone.yaml")
    if not source.is_broken and not (
        isinstance(source.value, dict) and all(isinstance(part, str) for pair in source.value.items() for part in pair)
    ):
        source.add_problem((), "file", "must be a list of phrases, each with its reason: `phrase: reason`")
    _raise_problems(source)
    return {phrase.casefold(): reason for phrase, reason in source.value.items()}


def _raise_problems(*sources: YamlSource, others: list[Problem] | None = None) -> None:
    if problems := [*(others or ()), *(problem for source in sources for problem in source.problems)]:
        raise ContentError(problems)


def _check_lines(source: YamlSource) -> None:
    if source.is_broken:
        return
    if not (isinstance(source.value, list) and source.value):
        source.add_problem((), "file", "must be a YAML list of texts")
        return
    for position, line in enumerate(source.value):
        if not isinstance(line, str) or not line.strip():
            source.add_problem((position,), f"line {position + 1}", "must be text; put it in quotes")


def _setbacks(source: YamlSource) -> tuple[Setback, ...] | None:
    """Return what data/setbacks.yaml holds; None where it has another shape, so that no entry is blamed for it."""
    rows = validated(source, TypeAdapter(list[SetbackRow]))
    if rows is None:
        return None
    for position, row in enumerate(rows):
        if row.id in {other.id for other in rows[:position]}:
            source.add_problem((position, "id"), f"{position}.id", f"{row.id!r} is there twice; give one another id")
    if len(rows) > MOST_SETBACKS:
        message = f"holds {len(rows)} topics; people choose from at most {MOST_SETBACKS}"
        source.add_problem((MOST_SETBACKS,), "file", message)
    return tuple(Setback(row.id, row.label, row.sensitive) for row in rows)


def _topic_file(source: YamlSource) -> TopicFile | None:
    file = validated(source, TypeAdapter(TopicFile))
    if file is not None and file.topic != source.path.stem:
        source.add_problem(("topic",), "topic", f"must be the file's name, {source.path.stem}")
    return file


def _check_across(topics: list[YamlSource], setbacks: frozenset[str] | None) -> None:
    """Check what no entry can know alone: doubled ids and wordings, dead internal links, unknown setbacks.

    Works on what is written, also in entries that have other faults, so that everything is told at once.
    """
    entries = [entry for source in topics for entry in entries_of(source)]
    # A file that YAML cannot read still has ids; links to them are not dead.
    guessed = {found for source in topics if source.is_broken for found in re.findall(r"\bid: *([\w-]+)", source.text)}
    ids = guessed | {entry.row["id"] for entry in entries if isinstance(entry.row.get("id"), str)}
    check_among(entries)
    for entry in entries:
        _check_references(entry, ids, setbacks)


def _check_references(entry: Written, ids: set[str], setbacks: frozenset[str] | None) -> None:
    for number, setback in entry.texts("setbacks"):
        if setbacks is not None and setback not in setbacks:
            message = f"{setback!r} is not in data/setbacks.yaml; use one of its ids, or add it there"
            entry.add_problem(("setbacks", number), message)
    for number, other in entry.texts("related"):
        if other not in ids or other == entry.row.get("id"):
            entry.add_problem(("related", number), f"{other!r} is no other entry of the pack; correct or remove it")
