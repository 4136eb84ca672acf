"""Reads the FAQ pack in data/ and checks all of it before any of it is used."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)

from bot.content.yaml_source import YamlSource, read_yaml
from bot.core.errors import ContentError, Problem
from bot.core.models import Entry, EntryId, Pack, Phrasing, Source, Topic, TopicId
from bot.safety.crisis import CrisisPhrases
from bot.safety.text import normalise

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ANSWER_LENGTH = 3000
"""Characters of an answer: with its question, its sources and the buttons it fits one message of 4,000 twice."""
MENTION = re.compile(r"@(everyone|here)\b|<[@#][!&]?\d+>")

_KINDS = "formal|tired|terse|typo|story|elsewhere|plain"
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=250)]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Source(_Model):
    title: Line | None = None
    link: Annotated[str, StringConstraints(pattern=r"^https://[^\s<>]+$", max_length=512)] | None = None
    trust: Line | None = None
    experience: Line | None = None

    @model_validator(mode="after")
    def _is_one_of_two(self) -> _Source:
        page = (self.title, self.link, self.trust)
        if self.experience is not None and not any(page):
            return self
        if self.experience is None and all(page):
            return self
        raise ValueError("must have either title, link and trust, or experience alone")


class _Phrasing(_Model):
    text: Line
    kind: Annotated[str, StringConstraints(pattern=rf"^({_KINDS})$")] = "plain"


def _one_key(value: object) -> object:
    """Read `- tired: words` as a phrasing of the kind "tired", and `- words` as a plain one."""
    if isinstance(value, str):
        return {"text": value}
    if isinstance(value, dict) and len(value) == 1:
        ((kind, text),) = value.items()
        return {"kind": kind, "text": text}
    return value


class _Entry(_Model):
    id: Slug
    question: Annotated[str, StringConstraints(strip_whitespace=True, min_length=5, max_length=150)]
    phrasings: Annotated[list[Annotated[_Phrasing, BeforeValidator(_one_key)]], Field(min_length=4, max_length=40)]
    answer: Annotated[str, StringConstraints(strip_whitespace=True, min_length=40, max_length=ANSWER_LENGTH)]
    setbacks: list[str]
    lived_experience: bool = False
    sources: Annotated[list[_Source], Field(min_length=1, max_length=5)]
    reviewed_on: date
    review_after_days: Annotated[int, Field(ge=30, le=1500)]
    related: Annotated[list[Slug], Field(max_length=5)] = []


class _TopicFile(_Model):
    topic: Slug
    title: Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=80)]
    entries: Annotated[list[_Entry], Field(min_length=1)]


def load_pack(data: Path) -> Pack:
    """Return the pack in `data` (faq/*.yaml, setbacks.yaml, off_topic.yaml).

    Raises ContentError with every problem of every file: its file, line, key and mend.
    """
    setbacks, off_topic = read_yaml(data / "setbacks.yaml"), read_yaml(data / "off_topic.yaml")
    topics = [read_yaml(path) for path in sorted((data / "faq").glob("*.yaml"))]
    if not topics:
        message = "holds no *.yaml file; the FAQ lives there, one topic a file"
        raise ContentError([Problem(data / "faq", 1, "folder", message)])
    _check_lines(off_topic)
    files = [(source, file) for source in topics if (file := _validate(source)) is not None]
    ids = frozenset(entry_id for source in topics for entry_id in _ids_in(source))
    _check_across(files, ids, _setback_ids(setbacks))
    _raise_problems(setbacks, off_topic, *topics)
    return Pack(
        topics=tuple(Topic(TopicId(file.topic), file.title) for _, file in files),
        entries=tuple(_to_entry(file.topic, entry) for _, file in files for entry in file.entries),
        off_topic=tuple(off_topic.value),
    )


def load_crisis(data: Path) -> CrisisPhrases:
    """Return the phrases of data/crisis.yaml, compiled; raises ContentError like `load_pack`."""
    source = read_yaml(data / "crisis.yaml")
    _check_lines(source)
    _raise_problems(source)
    return CrisisPhrases.of(source.value)


def _raise_problems(*sources: YamlSource) -> None:
    if problems := [problem for source in sources for problem in source.problems]:
        raise ContentError(problems)


def _check_lines(source: YamlSource) -> None:
    if not source.problems and not (isinstance(source.value, list) and source.value):
        source.add_problem((), "file", "must be a YAML list of texts")
        return
    for position, line in enumerate(source.value or ()):
        if not isinstance(line, str) or not line.strip():
            source.add_problem((position,), f"line {position + 1}", "must be text; put it in quotes")


def _setback_ids(source: YamlSource) -> frozenset[str]:
    rows = source.value if isinstance(source.value, list) else []
    ids = [row["id"] for row in rows if isinstance(row, dict) and row.keys() == {"id", "label"}]
    if not source.problems and (len(ids) != len(rows) or not ids):
        source.add_problem((), "file", "must be a list of {id: ..., label: ...}")
    return frozenset(ids)


def _validate(source: YamlSource) -> _TopicFile | None:
    if source.problems and source.value is None:
        return None
    try:
        file = _TopicFile.model_validate(source.value)
    except ValidationError as error:
        for fault in error.errors():
            place = fault["loc"]
            source.add_problem(place, _name_of(source.value, place), _mend(fault["type"], fault["msg"], fault))
        return None
    if file.topic != source.path.stem:
        source.add_problem(("topic",), "topic", f"must be the file's name, {source.path.stem}")
    return file


def _name_of(value: Any, place: tuple[str | int, ...]) -> str:
    """Return a readable name for a place: `phd-without-publications.answer`."""
    if len(place) >= 2 and place[0] == "entries" and isinstance(place[1], int):  # noqa: PLR2004 - entries, position
        entry = value["entries"][place[1]]
        name = entry.get("id", f"entry {place[1] + 1}") if isinstance(entry, dict) else f"entry {place[1] + 1}"
        return ".".join([str(name), *map(str, place[2:])])
    return ".".join(map(str, place)) or "file"


def _mend(kind: str, message: str, fault: Any) -> str:
    context = fault.get("ctx", {})
    match kind:
        case "missing":
            return "is missing; add it"
        case "extra_forbidden":
            return "is not a key Lantern knows; look for a misspelling, or remove it"
        case "string_too_long":
            return f"has {len(fault['input'].strip())} characters; at most {context['max_length']} fit, so shorten or split it"
        case "string_too_short":
            return f"is empty or too short; write at least {context['min_length']} characters"
        case "string_pattern_mismatch":
            return f"is {fault['input']!r}, which does not have the form {context['pattern']}"
        case "too_short":
            return f"has {context['actual_length']}; give at least {context['min_length']}"
        case "value_error":
            return str(context["error"])
        case _:
            return f"{message[0].lower()}{message[1:]}; it is {fault['input']!r:.60}"


def _ids_in(source: YamlSource) -> Iterator[str]:
    """Yield the ids of a file, also of one with faults, so that links to it are not called dead."""
    entries = source.value.get("entries") if isinstance(source.value, dict) else None
    for entry in entries if isinstance(entries, list) else ():
        if isinstance(entry, dict) and isinstance(entry.get("id"), str):
            yield entry["id"]


def _check_across(
    files: list[tuple[YamlSource, _TopicFile]], ids: frozenset[str], setbacks: frozenset[str]
) -> None:
    """Check what one file cannot know: doubled ids and wordings, dead internal links, unknown setbacks."""
    first_place: dict[str, str] = {}
    first_wording: dict[str, str] = {}
    for source, position, entry in _entries(files):
        place = ("entries", position)
        here = f"{source.path.name}:{source.line_of((*place, 'id'))}"
        if entry.id in first_place:
            source.add_problem((*place, "id"), entry.id, f"is already the id in {first_place[entry.id]}; choose another")
        first_place.setdefault(entry.id, here)
        for number, setback in enumerate(entry.setbacks):
            if setback not in setbacks:
                message = f"{setback!r} is not in data/setbacks.yaml; use one of its ids, or add it there"
                source.add_problem((*place, "setbacks", number), f"{entry.id}.setbacks", message)
        for number, other in enumerate(entry.related):
            if other not in ids or other == entry.id:
                message = f"{other!r} is no other entry of the pack; correct or remove it"
                source.add_problem((*place, "related", number), f"{entry.id}.related", message)
        if mention := MENTION.search(entry.answer):
            message = f"holds the mention {mention.group()}; an answer must not ping anybody"
            source.add_problem((*place, "answer"), f"{entry.id}.answer", message)
        for key, wording in _wordings(entry):
            same = first_wording.setdefault(normalise(wording), entry.id)
            if same != entry.id:
                message = f"{wording!r} is also a wording of {same}; only one answer can be right for it"
                source.add_problem((*place, key), f"{entry.id}.{key}", message)


def _entries(files: list[tuple[YamlSource, _TopicFile]]) -> Iterator[tuple[YamlSource, int, _Entry]]:
    for source, file in files:
        for position, entry in enumerate(file.entries):
            yield source, position, entry


def _wordings(entry: _Entry) -> Iterator[tuple[str, str]]:
    yield "question", entry.question
    for phrasing in entry.phrasings:
        yield "phrasings", phrasing.text


def _to_entry(topic: str, entry: _Entry) -> Entry:
    return Entry(
        id=EntryId(entry.id),
        topic=TopicId(topic),
        question=entry.question,
        phrasings=tuple(Phrasing(phrasing.text, phrasing.kind) for phrasing in entry.phrasings),
        answer=entry.answer,
        setbacks=tuple(entry.setbacks),
        lived_experience=entry.lived_experience,
        sources=tuple(
            Source(source.title or "", source.link, source.trust or "")
            if source.experience is None
            else Source(source.experience)
            for source in entry.sources
        ),
        reviewed_on=entry.reviewed_on,
        review_after_days=entry.review_after_days,
        related=tuple(EntryId(other) for other in entry.related),
    )
