"""Answers, choices and honest noes as Components V2. What a button does is in cogs/buttons.py."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord
from discord import ui

from bot.core.models import Kind
from bot.safety.text import QUESTION_LENGTH, cut, escape, unescape
from bot.views.ids import action
from bot.views.pages import checked_line, pages_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from bot.core.models import Entry, Reply, Topic
    from bot.core.texts import Texts

ACCENT = discord.Colour(0xE8A33D)
"""Lamplight."""
ASKED_ID = 1001
"""The component that holds the question, so that a later click can read it back."""
ASKED_LENGTH = 1500
LABEL_LENGTH, OPTION_LENGTH, OPTIONS, LINKS = 80, 100, 25, 5
"""Discord's limits: button label, select label, select options, buttons in a row."""

Row = ui.ActionRow[ui.LayoutView]


class Card(ui.LayoutView):
    """A message made of parts. It listens to nothing itself: clicks are routed by their custom ids."""

    def __init__(self, *parts: ui.Item[Any]) -> None:
        super().__init__(timeout=None)
        for part in parts:
            self.add_item(part)
        self.stop()


def sentence(text: str) -> Card:
    """Return a message that says one thing."""
    return Card(ui.TextDisplay(text))


def help_card(texts: Texts) -> Card:
    """Return where to find help, for the person alone."""
    return Card(ui.Container(ui.TextDisplay(texts("help.text")), accent_colour=ACCENT))


def reply_card(reply: Reply, texts: Texts, today: date, *, target: int = 0, may_share: bool = False) -> Card:
    """Return what became of a question. `target`: the message it was about (context menu), 0 for none."""
    match reply.decision.kind:
        case Kind.ANSWER:
            return answer_card(reply, texts, today, target=target, may_share=may_share)
        case Kind.CHOICES:
            return choices_card(reply, texts, target=target)
        case _:
            return unknown_card(reply, texts)


def answer_card(
    reply: Reply,
    texts: Texts,
    today: date,
    *,
    page: int = 0,
    target: int = 0,
    may_share: bool = False,
    note: str = "",
) -> Card:
    """Return an answer for the person who asked. A `note` takes the place of the share buttons."""
    entry = _entry_of(reply)
    return Card(
        *_asked(reply, texts),
        _body(entry, texts, today, page),
        *_page_buttons(entry, texts, page, target=target),
        *_links(entry),
        *([ui.TextDisplay(note)] if note else []),
        _buttons_of(entry, texts, target=target, may_share=may_share and not note),
        *([_pick(reply.related, texts("answer.related"), "related")] if reply.related else []),
    )


def shared_card(reply: Reply, texts: Texts, today: date, page: int = 0) -> Card:
    """Return an entry's answer for everybody in a channel: without the question, which was private."""
    entry = _entry_of(reply)
    helped: ui.Button[Any] = ui.Button(label=texts("answer.helped"), custom_id=action("helped", entry.id))
    return Card(
        _body(entry, texts, today, page),
        ui.TextDisplay(texts("answer.share_note")),
        *_page_buttons(entry, texts, page, target=None),
        *_links(entry),
        Row(helped),
    )


def choices_card(reply: Reply, texts: Texts, *, target: int = 0, after_miss: bool = False) -> Card:
    """Return two or three entries to choose from."""
    rows: list[Row] = [
        Row(ui.Button(label=cut(entry.question, LABEL_LENGTH), custom_id=action("choose", entry.id, target)))
        for entry in reply.choices
    ]
    rows.append(
        Row(ui.Button(label=texts("choices.none"), style=discord.ButtonStyle.secondary, custom_id=action("none")))
    )
    intro = texts("choices.after_miss" if after_miss else "choices.text")
    return Card(*_asked(reply, texts), ui.TextDisplay(intro), *rows)


def unknown_card(reply: Reply, texts: Texts) -> Card:
    """Return the honest no: the nearest topics, and the offer to be told."""
    queued = reply.unanswered_id is not None
    parts: list[ui.Item[Any]] = [
        *_asked(reply, texts),
        ui.TextDisplay(texts("unknown.text" if queued else "unknown.not_queued")),
    ]
    if reply.topics:
        parts += [ui.TextDisplay(texts("unknown.topics")), Row(*map(_topic_button, reply.topics))]
    if queued:
        notify = action("notify", reply.unanswered_id)
        parts.append(Row(ui.Button(label=texts("unknown.notify"), custom_id=notify)))
    return Card(*parts)


def topic_card(topic: Topic, entries: Sequence[Entry], texts: Texts) -> Card:
    """Return a topic's questions to pick from, 25 a list."""
    placeholder = texts("unknown.entry_placeholder", topic=topic.title)
    starts = range(0, len(entries), OPTIONS)
    return Card(*(_pick(entries[start : start + OPTIONS], placeholder, str(start)) for start in starts))


def asked_in(message: discord.Message, texts: Texts) -> str:
    """Return the question a card of ours shows, as it was asked; empty where it shows none."""
    before, after = texts("answer.asked", question="\0").split("\0")
    for component in _walk(message.components):
        if isinstance(component, discord.TextDisplay) and component.id == ASKED_ID:
            return unescape(component.content.removeprefix(before).removesuffix(after))
    return ""


def _walk(components: Sequence[Any]) -> Iterator[Any]:
    for component in components:
        yield component
        yield from _walk(getattr(component, "children", ()))


def _entry_of(reply: Reply) -> Entry:
    if reply.entry is None:
        raise ValueError("only a reply with an entry can be shown as an answer")
    return reply.entry


def _asked(reply: Reply, texts: Texts) -> list[ui.Item[Any]]:
    if not reply.question:
        return []
    quoted = reply.question
    while len(escape(quoted)) > ASKED_LENGTH:
        quoted = cut(quoted, len(quoted) * 9 // 10)
    parts: list[ui.Item[Any]] = [ui.TextDisplay(texts("answer.asked", question=escape(quoted)), id=ASKED_ID)]
    if reply.shortened:
        parts.append(ui.TextDisplay(texts("answer.shortened", characters=QUESTION_LENGTH)))
    return parts


def _body(entry: Entry, texts: Texts, today: date, page: int) -> ui.Item[Any]:
    pages = pages_of(entry, texts)
    number = min(page, len(pages) - 1)
    parts = [texts("answer.title", question=entry.question), pages[number]]
    small = checked_line(entry, texts, today)
    if len(pages) > 1:
        small += "\n" + texts("answer.page", page=number + 1, pages=len(pages))
    return ui.Container(
        *map(ui.TextDisplay[Any], parts), ui.Separator(), ui.TextDisplay(small), accent_colour=ACCENT
    )


def _buttons_of(entry: Entry, texts: Texts, *, target: int, may_share: bool) -> ui.Item[Any]:
    style = discord.ButtonStyle
    buttons: list[ui.Button[Any]] = []
    if may_share and target:
        share = action("reply", entry.id, target)
        buttons.append(ui.Button(label=texts("answer.share_reply"), style=style.primary, custom_id=share))
        buttons.append(ui.Button(label=texts("answer.keep"), custom_id=action("keep", entry.id)))
    buttons.append(ui.Button(label=texts("answer.helped"), style=style.success, custom_id=action("helped", entry.id)))
    buttons.append(ui.Button(label=texts("answer.not_meant"), custom_id=action("miss", entry.id, target)))
    if may_share and not target:
        buttons.append(ui.Button(label=texts("answer.share"), custom_id=action("share", entry.id)))
    return Row(*buttons)


def _page_buttons(entry: Entry, texts: Texts, page: int, *, target: int | None) -> list[ui.Item[Any]]:
    """Return the page buttons; target None = a shared answer."""
    last = len(pages_of(entry, texts)) - 1
    if not last:
        return []
    where = "shared" if target is None else target
    previous = ui.Button[Any](
        label=texts("answer.previous_page"), disabled=page <= 0, custom_id=action("page", entry.id, where, page - 1)
    )
    following = ui.Button[Any](
        label=texts("answer.next_page"), disabled=page >= last, custom_id=action("page", entry.id, where, page + 1)
    )
    return [Row(previous, following)]


def _links(entry: Entry) -> list[ui.Item[Any]]:
    buttons = [
        ui.Button[Any](label=cut(source.title, LABEL_LENGTH), url=source.link) for source in entry.sources if source.link
    ]
    return [Row(*buttons[:LINKS])] if buttons else []


def _topic_button(topic: Topic) -> ui.Button[Any]:
    return ui.Button(label=cut(topic.title, LABEL_LENGTH), custom_id=action("topic", topic.id))


def _pick(entries: Sequence[Entry], placeholder: str, name: str) -> Row:
    options = [discord.SelectOption(label=cut(entry.question, OPTION_LENGTH), value=entry.id) for entry in entries]
    select: ui.Select[Any] = ui.Select(placeholder=placeholder, options=options, custom_id=action("pick", name))
    return Row(select)
