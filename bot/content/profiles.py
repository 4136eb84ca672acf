"""Reads who is to be paired, and ready edges, from JSON Lines; tells every fault of a file at once."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationError

from bot.core.errors import ContentError, Problem, UsageError
from bot.core.matching import Candidate
from bot.core.peers import Role, Stage

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

LARGEST = 1_000_000
"""Of numbers that count something."""
MOST_PROBLEMS = 200
"""Told of one file; a file of another kind would have one for each line."""
ASYNC = "async"

Line = TypeVar("Line", bound="_Line")


def _text_of_id(value: object) -> object:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _finite(value: float) -> float:
    if not isfinite(value):
        raise ValueError("must be a finite number")
    return value


def _stage(value: object) -> object:
    if isinstance(value, str) and value.upper() in Stage.__members__:
        return int(Stage[value.upper()])
    return value


Id = Annotated[str, BeforeValidator(_text_of_id), StringConstraints(min_length=1, max_length=200)]
Word = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Number = Annotated[float, AfterValidator(_finite)]
Hour = Annotated[Number, Field(ge=0, le=48)]
Count = Annotated[int, Field(ge=0, le=LARGEST)]


class _Line(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=False)


class ProfileLine(_Line):
    """Somebody, as `lantern pair --help` describes it. Only `id` is needed."""

    id: Id
    roles: list[Role] = [Role.PEER]
    capacity: Count = 1
    setbacks: list[Word] = []
    story: str = ""
    outlook: list[Word] | list[Number] | Word | None = None
    stage: Annotated[Annotated[int, Field(ge=0, le=LARGEST)] | None, BeforeValidator(_stage)] = None
    languages: list[Word] = []
    utc_offset: Annotated[Number, Field(ge=-24, le=24)] = 0.0
    hours: list[tuple[Hour, Hour]] | Literal["async"] = []
    adult: bool | None = None
    waited_rounds: Count = 0
    blocks: list[Id] = []
    past: list[Id] = []


class EdgeLine(_Line):
    """A pair that may be, with its fit."""

    a: Id
    b: Id
    fit: Annotated[Number, Field(ge=0, le=1)]


_KEYS = frozenset({*ProfileLine.model_fields, *EdgeLine.model_fields})
"""What a line may use; what pydantic adds for kinds of a value is left out of messages."""


def load_people(path: Path) -> tuple[list[Candidate], list[str]]:
    """Return the people of a file, without vectors, and their stories in the same order; "" for none.

    Raises UsageError for a file that cannot be read or holds nobody, ContentError with every fault of its lines.
    """
    people: list[Candidate] = []
    stories: list[str] = []
    problems: list[Problem] = []
    seen: dict[str, int] = {}
    for number, line in _lines(path, ProfileLine, problems):
        if line.id in seen:
            mend = f"is the id of line {seen[line.id]} too; give each person their own"
            problems.append(Problem(path, number, "id", mend))
        seen.setdefault(line.id, number)
        people.append(_candidate(line))
        stories.append(line.story.strip())
    _raise(problems)
    if not people:
        raise UsageError(f"{path} holds nobody. Give one JSON object a line; see lantern pair --help.")
    return people, stories


def load_edges(path: Path, known: frozenset[str]) -> list[tuple[str, str, float]]:
    """Return the edges of a file: two ids, and the fit. Raises UsageError, ContentError with every fault.

    An edge is between two different people whose ids are `known`; where one stands there twice, the better fit counts.
    """
    problems: list[Problem] = []
    edges = []
    for number, line in _lines(path, EdgeLine, problems):
        for key, value in (("a", line.a), ("b", line.b)):
            if value not in known:
                problems.append(Problem(path, number, key, f"{value!r:.80} is nobody in the file of profiles"))
        if line.a == line.b:
            problems.append(Problem(path, number, "b", "must be somebody else than a"))
        edges.append((line.a, line.b, line.fit))
    _raise(problems)
    return edges


def _lines(path: Path, shape: type[Line], problems: list[Problem]) -> Iterator[tuple[int, Line]]:
    try:
        # Not splitlines: a text may hold what Unicode calls the end of a line.
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read ({error}). Give a UTF-8 file with one JSON object a line.") from error
    for number, text in enumerate(lines, start=1):
        if not text.strip():
            continue
        try:
            yield number, shape.model_validate_json(text)
        except ValidationError as error:
            problems += (_problem(path, number, fault) for fault in error.errors(include_url=False))
        if len(problems) >= MOST_PROBLEMS:
            break


def _problem(path: Path, number: int, fault: Any) -> Problem:
    if fault["type"] == "extra_forbidden":
        return Problem(path, number, str(fault["loc"][-1]), "is no key of this format; see lantern pair --help")
    where = [part for part in fault["loc"] if isinstance(part, int) or part in _KEYS]
    key = ".".join(map(str, where)) or "line"
    message = str(fault["msg"]).removeprefix("Value error, ")
    return Problem(path, number, key, message[:1].lower() + message[1:])


def _raise(problems: list[Problem]) -> None:
    if problems:
        raise ContentError(problems)


def _candidate(line: ProfileLine) -> Candidate:
    asynchronous = line.hours == ASYNC
    outlook: Sequence[str | float] = [line.outlook] if isinstance(line.outlook, str) else line.outlook or []
    return Candidate(
        id=line.id,
        roles=frozenset(line.roles),
        slots=line.capacity if Role.MENTOR in line.roles else 0,
        setbacks=frozenset(line.setbacks),
        outlook=frozenset(_slider(index, each) for index, each in enumerate(outlook)),
        stage=line.stage,
        languages=frozenset(line.languages),
        utc_offset=line.utc_offset,
        hours=() if isinstance(line.hours, str) else tuple(line.hours),
        asynchronous=asynchronous,
        adult=line.adult,
        waited=line.waited_rounds,
        blocks=frozenset(line.blocks),
        past=frozenset(line.past),
    )


def _slider(index: int, value: str | float) -> str:
    """Return a word for where a slider stands, to the nearest quarter, so that near ones are the same."""
    return value if isinstance(value, str) else f"slider {index + 1} at {round(4 * value) / 4:g}"
