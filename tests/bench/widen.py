"""Larger FAQs made from the shipped pack, for measuring: the same entries asked about other fields."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.core.models import EntryId, Phrasing

if TYPE_CHECKING:
    from bot.core.models import Entry, Pack

FIELDS = (
    "astronomy", "botany", "chemistry", "dentistry", "economics", "forestry", "geology", "history", "immunology", "law",
    "linguistics", "mathematics", "medicine", "music", "nursing", "oceanography", "philosophy", "physics", "robotics",
    "sociology", "theology", "zoology",
)  # fmt: skip


def widen(pack: Pack, size: int) -> Pack:
    """Return a pack of `size` entries: the shipped ones, then the same in one field after the other."""
    entries = [
        _in_field(pack.entries[number % len(pack.entries)], number // len(pack.entries)) for number in range(size)
    ]
    return replace(pack, entries=tuple(entries))


def _in_field(entry: Entry, round_number: int) -> Entry:
    if round_number == 0:
        return replace(entry, related=())
    field = FIELDS[round_number - 1]
    return replace(
        entry,
        id=EntryId(f"{entry.id[:40]}-{field}"),
        question=f"{entry.question.rstrip('?')} in {field}?",
        phrasings=tuple(Phrasing(f"{phrasing.text} ({field})", phrasing.kind) for phrasing in entry.phrasings),
        related=(),
    )
