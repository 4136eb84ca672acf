"""How an introduction is written into its row: what leads to nobody in plain columns, cards and reasons sealed.

Sealed with the keys of both together: once either is dropped, no copy gives the cards back.
"""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from bot.core.errors import SealBrokenError
from bot.core.introductions import Answer, Card, End, Introduction, IntroductionId, IntroductionState, Side
from bot.core.matching import Kind, Reason
from bot.core.models import GuildId, UserId
from bot.core.peers import Help, Stage
from bot.peers.steps import NOBODY, remembered
from bot.storage.columns import written

if TYPE_CHECKING:
    from bot.storage.keyring import Keyring
    from bot.storage.sealing import KeyedSealer

COLUMNS = (
    "id, guild, round, kind, state, first, second, first_answer, second_answer, first_out, second_out, sealed, "
    "offered_at, told_at, is_reminded, revealed_at, thread, check_ins, not_yets, end"
)
OF_PERSON = f"""
    SELECT {COLUMNS} FROM introductions
    WHERE guild = :guild AND first = :user OR guild = :guild AND second = :user ORDER BY offered_at, id
"""  # noqa: S608 - names of columns
BLANK = Card(Kind.PEER, is_mentor=False, topics=(), languages=(), helps=(), sentence="")
"""Stands for a card that is sealed, or deleted since."""
FORGOTTEN = b""
"""Stands for the cards of an introduction that is over for long."""


def from_row(row: tuple[Any, ...]) -> Introduction:
    """Return the introduction in a row of COLUMNS, its cards sealed, for which no key is needed."""
    (
        (number, guild, round_number, kind, state, first, second, first_answer, second_answer, first_out, second_out),
        (_, offered_at, told_at, is_reminded, revealed_at, thread, check_ins, not_yets, end),
    ) = row[:11], row[11:]
    return Introduction(
        id=IntroductionId(number),
        guild=GuildId(guild),
        round=round_number,
        kind=Kind(kind),
        state=IntroductionState(state),
        sides=(_side(first, first_answer, is_out=first_out), _side(second, second_answer, is_out=second_out)),
        cards=(BLANK, BLANK),
        because=(),
        offered_at=datetime.fromisoformat(offered_at),
        told_at=datetime.fromisoformat(told_at),
        is_reminded=bool(is_reminded),
        revealed_at=revealed_at and datetime.fromisoformat(revealed_at),
        thread=thread,
        check_ins=check_ins,
        not_yets=not_yets,
        end=end and End(end),
    )


def to_row(introduction: Introduction) -> dict[str, Any]:
    """Return what a row holds of an introduction, but for what is sealed."""
    first, second = introduction.sides
    return {
        "id": introduction.id,
        "guild": introduction.guild,
        "round": introduction.round,
        "kind": introduction.kind.value,
        "state": introduction.state.value,
        "first": first.user,
        "second": second.user,
        "first_answer": first.answer and first.answer.value,
        "second_answer": second.answer and second.answer.value,
        "first_out": int(first.is_out),
        "second_out": int(second.is_out),
        "offered_at": utc(introduction.offered_at),
        "told_at": utc(introduction.told_at),
        "is_reminded": int(introduction.is_reminded),
        "revealed_at": introduction.revealed_at and utc(introduction.revealed_at),
        "thread": introduction.thread,
        "check_ins": introduction.check_ins,
        "not_yets": introduction.not_yets,
        "end": introduction.end and introduction.end.value,
    }


def sealed_cards(keyring: Keyring, introduction: Introduction) -> bytes:
    """Return the cards and reasons of an introduction, encrypted and bound to its row. Raises RingLockedError."""
    told = {"cards": list(map(asdict, introduction.cards)), "because": list(map(asdict, introduction.because))}
    return _sealer(keyring, introduction).seal(json.dumps(told, ensure_ascii=False), _context(introduction))


def cards_without(keyring: Keyring, row: tuple[Any, ...], user: UserId) -> bytes:
    """Return the cards in a row of COLUMNS as they are kept once `user` left: for the other one alone.

    As long as it is open, they see them as always, which must not tell that somebody left; then only what both had
    in common is left.
    """
    introduction = from_row(row)
    if introduction.other_of(user).user == NOBODY or row[11] == FORGOTTEN:
        return FORGOTTEN
    try:
        whole = opened(keyring, row)
    except SealBrokenError:
        return FORGOTTEN  # nobody sees them anyway
    first, second = (replace(side, user=NOBODY) if side.user == user else side for side in whole.sides)
    if whole.state is IntroductionState.CLOSED:
        whole = replace(whole, cards=(remembered(whole.cards[0]), remembered(whole.cards[1])), because=())
    return sealed_cards(keyring, replace(whole, sides=(first, second)))


def opened(keyring: Keyring, row: tuple[Any, ...]) -> Introduction:
    """Return the introduction in a row of COLUMNS with its cards. Raises SealBrokenError."""
    introduction, sealed = from_row(row), row[11]
    if sealed == FORGOTTEN:
        return introduction
    told = json.loads(_sealer(keyring, introduction).open(sealed, _context(introduction)))
    first, second = map(_card, told["cards"])
    because = tuple(Reason(each["text_key"], tuple(each["values"])) for each in told["because"])
    return replace(introduction, cards=(first, second), because=because)


def utc(moment: datetime) -> str:
    """Return a moment as columns hold it: in UTC, so that the order of texts is that of time."""
    return written(moment.astimezone(UTC))


def _side(user: int, answer: str | None, *, is_out: int) -> Side:
    return Side(UserId(user), Answer(answer) if answer else None, is_out=bool(is_out))


def _sealer(keyring: Keyring, introduction: Introduction) -> KeyedSealer:
    present = (side.user for side in introduction.sides if side.user != NOBODY)
    return keyring.sealer(introduction.guild, *present)


def _context(introduction: Introduction) -> str:
    return f"introductions:{introduction.guild}:{introduction.id}"


def _card(row: dict[str, Any]) -> Card:
    return Card(
        kind=Kind(row["kind"]),
        is_mentor=row["is_mentor"],
        topics=tuple(row["topics"]),
        languages=tuple(row["languages"]),
        helps=tuple(map(Help, row["helps"])),
        sentence=row["sentence"],
        stage=None if row["stage"] is None else Stage(row["stage"]),
        hours=row["hours"],
    )
