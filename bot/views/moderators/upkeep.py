"""Findings of upkeep as cards. What a button does is in cogs/moderators/upkeep.py."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import discord
from discord import ui

from bot.core.upkeep import FindingKind
from bot.faq.differences import differences, fields_of_entry
from bot.safety.text import cut, escape
from bot.views.answers import ACCENT, Card, Row
from bot.views.ids import desk
from bot.views.moderators.shown import Shown, Style, button, diff_parts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.core.links import KnownLink
    from bot.core.models import Entry
    from bot.core.moderation import ChangeId
    from bot.core.texts import Texts
    from bot.faq.library import Shelf
    from bot.faq.upkeep import Finding

EVERY_KIND = "all"
"""Stands in a custom id for findings of every kind."""
NAMES = {
    FindingKind.DEAD_LINK: "up.dead_link",
    FindingKind.PACK_CHANGED: "up.pack_changed",
    FindingKind.OVERDUE: "up.overdue",
    FindingKind.CONTRADICTION: "up.contradiction",
    FindingKind.DUPLICATE: "up.duplicate",
    FindingKind.LOW_RATED: "up.low_rated",
    FindingKind.MOVED_LINK: "up.moved_link",
    FindingKind.UNUSED: "up.unused",
}
EXCERPT_LENGTH, DIFF_LENGTH, LINK_LENGTH = 1100, 2500, 300
"""Characters of an answer, of a diff, of a link: two answers with all that is said of them stay below 4,000."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the list somebody is.

    `kind`: the only one they look at, or None; `counts`: of all findings; `number`: of this one, from 1, of `total`;
    `following`: the key of the next.
    """

    kind: FindingKind | None
    counts: Mapping[FindingKind, int]
    number: int
    total: int
    following: str


def finding_card(
    finding: Finding,
    place: Place,
    shelf: Shelf,
    pack: Mapping[Any, Entry],
    texts: Texts,
    *,
    note: str = "",
    undo: ChangeId | None = None,
) -> Shown:
    """Return a finding, why it is one, and what can be done; `note`, `undo`: what was just done, and its change."""
    head = texts("up.title", what=texts(NAMES[finding.kind]), number=place.number, total=place.total)
    entry = shelf.entry(finding.entry_id)
    parts: list[ui.Item[Any]] = [ui.TextDisplay(f"{head}\n{_why(finding, entry, pack, texts)}")]
    files: tuple[discord.File, ...] = ()
    if finding.kind is FindingKind.PACK_CHANGED:
        shipped = pack.get(entry.id)
        changes = differences(fields_of_entry(entry, shelf.topics), fields_of_entry(shipped, shelf.topics))
        diff, files = diff_parts(changes, texts, DIFF_LENGTH)
        parts += [ui.TextDisplay(f"**{escape(entry.question)}**"), *diff]
    else:
        parts.append(ui.TextDisplay(_excerpt(entry)))
        if finding.other is not None:
            parts += [ui.Separator(), ui.TextDisplay(_excerpt(shelf.entry(finding.other)))]
    container: ui.Item[Any] = ui.Container(*parts, accent_colour=ACCENT)
    return Shown(
        Card(*_done(note, undo, texts), container, _buttons(finding, place, texts), _filter(place, texts)), files
    )


def none_card(texts: Texts, note: str = "", undo: ChangeId | None = None) -> Shown:
    """Return that nothing needs attention."""
    return Shown(Card(*_done(note, undo, texts), ui.TextDisplay(texts("up.none"))))


def merge_card(finding: Finding, kind: str, shelf: Shelf, texts: Texts) -> Shown:
    """Return both entries of a pair, and ask which one stays."""
    one, other = shelf.entry(finding.entry_id), shelf.entry(finding.other or finding.entry_id)
    parts = [texts("up.which_stays"), _excerpt(one), _excerpt(other)]
    actions = Row(
        button(texts("up.keep_first"), desk("up_keep", kind, finding.key, one.id), Style.primary),
        button(texts("up.keep_second"), desk("up_keep", kind, finding.key, other.id), Style.primary),
        button(texts("up.back"), desk("up_show", kind, finding.key)),
    )
    return Shown(Card(ui.Container(*map(ui.TextDisplay[Any], parts), accent_colour=ACCENT), actions))


def retire_card(finding: Finding, kind: str, shelf: Shelf, texts: Texts) -> Shown:
    """Return the entry that would be taken out, and ask once more."""
    parts = [texts("up.retire_sure"), _excerpt(shelf.entry(finding.entry_id))]
    actions = Row(
        button(texts("up.retire"), desk("up_gone", kind, finding.key), Style.danger),
        button(texts("up.back"), desk("up_show", kind, finding.key)),
    )
    return Shown(Card(ui.Container(*map(ui.TextDisplay[Any], parts), accent_colour=ACCENT), actions))


def counted(kind: FindingKind, count: int, texts: Texts) -> str:
    """Return how many findings of a kind there are."""
    return texts("up.count", what=texts(NAMES[kind]), count=count)


def _done(note: str, undo: ChangeId | None, texts: Texts) -> list[ui.Item[Any]]:
    parts: list[ui.Item[Any]] = [ui.TextDisplay(note)] if note else []
    if undo is not None:
        parts.append(Row(button(texts("editor.undo"), desk("undo", undo))))
    return parts


def _why(finding: Finding, entry: Entry, pack: Mapping[Any, Entry], texts: Texts) -> str:
    match finding.kind:
        case FindingKind.DEAD_LINK | FindingKind.MOVED_LINK if finding.link:
            why = _why_link(finding.link, texts)
        case FindingKind.PACK_CHANGED:
            why = texts("up.why_pack_changed" if entry.id in pack else "up.why_pack_gone")
        case FindingKind.OVERDUE:
            why = texts("up.why_overdue", date=finding.day, reviewed=entry.reviewed_on)
        case FindingKind.CONTRADICTION:
            why = texts("up.why_contradiction")
        case FindingKind.DUPLICATE:
            why = texts("up.why_duplicate")
        case FindingKind.LOW_RATED if finding.rate:
            why = texts("up.why_low_rated", helped=finding.rate.helped, votes=finding.rate.votes)
        case _:
            why = texts("up.why_unused", date=finding.day) if finding.day else texts("up.why_never_used")
    return why


def _why_link(known: KnownLink, texts: Texts) -> str:
    report = known.report
    link = cut(report.link, LINK_LENGTH)
    if report.moved_to is not None:
        return texts("up.why_moved", link=link, new=cut(report.moved_to, LINK_LENGTH))
    return texts("up.why_dead", link=link, date=known.gone_since, detail=escape(report.detail))


def _excerpt(entry: Entry) -> str:
    return f"**{escape(entry.question)}**\n{cut(entry.answer, EXCERPT_LENGTH)}"


def _buttons(finding: Finding, place: Place, texts: Texts) -> Row:
    """Return what can be done with a finding: five buttons at most."""
    where = (place.kind or EVERY_KIND, finding.key)
    edit = button(texts("up.edit"), desk("form", finding.entry_id))
    retire = button(texts("up.retire"), desk("up_retire", *where), Style.danger)
    fine = button(texts("up.fine"), desk("up_fine", *where))
    match finding.kind:
        case FindingKind.OVERDUE:
            verify = button(texts("up.verify"), desk("up_verify", *where), Style.success)
            buttons = [verify, edit, retire]
        case FindingKind.PACK_CHANGED:
            take = button(texts("up.take"), desk("up_follow", *where, "pack"), Style.primary)
            keep = button(texts("up.keep"), desk("up_follow", *where, "own"))
            buttons = [take, keep, edit]
        case FindingKind.CONTRADICTION | FindingKind.DUPLICATE:
            merge = button(texts("up.merge"), desk("up_merge", *where), Style.primary)
            first = button(texts("up.edit_first"), desk("form", finding.entry_id))
            second = button(texts("up.edit_second"), desk("form", finding.other or finding.entry_id))
            not_alike = button(texts("up.not_alike"), desk("up_fine", *where))
            buttons = [merge, first, second, not_alike]
        case _:
            buttons = [edit, retire, fine]
    if place.total > 1:
        buttons.append(button(texts("up.skip"), desk("up_show", where[0], place.following)))
    return Row(*buttons)


def _filter(place: Place, texts: Texts) -> Row:
    options = [
        discord.SelectOption(
            label=texts("up.count", what=texts("up.every_kind"), count=sum(place.counts.values())),
            value=EVERY_KIND,
            default=place.kind is None,
        )
    ]
    options += [
        discord.SelectOption(label=counted(kind, count, texts), value=kind, default=place.kind is kind)
        for kind, count in place.counts.items()
    ]
    select: ui.Select[Any] = ui.Select(placeholder=texts("up.filter"), options=options, custom_id=desk("up_filter"))
    return Row(select)
