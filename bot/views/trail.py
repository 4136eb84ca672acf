"""What a card carries from click to click, written as one argument of its custom ids."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.core.errors import OldButtonError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.core.models import EntryId

REMEMBERED = 2
"""Misses a trail remembers, so that the longest custom id, `ask:page:<60>:<26>:<3>`, has 100 characters."""

_TRAIL = re.compile(f"[0-9a-f]{{1,16}}(-[0-9a-f]{{4}}){{0,{REMEMBERED}}}")


@dataclass(frozen=True, slots=True)
class Trail:
    """Which message a card is about, and which answers were not what was meant.

    At most 26 characters as text: 16 for the message, 5 for each of two misses; the third ends the search.
    """

    target: int = 0
    """The message a context menu was opened on; 0 for none."""
    missed: tuple[str, ...] = ()
    """Four hexadecimal digits per entry; where two entries share them, one choice too many is hidden."""

    def __str__(self) -> str:
        return "-".join((f"{self.target:x}", *self.missed))

    @classmethod
    def parse(cls, text: str) -> Trail:
        """Read what `str` wrote. Raises OldButtonError for anything else."""
        if not _TRAIL.fullmatch(text):
            raise OldButtonError("An argument of a custom id is no trail.")
        target, *missed = text.split("-")
        return cls(int(target, 16), tuple(missed))

    def after_missing(self, entry_id: EntryId) -> Trail:
        """Return the trail once an entry was not what was meant."""
        return replace(self, missed=(*self.missed, _code(entry_id))[-REMEMBERED:])

    def missed_among(self, entry_ids: Iterable[EntryId]) -> frozenset[EntryId]:
        """Return those of `entry_ids` that were not what was meant."""
        return frozenset(entry_id for entry_id in entry_ids if _code(entry_id) in self.missed)


def _code(entry_id: EntryId) -> str:
    return f"{zlib.crc32(entry_id.encode()) & 0xFFFF:04x}"
