"""Reads data/helplines.yaml and checks all of it before any of it is shown to somebody in need."""

from __future__ import annotations

from datetime import date  # noqa: TC003 - pydantic reads it
from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, TypeAdapter, model_validator

from bot.content.pack_shape import Label, Link, validated
from bot.content.yaml_source import YamlSource, read_yaml
from bot.core.countries import COUNTRIES
from bot.core.errors import ContentError
from bot.core.helplines import Country, Helpline, Helplines

if TYPE_CHECKING:
    from pathlib import Path

MOST_LINES = 2
"""Of a country: long lists overwhelm (safety.md 4, Koko), and a pair is shown whole or not at all."""


def _trimmed(value: object) -> object:
    return value.strip() if isinstance(value, str) else value


Number = Annotated[str, StringConstraints(pattern=r"^[*#]?\d[\d ]{0,18}\d$"), BeforeValidator(_trimmed)]
"""As one dials it inside the country. In quotes, or YAML takes 024 and 116123 for numbers of its own."""
Hours = Annotated[str, StringConstraints(pattern=r"^(24/7|\d\d:\d\d–\d\d:\d\d)$")]
"""In figures, so that they need no translation."""
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Line(_Model):
    name: Label
    source: Link
    call: Number | None = None
    text: Number | None = None
    chat: Link | None = None
    hours: Hours | None = None
    languages: Annotated[list[Language], Field(min_length=1, max_length=12)]

    @model_validator(mode="after")
    def _can_be_reached(self) -> _Line:
        if not any((self.call, self.text, self.chat)):
            raise ValueError("cannot be reached; give call, text or chat")
        return self


class _Country(_Model):
    emergency: Number
    checked_on: date
    seen: Annotated[bool, Field(strict=True)]
    lines: Annotated[list[_Line], Field(max_length=MOST_LINES)]


class _File(_Model):
    checked_on: date
    countries: Annotated[dict[str, _Country], Field(min_length=1)]


def load_helplines(data: Path) -> Helplines:
    """Return the helplines of data/helplines.yaml.

    Raises ContentError with every problem: its file, line, key and mend.
    """
    source = read_yaml(data / "helplines.yaml")
    file = validated(source, TypeAdapter(_File))
    _check_codes(source)
    if file is None or source.problems:
        raise ContentError(source.problems)
    countries = {code: _country(code, row) for code, row in file.countries.items()}
    return Helplines(file.checked_on, countries)


def _check_codes(source: YamlSource) -> None:
    """Check the countries' letters as they are written, so that they are told together with all other faults."""
    written = source.value.get("countries") if isinstance(source.value, dict) else None
    for code in written if isinstance(written, dict) else ():
        if code not in COUNTRIES:
            message = "is no country's two letters (ISO 3166), in capitals; Norway's need quotes"
            source.add_problem(("countries", code), f"countries.{code}", message)


def _country(code: str, row: _Country) -> Country:
    lines = tuple(
        Helpline(
            name=line.name,
            source=line.source,
            call=line.call or "",
            text=line.text or "",
            chat=line.chat or "",
            hours=line.hours or "",
            languages=tuple(line.languages),
        )
        for line in row.lines
    )
    return Country(code, row.emergency, lines, row.checked_on, is_seen=row.seen)
