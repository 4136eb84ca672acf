"""What members suggest for the FAQ: their forms, and the cards and forms of those who decide.

What a button or a form does is in cogs/suggest.py and cogs/moderators/suggestions.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord
from discord import ui

from bot.faq.forms import QUESTION_LENGTHS
from bot.safety.text import escape, quoted
from bot.views.answers import ACCENT, Card, Row
from bot.views.ids import action, desk
from bot.views.moderators.shown import Style, button, next_button

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.core.models import EntryId
    from bot.core.moderation import Draft
    from bot.core.texts import Texts

ANSWER_LENGTH, WHY_LENGTH, REASON_LENGTH = 2000, 1000, 1000
SHOWN_LENGTH = 1500
"""Characters of one field on a card; the whole is in the editor."""
RETURNED_LENGTH = 3800
"""Characters of all fields together where they are given back; a message holds 4000."""
QUESTION, ANSWER, WHY, WHAT, REASON = "question", "answer", "why", "what", "reason"
"""The fields of the forms."""


def suggest_form(texts: Texts) -> ui.Modal:
    """Return the form for a new entry."""
    question = ui.TextInput[Any](custom_id=QUESTION, min_length=QUESTION_LENGTHS[0], max_length=QUESTION_LENGTHS[1])
    return _form(
        texts("suggest.title"),
        action("suggest"),
        ui.Label(text=texts("suggest.question"), description=texts("suggest.question_hint"), component=question),
        _paragraph(texts("suggest.answer"), texts("suggest.answer_hint"), ANSWER, ANSWER_LENGTH, required=False),
        _paragraph(texts("suggest.why"), None, WHY, WHY_LENGTH, required=False),
    )


def improve_form(entry_id: EntryId, texts: Texts) -> ui.Modal:
    """Return the form for what is wrong with an entry."""
    what = _paragraph(texts("suggest.what"), texts("suggest.what_hint"), WHAT, ANSWER_LENGTH, required=True)
    return _form(texts("suggest.improve_title"), action("improve", entry_id), what)


def decline_form(suggestion: Draft, texts: Texts) -> ui.Modal:
    """Return the form for why a suggestion is turned down."""
    hint = texts("suggest.decline_hint")
    reason = _paragraph(texts("suggest.decline_reason"), hint, REASON, REASON_LENGTH, required=False)
    return _form(texts("suggest.decline_title"), desk("sugg_declined", suggestion.id), reason)


def suggestion_card(suggestion: Draft, texts: Texts, waiting: int, following: Draft | None) -> Card:
    """Return a suggestion to decide on; `waiting`: how many there are, `following`: the one to look at next."""
    who, question = f"<@{suggestion.by}>", escape(suggestion.form.question)
    if suggestion.entry_id is None:
        parts = [texts("suggest.new", who=who), texts("suggest.asked", question=question)]
        if suggestion.form.answer:
            parts.append(texts("suggest.says", answer=_shown(suggestion.form.answer)))
        if suggestion.note:
            parts.append(texts("suggest.because", why=_shown(suggestion.note)))
    else:
        parts = [texts("suggest.improvement", who=who, entry=question)]
        parts.append(texts("suggest.wrong", what=_shown(suggestion.note)))
    parts.append(texts("suggest.left", number=waiting))
    buttons = [
        button(texts("suggest.accept"), desk("sugg_accept", suggestion.id), Style.success),
        button(texts("suggest.decline"), desk("sugg_decline", suggestion.id)),
        *next_button(texts, "sugg_show", following),
    ]
    return Card(ui.Container(*map(ui.TextDisplay[Any], parts), accent_colour=ACCENT), Row(*buttons))


def returned_card(typed: Iterable[str], texts: Texts) -> Card:
    """Return what somebody typed and the bot could not keep; a forged form may have more fields than any of ours."""
    texts_typed = [text for text in typed if text.strip()]
    parts = [quoted(text, RETURNED_LENGTH // len(texts_typed)) for text in texts_typed]
    return Card(ui.TextDisplay(texts("suggest.returned")), *map(ui.TextDisplay[Any], parts))


def _shown(text: str) -> str:
    return quoted(text, SHOWN_LENGTH)


def _form(title: str, custom_id: str, *parts: ui.Label[Any]) -> ui.Modal:
    form = ui.Modal(title=title, custom_id=custom_id)
    for part in parts:
        form.add_item(part)
    form.stop()  # routed by its custom id, so that it outlives a restart
    return form


def _paragraph(label: str, hint: str | None, name: str, most: int, *, required: bool) -> ui.Label[Any]:
    field = ui.TextInput[Any](custom_id=name, style=discord.TextStyle.paragraph, max_length=most, required=required)
    return ui.Label(text=label, description=hint, component=field)
