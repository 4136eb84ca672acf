"""Where people answer, day and night: helplines by country, as data/helplines.yaml has them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

FRESH_DAYS = 180
"""After so many days helplines should be looked up again (safety.md 7.42)."""


@dataclass(frozen=True, slots=True)
class Helpline:
    """People to talk to. At least one way: `call` and `text` are numbers as one dials them, `chat` an https link."""

    name: str
    source: str
    """The organisation's own page, an https link."""
    call: str = ""
    text: str = ""
    chat: str = ""
    hours: str = ""
    languages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Country:
    """A country's emergency number and one or two helplines, none where no line is known."""

    code: str
    emergency: str
    lines: tuple[Helpline, ...]
    checked_on: date
    is_seen: bool
    """Whether the numbers were seen on a page, and not only known."""


@dataclass(frozen=True, slots=True)
class Helplines:
    """Every country that is known, by its two letters."""

    checked_on: date
    countries: Mapping[str, Country]

    def is_stale(self, today: date) -> bool:
        """Tell whether it is time to look all of it up again."""
        return (today - self.checked_on).days > FRESH_DAYS
