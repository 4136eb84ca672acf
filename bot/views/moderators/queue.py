"""What the FAQ does not know yet, as cards for those who answer. What a button does is in cogs/moderators/queue.py."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import discord
from discord import ui

from bot.core.unanswered import QuestionState
from bot.safety.text import cut, quoted
from bot.views.answers import ACCENT, OPTION_LENGTH, Card, Row, entry_select
from bot.views.ids import desk
from bot.views.moderators.shown import Style, button

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.core.models import Entry
    from bot.core.texts import Texts
    from bot.core.unanswered import Unanswered

SHOWN_WORDINGS = 5
QUESTION_LENGTH, WORDING_LENGTH, QUOTE_LENGTH = 1500, 250, 200
"""Characters as shown: all of a card is 1500 + 5 x 250 + the rest, of a message's 4000."""
MERGES = 10


@dataclass(frozen=True, slots=True)
class Place:
    """A question in the queue, with what a moderator needs to decide.

    `number`: its place, from 0, of `total`; `nearest`: entries, best first; `percent`: how likely the first one is
    the answer; `others`: other questions that wait, nearest first.
    """

    question: Unanswered
    number: int
    total: int
    nearest: Sequence[Entry]
    percent: int
    others: Sequence[Unanswered]


def queue_card(place: Place, texts: Texts) -> Card:
    """Return a question that waits and what can be done with it."""
    question = place.question
    parts: list[ui.Item[Any]] = [ui.Container(*map(ui.TextDisplay[Any], _about(place, texts)), accent_colour=ACCENT)]
    parts.append(
        Row(
            button(texts("queue.answer"), desk("queue_answer", question.id), Style.success),
            button(texts("queue.another"), desk("queue_another", question.id)),
            button(texts("queue.dismiss"), desk("queue_dismiss", question.id), Style.danger),
        )
    )
    if place.nearest:
        parts.append(entry_select(place.nearest, texts("queue.link"), desk("queue_link", question.id)))
    if place.others:
        options = [
            discord.SelectOption(label=cut(other.question, OPTION_LENGTH), value=str(other.id))
            for other in place.others[:MERGES]
        ]
        select: ui.Select[Any] = ui.Select(
            placeholder=texts("queue.merge"), options=options, custom_id=desk("queue_merge", question.id)
        )
        parts.append(Row(select))
    if place.total > 1:
        before, after = ((place.number + step) % place.total for step in (-1, 1))
        # Where there are two, both buttons lead to the same, and Discord refuses an id that is there twice.
        steps = {"queue.previous": desk("queue_at", before, "before"), "queue.next": desk("queue_at", after, "after")}
        parts.append(Row(*(button(texts(key), custom_id) for key, custom_id in steps.items())))
    return Card(*parts)


def found_card(question: Unanswered, entries: Sequence[Entry], texts: Texts) -> Card:
    """Return the entries that fit what a moderator typed, to pick from."""
    back = Row(button(texts("queue.back"), desk("queue_show", question.id)))
    if not entries:
        return Card(ui.TextDisplay(texts("queue.found_none")), back)
    text = texts("queue.found", question=named(question.question))
    return Card(ui.TextDisplay(text), entry_select(entries, texts("queue.link"), desk("queue_link", question.id)), back)


def settled_card(text: str, texts: Texts, *, undo: int | None = None) -> Card:
    """Return what became of a question, and the way to the next; `undo`: the question that can wait again."""
    buttons = [button(texts("queue.next"), desk("queue_at", 0, "after"))]
    if undo is not None:
        buttons.insert(0, button(texts("queue.undo"), desk("queue_undo", undo)))
    return Card(ui.TextDisplay(text), Row(*buttons))


def dealt_with_text(question: Unanswered, texts: Texts, answer: str) -> str:
    """Return who dealt with a question, and how; `answer`: the question of the entry that answers it."""
    who = f"<@{question.closed_by}>"
    match question.state:
        case QuestionState.RESOLVED if question.closed_by is None:
            return texts("queue.dealt_itself", entry=named(answer))
        case QuestionState.RESOLVED:
            return texts("queue.dealt_answered", who=who, entry=named(answer))
        case QuestionState.DISMISSED:
            return texts("queue.dealt_dismissed", who=who)
        case QuestionState.MERGED:
            return texts("queue.dealt_merged", who=who)
        case _:
            return texts("queue.dealt_waits")


def typed_modal(question: Unanswered, texts: Texts) -> ui.Modal:
    """Return the form that asks for an entry by its id or some words."""
    modal = ui.Modal(title=texts("queue.typed_title"), custom_id=desk("queue_typed", question.id))
    field: ui.TextInput[Any] = ui.TextInput(custom_id="entry", max_length=200)
    modal.add_item(ui.Label(text=texts("queue.typed_entry"), description=texts("queue.typed_hint"), component=field))
    modal.stop()
    return modal


def wanted_card(text: str, number: str, texts: Texts) -> Card:
    """Return the line that a question was asked by several people, with the way to it."""
    return Card(ui.TextDisplay(text), Row(button(texts("queue.open"), desk("queue_open", number))))


def named(question: str) -> str:
    """Return a question as it stands in a sentence, at most QUOTE_LENGTH characters as they are sent."""
    return quoted(question, QUOTE_LENGTH)


def _about(place: Place, texts: Texts) -> list[str]:
    question = place.question
    asked = texts(
        "queue.asked",
        people=question.askers,
        times=question.times,
        date=question.last_at.date().isoformat(),
        waiters=question.waiters,
    )
    parts = [
        texts("queue.title", number=place.number + 1, total=place.total),
        texts("queue.question", question=quoted(question.question, QUESTION_LENGTH)),
        asked,
    ]
    if question.others:
        shown = question.others[:SHOWN_WORDINGS]
        lines = [texts("queue.wording", question=quoted(wording, WORDING_LENGTH)) for wording in shown]
        if more := len(question.others) - len(shown):
            lines.append(texts("queue.more_wordings", number=more))
        parts.append("\n".join([texts("queue.wordings"), *lines]))
    if place.nearest:
        nearest = named(place.nearest[0].question)
        parts.append(texts("queue.nearest", entry=nearest, percent=place.percent))
    else:
        parts.append(texts("queue.no_entry"))
    return parts
