"""What an entry was before, and what somebody did to the FAQ."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from discord import ui

from bot.core.moderation import ChangeKind
from bot.safety.text import cut, escape
from bot.views.answers import Card, Row, entry_parts
from bot.views.ids import desk
from bot.views.moderators.shown import (
    NOTHING,
    TEXT_LENGTH,
    Shown,
    Style,
    button,
    diff_block,
    diff_lines,
    diff_parts,
    file_part,
    pager,
    text_file,
)
from bot.views.pages import pages_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    import discord

    from bot.core.models import Entry
    from bot.core.moderation import Change, ChangeId, Version
    from bot.core.texts import Texts
    from bot.faq.differences import Changed

VERSIONS = 3
"""Versions on a page of the history."""
DIFF_LENGTH = 900
ENTRIES = 10
"""Entries of one change that are shown; an import has hundreds."""
QUOTE_LENGTH, TITLE_LENGTH, NOTE_LENGTH = 120, 150, 200

KINDS = {
    ChangeKind.SHIPPED: "history.shipped",
    ChangeKind.ADDED: "history.added",
    ChangeKind.EDITED: "history.edited",
    ChangeKind.REMOVED: "history.removed",
    ChangeKind.RESTORED: "history.restored",
    ChangeKind.UNDONE: "history.undone",
    ChangeKind.IMPORTED: "history.imported",
    ChangeKind.MERGED: "history.merged",
    ChangeKind.PHRASING: "history.phrasing",
    ChangeKind.VERIFIED: "history.verified",
    ChangeKind.FOLLOWED: "history.followed",
}


def history_card(
    texts: Texts, entry_id: str, question: str, changes: Sequence[Changed], *, page: int, pages: int
) -> Card:
    """Return a page of an entry's versions, newest first, each with what it changed and the way back to it.

    `changes`: those of this page, at most VERSIONS; `question`: the entry's newest.
    """
    parts: list[ui.Item[Any]] = [ui.TextDisplay(texts("history.title", question=_quoted(question, TITLE_LENGTH)))]
    for place, change in enumerate(changes):
        version = change.version
        parts.append(ui.TextDisplay(_head(texts, version)))
        if change.before is not None and change.differences and version.entry is not None:
            parts.append(ui.TextDisplay(diff_block(diff_lines(change.differences, texts), texts, DIFF_LENGTH)))
        whole = button(texts("history.what_changed"), desk("version", version.id))
        is_present = page == 0 and place == 0
        restore = button(texts("history.restore"), desk("restoring", version.id, 0), disabled=is_present)
        parts.append(Row(whole, restore))
    ids = [desk("history", entry_id, turned) for turned in (page - 1, page + 1)]
    return Card(*parts, *pager(texts, pages, page, ids))


def change_card(texts: Texts, changes: Sequence[Changed]) -> Shown:
    """Return all that one change did, as much as fits; whatever does not, as a file."""
    first = changes[0].version
    head = _head(texts, first)
    if len(changes) == 1:
        title = "**" + _quoted(changes[0].question, TITLE_LENGTH) + "**"
        if not changes[0].differences:
            return Shown(Card(ui.TextDisplay(f"{head}\n{title}\n{texts('history.no_difference')}")))
        diff, files = diff_parts(changes[0].differences, texts, TEXT_LENGTH - len(head) - len(title) - 10)
        return Shown(Card(ui.TextDisplay(f"{head}\n{title}"), *diff), files)
    names = [f"- {_quoted(change.question, QUOTE_LENGTH)}" for change in changes[:ENTRIES]]
    if len(changes) > ENTRIES:
        names.append(texts("editor.more", number=len(changes) - ENTRIES))
    lines = [line for change in changes for line in (f"# {change.question}", *diff_lines(change.differences, texts))]
    file: discord.File = text_file("changes.txt", "\n".join(lines))
    return Shown(Card(ui.TextDisplay("\n".join([head, *names])), file_part(file)), (file,))


def audit_card(
    texts: Texts, change_id: ChangeId, change: Change, states: Sequence[tuple[Version, Version | None]]
) -> Card:
    """Return the line that tells a change in the moderators' channel."""
    version, before = states[0]
    entry = version.entry or (before.entry if before else None)
    question = _quoted(entry.question if entry else version.entry_id, QUOTE_LENGTH)
    text = texts("history.line", who=_who(texts, version), kind=texts(KINDS[change.kind]), question=question)
    if len(states) > 1:
        text += " " + texts("history.line_more", number=len(states) - 1)
    if writer := _writer(version):
        text += " " + texts("history.writer", user=writer)
    buttons = [button(texts("history.what_changed"), desk("changed", change_id))]
    if len(states) > 1:
        buttons.append(button(texts("history.undo_change"), desk("undo", change_id), Style.danger))
    return Card(ui.TextDisplay(text), Row(*buttons))


def restore_card(
    texts: Texts, version: Version, expected: str, today: date, taken: Sequence[Entry], *, page: int
) -> Card:
    """Return the state an entry would be given back, and ask once more.

    `expected`: the revision of what is there now; `taken`: other entries that hold one of its wordings by now.
    """
    sure = texts("history.restore_sure", at=int(version.at.timestamp()))
    if version.entry is None:
        sure = texts("history.restore_removed", at=int(version.at.timestamp()))
    lines = [sure, *(texts("history.taken", question=_quoted(entry.question, QUOTE_LENGTH)) for entry in taken[:3])]
    parts: list[ui.Item[Any]] = [ui.TextDisplay("\n".join(lines))]
    if version.entry is not None:
        parts += entry_parts(version.entry, texts, today, page)
        ids = [desk("restoring", version.id, turned) for turned in (page - 1, page + 1)]
        parts += pager(texts, len(pages_of(version.entry, texts)), page, ids)
    actions = Row(
        button(
            texts("history.restore"),
            desk("restore", version.id, expected or NOTHING),
            Style.primary,
            disabled=bool(taken),
        ),
        button(texts("editor.leave"), desk("leave")),
    )
    return Card(*parts, actions)


def _head(texts: Texts, version: Version) -> str:
    kind, at = texts(KINDS[version.kind]), int(version.at.timestamp())
    head = texts("history.version", kind=kind, who=_who(texts, version), at=at)
    if writer := _writer(version):
        head += " " + texts("history.writer", user=writer)
    elif version.kind is ChangeKind.PHRASING and version.note:
        head += f"\n> {_quoted(version.note, NOTE_LENGTH)}"
    return head


def _writer(version: Version) -> str:
    """Return who wrote what somebody else approved; empty where it was one person."""
    is_written = version.kind in {ChangeKind.ADDED, ChangeKind.EDITED}
    return version.note if is_written and version.note.isdecimal() else ""


def _who(texts: Texts, version: Version) -> str:
    if version.by is not None:
        return f"<@{version.by}>" if version.by else texts("personal.somebody")
    return texts("history.nobody" if version.kind is ChangeKind.SHIPPED else "history.terminal")


def _quoted(text: str, length: int) -> str:
    return escape(cut(text, length))
