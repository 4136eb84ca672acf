"""What is known of an entry before it is saved: what it resembles, and which questions it would change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.models import Kind
from bot.faq.decision import decide
from bot.safety.text import cut, escape

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bot.core.models import Decision, Entry, EntryId, Evidence, Nearness
    from bot.core.texts import Texts

LIKE = 0.75
"""Cosine of the nearest wordings from which another entry is named. Of the shipped pack's entries, which all ask
different things, one in twenty is that near to another (bundled model; median .69)."""
OFFERS = 2
SHIFTS = 8
QUOTE_LENGTH = 60

Impact = tuple[str, "Evidence", "Evidence"]


def near_lines(near: Sequence[Nearness], entries: Mapping[EntryId, Entry], texts: Texts, *, is_new: bool) -> list[str]:
    """Return a line for each entry that is like the new one; a new one could be a phrasing of it instead."""
    key = "editor.near_new" if is_new else "editor.near"
    return [
        texts(
            key,
            percent=round(100 * each.cosine),
            question=_quoted(entries[each.entry_id].question),
            phrasing=_quoted(each.phrasing),
        )
        for each in worth_naming(near, entries)
    ]


def worth_naming(near: Iterable[Nearness], entries: Mapping[EntryId, Entry]) -> list[Nearness]:
    """Return the nearest entries that are near enough to be named, at most OFFERS."""
    return [each for each in near if each.cosine >= LIKE and each.entry_id in entries][:OFFERS]


def impact_lines(impact: Iterable[Impact], entries: Mapping[EntryId, Entry], texts: Texts) -> list[str]:
    """Return which recorded questions would be answered differently, and how; the first SHIFTS of them.

    `entries`: those of before and of after.
    """
    shifts = []
    for question, before, after in impact:
        was, would_be = decide(before), decide(after)
        if _fate(was) != _fate(would_be):
            shifts.append((question, _words(was, entries, texts), _words(would_be, entries, texts)))
    if not shifts:
        return [texts("editor.no_impact")]
    lines = [texts("editor.impact", number=len(shifts))]
    lines += [
        texts("editor.impact_line", question=_quoted(question), before=was, after=would_be)
        for question, was, would_be in shifts[:SHIFTS]
    ]
    if len(shifts) > SHIFTS:
        lines.append(texts("editor.more", number=len(shifts) - SHIFTS))
    return lines


def _fate(decision: Decision) -> tuple[Kind, EntryId | None]:
    return decision.kind, decision.entry


def _words(decision: Decision, entries: Mapping[EntryId, Entry], texts: Texts) -> str:
    if decision.entry is not None:
        return texts("editor.fate_answer", question=_quoted(entries[decision.entry].question))
    return texts("editor.fate_choices" if decision.kind is Kind.CHOICES else "editor.fate_unknown")


def _quoted(text: str) -> str:
    return escape(cut(text, QUOTE_LENGTH))
