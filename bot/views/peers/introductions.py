"""An introduction, as each of its two people is shown it: the card before both agreed, the name and the rest after."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, Any

from discord import ui

from bot.core.introductions import Answer, CheckIn
from bot.core.matching import Kind
from bot.core.peers import Help
from bot.safety.text import escape, quoted
from bot.views.answers import ACCENT, Card, Row
from bot.views.ids import meet
from bot.views.moderators.shown import Style, button

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime

    from bot.core.introductions import Card as PeerCard
    from bot.core.introductions import Introduction
    from bot.core.models import UserId
    from bot.core.texts import Texts
    from bot.views.peers.words import Words

SENTENCE_LENGTH = 400
"""Characters of the sentence on a card, as shown: 200 as typed, and what escapes add."""
OPENERS: Mapping[Help, str] = {
    Help.LISTENING: "meeting.opener_listening",
    Help.IDEAS: "meeting.opener_ideas",
    Help.TOGETHER: "meeting.opener_together",
}
"""A way to begin, by what helps the other one."""
SAID: Mapping[CheckIn, str] = {
    CheckIn.MET: "meeting.met",
    CheckIn.TALKING: "meeting.talking",
    CheckIn.NOT_YET: "meeting.not_yet",
    CheckIn.STOP: "meeting.stop",
}


class Place(Enum):
    """Where two people talk."""

    DIRECTLY = auto()
    THREAD = auto()
    OPENING = auto()
    """They agreed to a thread, and it is not there yet."""
    LOST = auto()
    """They agreed to one, and it is gone, or could not be opened."""


@dataclass(frozen=True, slots=True)
class Met:
    """Somebody whose name is known. `name`: theirs on Discord, without @, empty where Discord does not say."""

    user: UserId
    name: str
    place: Place = Place.DIRECTLY


def moment(at: datetime) -> str:
    """Return a moment as Discord shows it, in the reader's own time."""
    return f"<t:{int(at.timestamp())}:f>"


def card_text(card: PeerCard, words: Words) -> str:
    """Return what a card says of somebody, a line for each thing; only what cannot single them out is on it."""
    return "\n".join(_card_lines(card, words))


def offer_parts(introduction: Introduction, reader: UserId, words: Words) -> list[ui.Item[Any]]:
    """Return an offer with what can be answered. What it says does not depend on what the other one did."""
    texts, card = words.texts, introduction.card_for(reader)
    parts = [texts(_title_key(card)), card_text(card, words)]
    if card.stage is None or not card.topics:
        parts.append(texts("offer.says_little"))
    if reasons := [reason for reason in map(words.reason, introduction.because) if reason]:
        lines = (texts("offer.reason", reason=reason) for reason in reasons)
        parts.append("\n".join([texts("offer.because"), *lines]))
    said_yes = introduction.side_of(reader).answer is Answer.YES
    parts.append(texts("offer.answered" if said_yes else "offer.until", until=moment(introduction.told_at)))
    yes = button(texts("offer.agree"), meet("yes", introduction.id), Style.success)
    no = button(texts("offer.decline"), meet("no", introduction.id))
    buttons = [no] if said_yes else [yes, no]
    return [
        ui.Container(*map(ui.TextDisplay[Any], parts), Row(*buttons, _wrong(introduction, texts)), accent_colour=ACCENT)
    ]


def meeting_parts(introduction: Introduction, reader: UserId, met: Met, words: Words) -> list[ui.Item[Any]]:
    """Return an introduction whose names are known: who, where to talk, rules, a way to begin, and the way out."""
    texts = words.texts
    who = texts("meeting.title", who=f"<@{met.user}>")
    parts = [
        f"{who}\n{texts('meeting.name', name=escape(met.name))}" if met.name else who,
        card_text(introduction.card_for(reader), words),
        _where(introduction, met.place, texts),
        texts("meeting.rules"),
        opener_text(introduction.card_for(reader), texts),
    ]
    rows = [Row(*_ways_out(introduction, met.place, texts))]
    if introduction.check_ins:
        said = [button(texts(key), meet("said", introduction.id, said)) for said, key in SAID.items()]
        rows = [Row(*said), *rows]
        parts.append(texts("introduction.check_in"))
    return [ui.Container(*map(ui.TextDisplay[Any], filter(None, parts)), *rows, accent_colour=ACCENT)]


def thread_card(introduction: Introduction, texts: Texts) -> Card:
    """Return the first message in a private thread. Both read it, so it says nothing that is of one of them."""
    people = " ".join(f"<@{side.user}>" for side in introduction.sides)
    parts = [
        texts("meeting.thread_hello", people=people),
        texts("meeting.thread_readers"),
        texts("meeting.rules"),
        _openers(OPENERS.values(), texts),
    ]
    buttons = [
        button(texts("meeting.end"), meet("end", introduction.id)),
        button(texts("meeting.direct_instead"), meet("direct", introduction.id)),
        _wrong(introduction, texts),
    ]
    return Card(ui.Container(*map(ui.TextDisplay[Any], parts), Row(*buttons), accent_colour=ACCENT))


def end_card(introduction: int, texts: Texts) -> Card:
    """Return the question whether somebody wants to end an introduction; it asks for no reason."""
    yes = button(texts("meeting.end"), meet("ended", introduction), Style.danger)
    return Card(ui.TextDisplay(texts("meeting.end_sure")), Row(yes, _back(texts)))


def done_card(text: str, texts: Texts) -> Card:
    """Return what was done, and the way back to the inbox."""
    return Card(ui.TextDisplay(text), Row(_back(texts)))


def mentoring_card(texts: Texts) -> Card:
    """Return what is asked of mentors, and what is not."""
    return Card(ui.Container(ui.TextDisplay(texts("meeting.mentoring")), accent_colour=ACCENT), Row(_back(texts)))


def opener_text(card: PeerCard, texts: Texts) -> str:
    """Return a way to begin, made for what helps the other one."""
    return _openers([OPENERS[helps] for helps in card.helps] or ["meeting.opener_any"], texts)


def _openers(keys: Iterable[str], texts: Texts) -> str:
    """Return ways to begin, a line each."""
    return "\n".join([texts("meeting.opener"), *(f"> {texts(key)}" for key in keys)])


def _card_lines(card: PeerCard, words: Words) -> Iterator[str]:
    texts = words.texts
    if topics := words.topics(card.topics):
        yield texts("offer.topics", topics=topics)
    if card.stage is not None:
        yield texts("offer.stage", stage=words.stage(card.stage))
    if card.languages:
        yield texts("offer.languages", languages=words.languages(card.languages))
    if card.hours == 0:
        yield texts("offer.asynchronous")
    elif card.hours is not None:
        yield texts("offer.hours", hours=card.hours)
    if card.helps:
        yield texts("offer.they_offer" if card.is_mentor else "offer.helps", helps=words.outlooks(card.helps))
    if card.is_mentor:
        yield texts("offer.volunteer")
    if card.sentence:
        yield texts("offer.sentence", sentence=quoted(card.sentence, SENTENCE_LENGTH))


def _title_key(card: PeerCard) -> str:
    if card.kind is Kind.PEER:
        return "offer.title_peer"
    return "offer.title_mentor" if card.is_mentor else "offer.title_seeker"


def _ways_out(introduction: Introduction, place: Place, texts: Texts) -> Iterator[ui.Button[Any]]:
    if not introduction.check_ins:  # at a check-in, "stop" is among the answers
        yield button(texts("meeting.end"), meet("end", introduction.id))
    if place in {Place.THREAD, Place.OPENING}:
        yield button(texts("meeting.direct_instead"), meet("direct", introduction.id))
    elif place is Place.LOST:
        yield button(texts("meeting.open_thread"), meet("thread", introduction.id))
    yield _wrong(introduction, texts)


def _where(introduction: Introduction, place: Place, texts: Texts) -> str:
    match place:
        case Place.THREAD:
            thread = texts("meeting.in_thread", thread=f"<#{introduction.thread}>")
            return f"{thread}\n{texts('meeting.thread_readers')}"
        case Place.OPENING:
            return f"{texts('meeting.opening')}\n{texts('meeting.thread_readers')}"
        case Place.LOST:
            return f"{texts('meeting.directly')}\n{texts('meeting.lost')}\n{texts('meeting.thread_readers')}"
        case Place.DIRECTLY:
            return texts("meeting.directly")


def _wrong(introduction: Introduction, texts: Texts) -> ui.Button[Any]:
    return button(texts("offer.wrong"), meet("wrong", introduction.id), Style.danger)


def _back(texts: Texts) -> ui.Button[Any]:
    return button(texts("inbox.back"), meet("inbox", 0))
