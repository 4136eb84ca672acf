"""The shape of the FAQ's files, and words for what does not have it."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, TypeVar

from pydantic import (
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

ANSWER_LENGTH = 3000
"""Characters of an answer: with its question, its sources and the buttons it fits one message of 4,000 twice."""

_KINDS = "formal|tired|terse|typo|story|elsewhere|plain"
T = TypeVar("T")
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


def one_key(value: object) -> object:
    """Read `- tired: words` as a phrasing of the kind "tired", and `- words` as a plain one."""
    if isinstance(value, str):
        return {"text": value}
    if isinstance(value, dict) and len(value) == 1:
        ((kind, text),) = value.items()
        return {"kind": kind, "text": text}
    return value


class EntryRow(_Model):
    """An entry as it is written."""

    id: Slug
    question: Annotated[str, StringConstraints(strip_whitespace=True, min_length=5, max_length=150)]
    phrasings: Annotated[list[Annotated[_Phrasing, BeforeValidator(one_key)]], Field(min_length=4, max_length=40)]
    answer: Annotated[str, StringConstraints(strip_whitespace=True, min_length=40, max_length=ANSWER_LENGTH)]
    setbacks: list[str]
    lived_experience: bool = False
    sources: Annotated[list[_Source], Field(min_length=1, max_length=5)]
    reviewed_on: date
    review_after_days: Annotated[int, Field(ge=30, le=1500)]
    related: Annotated[list[Slug], Field(max_length=5)] = []


class SetbackRow(_Model):
    """A setback as it is written."""

    id: Slug
    label: Line


class TopicFile(_Model):
    """A file of data/faq."""

    topic: Slug
    title: Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=80)]
    entries: Annotated[list[EntryRow], Field(min_length=1)]


def validated(source: YamlSource, shape: TypeAdapter[T]) -> T | None:
    """Return the file's value in its shape; None where it has another, with a problem for each fault."""
    if source.is_broken:
        return None
    try:
        return shape.validate_python(source.value)
    except ValidationError as error:
        for fault in error.errors():
            place = fault["loc"]
            source.add_problem(place, _name_of(source.value, place), _mend(fault["type"], fault["msg"], fault))
        return None


def name_of_entry(entry: object, position: int) -> str:
    """Return what to call an entry in a problem: its id, or its number in the file."""
    name = entry.get("id") if isinstance(entry, dict) else None
    return name if isinstance(name, str) else f"entry {position + 1}"


def _name_of(value: Any, place: Location) -> str:
    """Return a readable name for a place: `phd-without-publications.answer`."""
    if len(place) >= 2 and place[0] == "entries" and isinstance(place[1], int):  # noqa: PLR2004 - entries, position
        return ".".join([name_of_entry(value["entries"][place[1]], place[1]), *map(str, place[2:])])
    return ".".join(map(str, place)) or "file"


def _mend(kind: str, message: str, fault: Any) -> str:  # noqa: PLR0911 - one sentence per kind of fault
    context = fault.get("ctx", {})
    match kind:
        case "missing":
            return "is missing; add it"
        case "extra_forbidden":
            return "is not a key Lantern knows; look for a misspelling, or remove it"
        case "string_too_long":
            length, most = len(fault["input"].strip()), context["max_length"]
            return f"has {length} characters; at most {most} fit, so shorten or split it"
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
