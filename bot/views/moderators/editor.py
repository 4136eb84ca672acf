"""The editor: its form, the preview of what is typed, and what can go wrong with it."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import discord
from discord import ui

from bot.core.moderation import DraftState, Form
from bot.faq.draft_text import revision_of_form, text_of
from bot.faq.forms import ANSWER_LENGTH, QUESTION_LENGTHS, TOPIC_LENGTHS
from bot.safety.text import cut, escape
from bot.views.answers import Card, Row, entry_parts
from bot.views.ids import desk
from bot.views.moderators.shown import (
    FIELD_NAMES,
    NOTHING,
    TEXT_LENGTH,
    Shown,
    Style,
    button,
    diff_parts,
    file_part,
    length_of,
    pager,
    text_file,
)
from bot.views.pages import pages_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from bot.core.errors import Fault
    from bot.core.models import Entry, EntryId
    from bot.core.moderation import Draft
    from bot.core.texts import Texts
    from bot.faq.differences import Difference
    from bot.faq.forms import Filled

FIELD_LENGTHS = {
    "question": QUESTION_LENGTHS[1],
    "answer": ANSWER_LENGTH,
    "phrasings": 4000,
    "topic": TOPIC_LENGTHS[1],
    "sources": 4000,
}
"""Characters a field of the form takes; Discord allows 4000."""
UPLOAD = "_file"
"""Ends the custom id of a field that takes a file instead."""
HINTS = {
    "question": "editor.hint_question",
    "answer": "editor.hint_answer",
    "phrasings": "editor.hint_phrasings",
    "topic": "editor.hint_topic",
    "sources": "editor.hint_sources",
}
FAULT_LENGTH, QUOTE_LENGTH = 400, 80
FINDINGS = 60
"""Characters kept free of a preview's text, so that it never fills a message to the last one."""


def entry_modal(texts: Texts, custom_id: str, form: Form, *, is_new: bool) -> ui.Modal:
    """Return the form, filled in. A text too long for its field becomes a place for a file; left empty, it stays."""
    modal = ui.Modal(title=texts("editor.title_new" if is_new else "editor.title_edit"), custom_id=custom_id)
    long = too_long(form)
    for name, text in asdict(form).items():
        label = texts(FIELD_NAMES[name])
        if name in long:
            upload: ui.FileUpload[Any] = ui.FileUpload(custom_id=name + UPLOAD, required=False)
            modal.add_item(ui.Label(text=label, description=texts("editor.hint_file"), component=upload))
            continue
        # Nothing is required: Discord would keep a form open for it, and whoever closes it loses what they typed.
        field: ui.TextInput[Any] = ui.TextInput(
            custom_id=name,
            style=discord.TextStyle.short if name in {"question", "topic"} else discord.TextStyle.paragraph,
            default=text or None,
            required=False,
            max_length=FIELD_LENGTHS[name],
        )
        modal.add_item(ui.Label(text=label, description=texts(HINTS[name]), component=field))
    modal.stop()
    return modal


def too_long(form: Form) -> list[str]:
    """Return the fields whose text does not fit into a field of a form."""
    return [name for name, text in asdict(form).items() if len(text) > FIELD_LENGTHS[name]]


def files_of(form: Form) -> tuple[discord.File, ...]:
    """Return the texts that are too long for a form, as files to download, change and upload again."""
    fields = asdict(form)
    return tuple(text_file(f"{name}.txt", fields[name]) for name in too_long(form))


def long_card(texts: Texts, form: Form, entry_id: EntryId) -> Shown:
    """Return what comes before a form that cannot hold everything: the texts as files, and the way to the form."""
    files = files_of(form)
    card = Card(
        ui.TextDisplay(texts("editor.long", question=escape(cut(form.question, QUOTE_LENGTH)))),
        *map(file_part, files),
        Row(button(texts("editor.open_form"), desk("form", entry_id), Style.primary)),
    )
    return Shown(card, files)


def faults_card(texts: Texts, draft: Draft, faults: Sequence[Fault]) -> Shown:
    """Return all that is wrong with a draft, and the way back into it."""
    head = texts("editor.faults")
    lines, room = [], TEXT_LENGTH - len(head) - FINDINGS
    for fault in faults:
        line = "- " + texts(fault.text_key, **{name: _quoted(value) for name, value in fault.values.items()})
        room -= len(line) + 1
        if room < 0:
            break
        lines.append(line)
    files = files_of(draft.form)
    card = Card(
        ui.TextDisplay("\n".join([head, *lines])),
        *map(file_part, files),
        Row(
            button(texts("editor.reopen"), desk("again", draft.id), Style.primary),
            button(texts("editor.discard"), desk("discard", draft.id), Style.danger),
        ),
    )
    return Shown(card, files)


def given_back(texts: Texts, reason: str, typed: dict[str, str], again: str) -> Shown:
    """Return what was typed and could not be kept, as a file from which the button `again` tries once more."""
    file = text_file("draft.md", text_of(typed))
    card = Card(
        ui.TextDisplay(reason + "\n\n" + texts("editor.given_back", file=file.filename)),
        file_part(file),
        Row(button(texts("editor.try_again"), again, Style.primary)),
    )
    return Shown(card, (file,))


def preview_card(
    texts: Texts,
    draft: Draft,
    made: Filled,
    today: date,
    *,
    page: int,
    findings: Sequence[str],
    nearest: Sequence[tuple[EntryId, str]],
    actions: Row,
) -> Shown:
    """Return a draft as members would see it, what else is known of it, and what can be done with it.

    `nearest`: entries that could take the question as another phrasing, with their own questions.
    """
    pages = len(pages_of(made.entry, texts))
    parts: list[ui.Item[Any]] = [ui.TextDisplay(texts("editor.preview"))]
    parts += entry_parts(made.entry, texts, today, page)
    parts += pager(texts, pages, page, [desk("look", draft.id, turned) for turned in (page - 1, page + 1)])
    if findings:
        room = TEXT_LENGTH - length_of(parts) - FINDINGS
        parts.append(ui.TextDisplay(_fitting(findings, room, texts)))
    if nearest:
        label = texts("editor.add_phrasing")
        rows = [button(f"{label}: {question}", desk("phrase", draft.id, entry)) for entry, question in nearest]
        parts.append(Row(*rows))
    files = files_of(draft.form)
    return Shown(Card(*parts, *map(file_part, files), actions), files)


def draft_actions(texts: Texts, draft: Draft, *, alone: bool) -> Row:
    """Return what its author can do with a draft that could be published; `alone`: without another pair of eyes."""
    verb, label = ("publish", "editor.publish") if alone else ("handin", "editor.hand_in")
    buttons = [
        button(texts("editor.edit_again"), desk("again", draft.id)),
        button(texts("editor.discard"), desk("discard", draft.id), Style.danger),
    ]
    if alone or draft.state is not DraftState.SUBMITTED:
        first = desk(verb, draft.id, revision_of_form(draft.form))
        buttons.insert(0, button(texts(label), first, Style.success))
    return Row(*buttons)


def discarded_card(texts: Texts, draft: Draft) -> Card:
    """Return that a draft is no longer offered, and the way to have it back."""
    return Card(
        ui.TextDisplay(texts("editor.discarded")), Row(button(texts("editor.revive"), desk("revive", draft.id)))
    )


def conflict_card(
    texts: Texts, draft: Draft, changes: Sequence[Difference], present: str, *, is_removed: bool, mine: bool
) -> Shown:
    """Return what somebody else changed meanwhile against the draft, and what to do; `present`: their revision."""
    head = texts("error.conflict") + "\n\n" + texts("editor.conflict_removed" if is_removed else "editor.conflict_diff")
    diff, files = diff_parts(changes, texts, TEXT_LENGTH - len(head) - FINDINGS)
    buttons = [
        button(texts("editor.over"), desk("over", draft.id, present or NOTHING), Style.primary),
        button(texts("editor.reopen"), desk("again", draft.id)),
        button(texts("editor.discard"), desk("discard", draft.id), Style.danger),
    ]
    return Shown(Card(ui.TextDisplay(head), *diff, *([Row(*buttons)] if mine else [])), files)


def remove_card(texts: Texts, entry: Entry, revision: str, today: date, *, page: int, note: str = "") -> Card:
    """Return the entry that would be removed, and ask once more; `note`: why it is asked again."""
    parts: list[ui.Item[Any]] = [ui.TextDisplay(note + texts("editor.remove_sure"))]
    parts += entry_parts(entry, texts, today, page)
    parts += pager(
        texts,
        len(pages_of(entry, texts)),
        page,
        [desk("removing", entry.id, turned) for turned in (page - 1, page + 1)],
    )
    actions = Row(
        button(texts("editor.remove"), desk("remove", entry.id, revision), Style.danger),
        button(texts("editor.leave"), desk("leave")),
    )
    return Card(*parts, actions)


def done_card(texts: Texts, text: str, change: int, *, link: str | None = None) -> Card:
    """Return that a change is saved, where it is told, and the way back."""
    buttons: list[ui.Button[Any]] = [button(texts("editor.undo"), desk("undo", change))]
    if link:
        buttons.append(ui.Button(label=texts("history.what_changed"), url=link))
    else:
        buttons.append(button(texts("history.what_changed"), desk("changed", change)))
    return Card(ui.TextDisplay(text), Row(*buttons))


def _quoted(value: object) -> object:
    return escape(cut(value, FAULT_LENGTH)) if isinstance(value, str) else value


def _fitting(lines: Sequence[str], room: int, texts: Texts) -> str:
    """Return as many lines as fit, and how many did not."""
    shown: list[str] = []
    for line in lines:
        if len("\n".join([*shown, line])) > room - FINDINGS:
            shown.append(texts("editor.more", number=len(lines) - len(shown)))
            break
        shown.append(line)
    return "\n".join(shown)
