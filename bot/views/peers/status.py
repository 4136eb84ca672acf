"""How it stands for somebody who opted in, and what pausing, leaving and keeping apart come to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from discord import ui

from bot.core.peers import MemberState
from bot.core.sentences.pairing import KEYS
from bot.peers.waiting import in_words
from bot.views.answers import ACCENT, Card, Row
from bot.views.ids import meet
from bot.views.moderators.shown import Style, button
from bot.views.peers.introductions import moment
from bot.views.peers.profile import Step

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from bot.core.peers import Member
    from bot.core.texts import Texts
    from bot.peers.waiting import WaitingTimes


@dataclass(frozen=True, slots=True)
class Outlook:
    """What may be expected on a server. `next_at`: of the weekly round, None where meeting is off.

    `obstacle`: the text key of what stood in somebody's way in the last round, where they have not read it yet.
    """

    next_at: datetime | None
    times: WaitingTimes | None
    obstacle: str | None = None


def started_card(outlook: Outlook, texts: Texts) -> Card:
    """Return what happens next for somebody who takes part from now on."""
    lines = [texts("status.started"), *_outlook(outlook, texts), texts("status.then")]
    return Card(ui.Container(ui.TextDisplay("\n\n".join(lines)), accent_colour=ACCENT), Row(_inbox(texts)))


def status_card(member: Member, missing: tuple[str, ...], blocks: int, outlook: Outlook, texts: Texts) -> Card:
    """Return how it stands. `missing`: the text keys of what the profile lacks; `blocks`: how many are kept apart."""
    lines = [texts("status.title"), *_state(member, missing, texts)]
    if member.state is MemberState.ACTIVE:
        lines += _outlook(outlook, texts)
        lines.append(texts("status.waited", rounds=member.waited) if member.waited else texts("status.first"))
        if member.rests:
            lines.append(texts("status.rests", rounds=member.rests))
        lines.append(texts(outlook.obstacle) if outlook.obstacle else texts("status.loosen"))
    elif outlook.next_at is None:
        lines.append(texts("peers.off"))
    if blocks:
        lines.append(texts("status.blocks", people=blocks))
    buttons = [_inbox(texts), button(texts("status.edit"), meet("step", Step.YOU))]
    if member.state is MemberState.PAUSED:
        buttons.insert(0, button(texts("status.resume"), meet("resume"), Style.success))
    return Card(ui.Container(ui.TextDisplay("\n\n".join(lines)), accent_colour=ACCENT), Row(*buttons))


def paused_text(until: datetime | None, texts: Texts) -> str:
    """Return what a pause means, and how it ends."""
    if until is None:
        return texts("status.paused_now")
    return texts("status.paused_now_until", until=moment(until))


def leave_card(texts: Texts) -> Card:
    """Return what leaving takes away and what it leaves, before it is done."""
    sure = button(texts("status.leave"), meet("leave"), Style.danger)
    return Card(ui.Container(ui.TextDisplay(texts("status.leaving")), accent_colour=ACCENT), Row(sure))


def not_now_text(next_at: datetime, texts: Texts) -> str:
    """Return that there is nobody to spare before the next round."""
    return texts("status.not_now", at=moment(next_at))


def _state(member: Member, missing: tuple[str, ...], texts: Texts) -> Iterator[str]:
    match member.state:
        case MemberState.ACTIVE:
            yield texts("status.active")
        case MemberState.UNFINISHED:
            yield texts("status.unfinished")
        case MemberState.PAUSED:
            if member.why_paused:
                yield texts(member.why_paused)
            until = member.resumes_at
            yield texts("status.paused") if until is None else texts("status.paused_until", until=moment(until))
    if missing:
        yield "\n".join([texts("profile.missing"), *(texts("profile.fault", fault=texts(key)) for key in missing)])


def _outlook(outlook: Outlook, texts: Texts) -> Iterator[str]:
    if outlook.next_at is None:
        yield texts("peers.off")
        return
    yield texts("status.next_round", at=moment(outlook.next_at))
    words = in_words(outlook.times)
    yield texts(words.text_key, **dict(zip(KEYS[words.text_key], words.values, strict=True)))


def _inbox(texts: Texts) -> ui.Button[Any]:
    return button(texts("status.inbox"), meet("inbox", 0))
