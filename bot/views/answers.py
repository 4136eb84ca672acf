"""Answers, choices and honest noes as Components V2. What a button does is in cogs/buttons.py."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord
from discord import ui

from bot.core.models import Kind
from bot.safety.text import QUESTION_LENGTH, cut, quoted, unescape
from bot.views.ids import action, meet, parse_action
from bot.views.pages import checked_line, pages_of
from bot.views.trail import Trail

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from bot.core.models import Entry, Reply, Topic
    from bot.core.texts import Texts
    from bot.views.ids import Action

ACCENT = discord.Colour(0xE8A33D)
"""Lamplight."""
ASKED_ID, NOTE_ID = 1001, 1002
"""The components that hold the question and the note, so that a later click can read them back."""
SHARES = frozenset({"share", "reply"})
"""What the buttons that share an answer do."""
SHARED = "shared"
"""Stands in a page button for the trail that an answer shared with everybody does not have."""
NO_ENTRY = "-"
"""Stands in a custom id for an entry where none led to meeting somebody."""
START = Trail()
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


def entry_select(entries: Sequence[Entry], placeholder: str, custom_id: str) -> Row:
    """Return a list of entries to pick one from, at most OPTIONS; its value is the entry's id."""
    options = [
        discord.SelectOption(label=cut(entry.question, OPTION_LENGTH), value=entry.id) for entry in entries[:OPTIONS]
    ]
    select: ui.Select[Any] = ui.Select(placeholder=placeholder, options=options, custom_id=custom_id)
    return Row(select)


def sentence(text: str) -> Card:
    """Return a message that says one thing."""
    return Card(ui.TextDisplay(text))


def reply_card(
    reply: Reply,
    texts: Texts,
    today: date,
    *,
    trail: Trail = START,
    may_share: bool = False,
    may_meet: bool = False,
) -> Card:
    """Return what became of a question."""
    match reply.decision.kind:
        case Kind.ANSWER:
            return answer_card(reply, texts, today, trail=trail, may_share=may_share, may_meet=may_meet)
        case Kind.CHOICES:
            return choices_card(reply, texts, trail=trail)
        case _:
            return unknown_card(reply, texts, trail=trail, may_meet=may_meet)


def answer_card(
    reply: Reply,
    texts: Texts,
    today: date,
    *,
    page: int = 0,
    trail: Trail = START,
    may_share: bool = False,
    may_meet: bool = False,
    note: str = "",
) -> Card:
    """Return an answer for the person who asked. A `note` takes the place of the share buttons.

    `may_meet`: they may be introduced to somebody who lived through what an entry tells of.
    """
    entry = _entry_of(reply)
    return Card(
        *_asked(reply, texts),
        _body(entry, texts, today, page),
        *_page_buttons(entry, texts, page, str(trail)),
        *_links(entry),
        *([ui.TextDisplay(note, id=NOTE_ID)] if note else []),
        _buttons_of(entry, texts, trail=trail, may_share=may_share and not note),
        *([_meet(texts, meet("from", entry.id))] if may_meet and entry.lived_experience else []),
        *([_pick(reply.related, texts("answer.related"), "related", trail)] if reply.related else []),
    )


def shared_card(reply: Reply, texts: Texts, today: date, page: int = 0) -> Card:
    """Return an entry's answer for everybody in a channel: without the question, which was private."""
    entry = _entry_of(reply)
    helped: ui.Button[Any] = ui.Button(label=texts("answer.helped"), custom_id=action("helped", entry.id))
    return Card(
        _body(entry, texts, today, page),
        ui.TextDisplay(texts("answer.share_note")),
        *_page_buttons(entry, texts, page, SHARED),
        *_links(entry),
        Row(helped),
    )


def entry_parts(entry: Entry, texts: Texts, today: date, page: int = 0) -> list[ui.Item[Any]]:
    """Return an answer as members see it, without what they can do with it."""
    return [_body(entry, texts, today, page), *_links(entry)]


def choices_card(reply: Reply, texts: Texts, *, trail: Trail = START) -> Card:
    """Return up to three entries to choose from."""
    rows: list[Row] = [
        Row(ui.Button(label=cut(entry.question, LABEL_LENGTH), custom_id=action("choose", entry.id, trail)))
        for entry in reply.choices
    ]
    rows.append(Row(ui.Button(label=texts("choices.none"), custom_id=action("none", trail))))
    intro = texts("choices.after_miss" if trail.missed else "choices.text")
    return Card(*_asked(reply, texts), ui.TextDisplay(intro), *rows)


def unknown_card(reply: Reply, texts: Texts, *, trail: Trail = START, may_meet: bool = False) -> Card:
    """Return the honest no: the nearest topics, and the offer to be told, or to meet somebody.

    Nobody is sent to another person in a crisis: who wrote of one was told where help is.
    """
    queued = reply.unanswered_id is not None
    parts: list[ui.Item[Any]] = [*_asked(reply, texts), ui.TextDisplay(texts(_unknown_key(reply)))]
    if reply.topics:
        # Where it was about somebody's message, an answer from a shelf can still be shared as a reply to it.
        shelves = [_topic_button(topic, Trail(trail.target)) for topic in reply.topics]
        parts += [ui.TextDisplay(texts("unknown.topics")), Row(*shelves)]
    if queued:
        notify = action("notify", reply.unanswered_id)
        parts.append(Row(ui.Button(label=texts("unknown.notify"), custom_id=notify)))
    if may_meet and not reply.is_personal:
        # What stands in somebody else's message is no draft of one's own words.
        parts.append(_meet(texts, meet("from", NO_ENTRY) if trail.target else meet("asked")))
    return Card(*parts)


def topic_card(topic: Topic, entries: Sequence[Entry], texts: Texts, *, trail: Trail = START) -> Card:
    """Return a topic's questions to pick from, 25 a list."""
    placeholder = texts("unknown.entry_placeholder", topic=topic.title)
    starts = range(0, len(entries), OPTIONS)
    return Card(*(_pick(entries[start : start + OPTIONS], placeholder, str(start), trail) for start in starts))


def asked_in(message: discord.Message, texts: Texts) -> str:
    """Return the question a card of ours shows, as it was asked; empty where it shows none."""
    before, after = texts("answer.asked", question="\0").split("\0")
    return unescape(text_in(message, ASKED_ID).removeprefix(before).removesuffix(after))


def note_in(message: discord.Message) -> str:
    """Return the note on a card of ours, e.g. that it was shared; empty where there is none."""
    return text_in(message, NOTE_ID)


def text_in(message: discord.Message, component_id: int) -> str:
    """Return the text that one component of a message holds; empty where there is none."""
    for component in _walk(message.components):
        if isinstance(component, discord.TextDisplay) and component.id == component_id:
            return component.content
    return ""


def offers_share(message: discord.Message) -> bool:
    """Tell whether a card of ours has a button that shares it."""
    return any(meant.verb in SHARES for meant in _actions_in(message))


def trail_in(message: discord.Message) -> Trail:
    """Return the trail of an answer of ours; a fresh one where it has none."""
    trails = (Trail.parse(meant.arguments[1]) for meant in _actions_in(message) if meant.verb == "miss")
    return next(trails, START)


def _actions_in(message: discord.Message) -> Iterator[Action]:
    for component in _walk(message.components):
        meant = parse_action(getattr(component, "custom_id", None) or "")
        if meant is not None:
            yield meant


def _walk(components: Sequence[Any]) -> Iterator[Any]:
    for component in components:
        yield component
        yield from _walk(getattr(component, "children", ()))


def _unknown_key(reply: Reply) -> str:
    if reply.unanswered_id is not None:
        return "unknown.text"
    if not reply.question:
        return "choices.ask_again"
    if reply.is_dismissed:
        return "unknown.dismissed"
    return "unknown.personal" if reply.is_personal else "unknown.not_queued"


def _entry_of(reply: Reply) -> Entry:
    if reply.entry is None:
        raise ValueError("only a reply with an entry can be shown as an answer")
    return reply.entry


def _asked(reply: Reply, texts: Texts) -> list[ui.Item[Any]]:
    if not reply.question:
        return []
    asked = texts("answer.asked", question=quoted(reply.question, ASKED_LENGTH))
    parts: list[ui.Item[Any]] = [ui.TextDisplay(asked, id=ASKED_ID)]
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
    return ui.Container(*map(ui.TextDisplay[Any], parts), ui.Separator(), ui.TextDisplay(small), accent_colour=ACCENT)


def _buttons_of(entry: Entry, texts: Texts, *, trail: Trail, may_share: bool) -> ui.Item[Any]:
    style = discord.ButtonStyle
    buttons: list[ui.Button[Any]] = []
    if may_share and trail.target:
        share = action("reply", entry.id, trail)
        buttons.append(ui.Button(label=texts("answer.share_reply"), style=style.primary, custom_id=share))
        buttons.append(ui.Button(label=texts("answer.keep"), custom_id=action("keep", entry.id)))
    buttons.append(ui.Button(label=texts("answer.helped"), style=style.success, custom_id=action("helped", entry.id)))
    buttons.append(ui.Button(label=texts("answer.not_meant"), custom_id=action("miss", entry.id, trail)))
    if may_share and not trail.target:
        buttons.append(ui.Button(label=texts("answer.share"), custom_id=action("share", entry.id)))
    return Row(*buttons)


def _meet(texts: Texts, custom_id: str) -> Row:
    return Row(ui.Button(label=texts("answer.meet"), style=discord.ButtonStyle.primary, custom_id=custom_id))


def _page_buttons(entry: Entry, texts: Texts, page: int, where: str) -> list[ui.Item[Any]]:
    """Return the page buttons; `where`: the card's trail, or SHARED."""
    last = len(pages_of(entry, texts)) - 1
    if not last:
        return []
    previous = ui.Button[Any](
        label=texts("answer.previous_page"),
        disabled=page <= 0,
        custom_id=action("page", entry.id, where, page - 1),
    )
    following = ui.Button[Any](
        label=texts("answer.next_page"),
        disabled=page >= last,
        custom_id=action("page", entry.id, where, page + 1),
    )
    return [Row(previous, following)]


def _links(entry: Entry) -> list[ui.Item[Any]]:
    buttons = [
        ui.Button[Any](label=cut(source.title, LABEL_LENGTH), url=source.link)
        for source in entry.sources
        if source.link
    ]
    return [Row(*buttons[:LINKS])] if buttons else []


def _topic_button(topic: Topic, trail: Trail) -> ui.Button[Any]:
    return ui.Button(label=cut(topic.title, LABEL_LENGTH), custom_id=action("topic", topic.id, trail))


def _pick(entries: Sequence[Entry], placeholder: str, name: str, trail: Trail) -> Row:
    return entry_select(entries, placeholder, action("pick", name, trail))
