"""Drafts that wait for another pair of eyes, and the list of drafts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord
from discord import ui

from bot.core.moderation import DraftState
from bot.faq.draft_text import revision_of_form
from bot.safety.text import clean, cut, escape
from bot.views.answers import Card, Row, entry_parts
from bot.views.ids import desk
from bot.views.moderators.shown import Style, button, paged, pager

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from bot.core.models import Entry
    from bot.core.moderation import Draft
    from bot.core.texts import Texts

DRAFTS = 5
"""Drafts on a page."""
TITLE_LENGTH, NOTE_LENGTH, REASON_LENGTH = 100, 300, 1000


def review_actions(texts: Texts, draft: Draft) -> Row:
    """Return what somebody who may publish can do with a draft that was handed in."""
    return Row(
        button(texts("editor.approve"), desk("approve", draft.id, revision_of_form(draft.form)), Style.success),
        button(texts("editor.send_back"), desk("sendback", draft.id)),
    )


def handed_in_card(texts: Texts, draft: Draft, entry: Entry, today: date) -> Card:
    """Return a draft that waits for approval, for the moderators' channel; its first page, the rest by a click."""
    key = "editor.handed_in_edit" if draft.entry_id else "editor.handed_in_new"
    look = Row(button(texts("editor.look"), desk("look", draft.id, 0)))
    return Card(
        ui.TextDisplay(texts(key, user=draft.by)), *entry_parts(entry, texts, today), review_actions(texts, draft), look
    )


def dealt_with_card(texts: Texts, key: str, user: int, question: str, reason: str = "") -> Card:
    """Return what became of a draft that was handed in."""
    text = texts(key, user=user, question=escape(cut(clean(question), TITLE_LENGTH)))
    return Card(ui.TextDisplay(text + (f"\n> {_line(reason, NOTE_LENGTH)}" if reason else "")))


def reason_modal(texts: Texts, draft: Draft) -> ui.Modal:
    """Return what asks why a draft is sent back."""
    modal = ui.Modal(title=texts("editor.send_back"), custom_id=desk("sentback", draft.id))
    reason: ui.TextInput[Any] = ui.TextInput(
        custom_id="reason", style=discord.TextStyle.paragraph, required=False, max_length=REASON_LENGTH
    )
    modal.add_item(ui.Label(text=texts("editor.reason"), description=texts("editor.reason_hint"), component=reason))
    modal.stop()
    return modal


def drafts_card(texts: Texts, drafts: Sequence[Draft], user: int, page: int) -> Card:
    """Return a page of drafts, newest first: one's own to go on with, those of others to look at."""
    if not drafts:
        return Card(ui.TextDisplay(texts("editor.no_drafts")))
    parts: list[ui.Item[Any]] = [ui.TextDisplay(texts("editor.drafts", number=len(drafts)))]
    shown, number, pages = paged(drafts, page, DRAFTS)
    for draft in shown:
        parts.append(ui.TextDisplay(_draft_line(texts, draft)))
        buttons = [button(texts("editor.look"), desk("look", draft.id, 0), Style.primary)]
        if draft.by == user:
            buttons.append(button(texts("editor.reopen"), desk("again", draft.id)))
            buttons.append(button(texts("editor.discard"), desk("discard", draft.id), Style.danger))
        parts.append(Row(*buttons))
    ids = [desk("drafts", turned) for turned in (number - 1, number + 1)]
    return Card(*parts, *pager(texts, pages, number, ids))


def _draft_line(texts: Texts, draft: Draft) -> str:
    title = _line(draft.form.question or draft.form.answer, TITLE_LENGTH) or texts("editor.untitled")
    key = "editor.draft_submitted" if draft.state is DraftState.SUBMITTED else "editor.draft_open"
    line = texts(key, title=title, user=draft.by, at=int(draft.at.timestamp()))
    if draft.note and draft.state is DraftState.OPEN:
        line += "\n" + texts("editor.draft_note", note=_line(draft.note, NOTE_LENGTH))
    return line


def _line(text: str, length: int) -> str:
    return escape(cut(clean(text), length))
