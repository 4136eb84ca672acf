"""The shape of the FAQ's files, and words for what does not have it."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    TypeAdapter,
    ValidationError,
    model_validator,
)

from bot.content.yaml_source import Location, YamlSource
from bot.core.models import Entry, EntryId, Phrasing, Source, TopicId
from bot.safety.text import SLUG_LENGTH, has_words

ANSWER_LENGTH = 4000
"""Characters of an answer: what a modal of Discord takes. It is shown in pages (views/pages.py)."""
KINDS = ("formal", "tired", "terse", "typo", "story", "elsewhere", "plain")
"""Of phrasings: whose way to ask it is."""
MOST_PHRASINGS, MOST_SOURCES = 100, 5
"""Of an entry; what people ask in other words is added to it as time goes on."""
MOST_PACK_PHRASINGS = 40
LABEL_LENGTH = 100
MOST_SETBACKS = 25
"""What one select of Discord shows, and holds."""
MOST_ENTRIES = 5000
"""Of a file that people send in."""

_MENDS = {
    "missing": "is missing; add it",
    "extra_forbidden": "is not a key Lantern knows; look for a misspelling, or remove it",
    "string_too_long": "has {length} characters; at most {max_length} fit, so shorten or split it",
    "string_too_short": "is empty or too short; write at least {min_length} characters",
    "string_pattern_mismatch": "is {written!r:.100}, which does not have the form {pattern}",
    "too_short": "has {actual_length}; give at least {min_length}",
    "too_long": "has more than {max_length}; keep the best",
    "model_type": "must be a dictionary, keys with values; it is {written!r:.60}",
    "date": "is {written!r:.60}, which is no date; write it like 2026-11-24",
    "value_error": "{error}",
}
"""Sentences for pydantic's kinds of faults, with its own names of the limits."""
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f]")
T = TypeVar("T")


def _lines(value: object) -> object:
    """End every line with a plain line feed, whatever ended it before, so that each format keeps the text."""
    if not isinstance(value, str):
        return value
    text = "\n".join(value.splitlines())
    if found := _CONTROL.search(text):
        raise ValueError(f"holds the control character U+{ord(found.group()):04X}; remove it")
    return text


def _line(value: object) -> object:
    text = _lines(value)
    return " ".join(text.split()) if isinstance(text, str) else text


def _worded(value: str) -> str:
    if not has_words(value):
        raise ValueError("holds no letter and no digit; write words")
    return value


Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=SLUG_LENGTH)]
Line = Annotated[str, StringConstraints(min_length=2, max_length=250), BeforeValidator(_line)]
Label = Annotated[str, StringConstraints(min_length=2, max_length=LABEL_LENGTH), BeforeValidator(_line)]
Link = Annotated[str, StringConstraints(pattern=r"^https://[^\s<>]+$", max_length=512), BeforeValidator(_line)]
Question = Annotated[
    str, StringConstraints(min_length=5, max_length=150), BeforeValidator(_line), AfterValidator(_worded)
]
Title = Annotated[str, StringConstraints(min_length=3, max_length=80), BeforeValidator(_line), AfterValidator(_worded)]
Answer = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=ANSWER_LENGTH),
    BeforeValidator(_lines),
    AfterValidator(_worded),
]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Source(_Model):
    title: Line | None = None
    link: Link | None = None
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
    text: Annotated[Line, AfterValidator(_worded)]
    kind: Annotated[str, StringConstraints(pattern=rf"^({'|'.join(KINDS)})$")] = "plain"


def one_key(value: object) -> object:
    """Read `- tired: words` as a phrasing of the kind "tired", and `- words` as a plain one."""
    if isinstance(value, str):
        return {"text": value}
    if isinstance(value, dict) and len(value) == 1:
        ((kind, text),) = value.items()
        return {"kind": kind, "text": text}
    return value


Phrasings = list[Annotated[_Phrasing, BeforeValidator(one_key)]]


class EntryRow(_Model):
    """An entry as moderators may write it: other wordings and sources are welcome, not demanded."""

    id: Slug
    question: Question
    phrasings: Annotated[Phrasings, Field(max_length=MOST_PHRASINGS)] = []
    answer: Answer
    setbacks: Annotated[list[Slug], Field(max_length=10)] = []
    lived_experience: bool = False
    sources: Annotated[list[_Source], Field(max_length=MOST_SOURCES)] = []
    reviewed_on: date
    review_after_days: Annotated[int, Field(ge=30, le=1500)]
    related: Annotated[list[Slug], Field(max_length=5)] = []


class PackEntryRow(EntryRow):
    """An entry of data/faq: found by people who talk differently, and not without a source."""

    phrasings: Annotated[Phrasings, Field(min_length=4, max_length=MOST_PACK_PHRASINGS)]
    answer: Annotated[Answer, StringConstraints(min_length=40)]
    setbacks: Annotated[list[Slug], Field(max_length=10)]
    sources: Annotated[list[_Source], Field(min_length=1, max_length=MOST_SOURCES)]


class TableRow(EntryRow):
    """An entry in a file that has no place of its own for topics."""

    topic: Slug
    topic_title: Title | None = None


class TopicHead(_Model):
    """A topic whose entries are looked at one by one."""

    topic: Slug
    title: Title | None = None
    entries: Annotated[list[Any], Field(min_length=1)]


class TopicFile(TopicHead):
    """A file of data/faq."""

    title: Title
    entries: Annotated[list[PackEntryRow], Field(min_length=1)]


class SetbackRow(_Model):
    """A setback as it is written."""

    id: Slug
    label: Label
    sensitive: bool = False


def validated(source: YamlSource, shape: TypeAdapter[T], *place: str | int) -> T | None:
    """Return the file's value, or the part of it at `place`, in its shape.

    None where it has another shape, with a problem for each fault.
    """
    if source.is_broken:
        return None
    value = source.value
    for part in place:
        value = value[part]
    try:
        return shape.validate_python(value)
    except ValidationError as error:
        for fault in error.errors(include_url=False):
            inside = (*place, *fault["loc"])
            source.add_problem(inside, name_of(source.value, inside), _mend(fault["type"], fault["msg"], fault))
        return None


def to_entry(topic: str, row: EntryRow) -> Entry:
    """Return what was written as an entry of a topic."""
    return Entry(
        id=EntryId(row.id),
        topic=TopicId(topic),
        question=row.question,
        phrasings=tuple(Phrasing(phrasing.text, phrasing.kind) for phrasing in row.phrasings),
        answer=row.answer,
        setbacks=tuple(row.setbacks),
        lived_experience=row.lived_experience,
        sources=tuple(
            Source(source.title or "", source.link, source.trust or "")
            if source.experience is None
            else Source(source.experience)
            for source in row.sources
        ),
        reviewed_on=row.reviewed_on,
        review_after_days=row.review_after_days,
        related=tuple(EntryId(other) for other in row.related),
    )


def row_of(entry: Entry) -> dict[str, Any]:
    """Return an entry as it is written, in plain values and in the order of data/faq; its topic stands elsewhere."""
    return {
        "id": entry.id,
        "question": entry.question,
        "phrasings": [{phrasing.kind: phrasing.text} for phrasing in entry.phrasings],
        "answer": entry.answer,
        "setbacks": list(entry.setbacks),
        "lived_experience": entry.lived_experience,
        "sources": [
            {"experience": source.title}
            if source.link is None
            else {"title": source.title, "link": source.link, "trust": source.trust}
            for source in entry.sources
        ],
        "reviewed_on": entry.reviewed_on,
        "review_after_days": entry.review_after_days,
        "related": list(entry.related),
    }


def name_of_entry(entry: object, position: int) -> str:
    """Return what to call an entry in a problem: its id, or its number in the file where that is no name."""
    name = entry.get("id") if isinstance(entry, dict) else None
    return name if isinstance(name, str) and len(name) <= SLUG_LENGTH else f"entry {position + 1}"


def name_of(value: Any, place: Location) -> str:
    """Return a readable name for a place: `phd-without-publications.answer`."""
    if len(place) >= 2 and place[0] == "entries" and isinstance(place[1], int):  # noqa: PLR2004 - entries, position
        return ".".join([name_of_entry(value["entries"][place[1]], place[1]), *map(str, place[2:])])
    return ".".join(map(str, place)) or "file"


def _mend(kind: str, message: str, fault: Any) -> str:
    written = fault["input"]
    length = len(written.strip()) if isinstance(written, str) else 0
    template = _MENDS.get("date" if kind.startswith("date") else kind)
    if template is None:
        return f"{message[0].lower()}{message[1:]}; it is {written!r:.60}"
    return template.format(**fault.get("ctx", {}), written=written, length=length)
