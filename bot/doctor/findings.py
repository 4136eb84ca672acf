"""A finding: one thing that was looked at, how it is, and what to do where that is not fine."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from bot.core.errors import ContentError, LanternError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Tell = Callable[[str, int, int], None]
    """What is being done, how far, of how much; 0 where that is not known."""


class Level(StrEnum):
    """How it is."""

    OK = "ok"
    WARNING = "warning"
    """Lantern runs; it is worth knowing."""
    WRONG = "wrong"
    NOT_ASKED = "not asked"
    """Nobody looked, so nothing is known."""


class Area(StrEnum):
    """What it is about, in the order it is shown."""

    SETTINGS = "settings"
    ANSWERS = "answers"
    STORED = "stored"
    MACHINE = "machine"
    DISCORD = "discord"
    SERVERS = "servers"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. `text`: how it is; `mend`: what to do, empty where nothing is to be done."""

    area: Area
    subject: str
    level: Level
    text: str
    mend: str = ""

    def as_row(self) -> dict[str, Any]:
        """Return it for `--json`."""
        return asdict(self)


def looked_at(area: Area, subject: str, look: Callable[[], Iterator[Finding]]) -> Iterator[Finding]:
    """Yield what `look` finds; a LanternError is a finding, too, so that one failure hides nothing else."""
    try:
        yield from look()
    except LanternError as error:
        yield failure(area, subject, error)


def failure(area: Area, subject: str, error: LanternError, level: Level = Level.WRONG) -> Finding:
    """Return an error as a finding. Its message is what is wrong, then what to do."""
    if isinstance(error, ContentError):
        return Finding(area, subject, level, str(error), "Correct each at the place it names.")
    text, stop, mend = str(error).partition(". ")
    return Finding(area, subject, level, f"{text}{stop.strip()}", mend)
