"""The state machine of an introduction (../shared/matching.md 6.3). Pure: an event and a moment in, a `Step` out.

Nothing that one of both sees tells what the other did, until both said yes: an offer that came to nothing ends for
whoever did not end it at `told_at`, with one sentence for every cause. `Introduction.end` of an open one is what it
will be closed with; such an offer leads to nothing any more, and looks as before.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bot.core.errors import NoSuchIntroductionError
from bot.core.introductions import Answer, CheckIn, End, IntroductionState, Letter, ReportState, Side
from bot.core.matching import Kind
from bot.core.models import UserId
from bot.core.ports.introductions import Step
from bot.peers.standing import active, met, rested, silent

if TYPE_CHECKING:
    from bot.core.introductions import Card, Introduction
    from bot.core.peers import PeerSettings
    from bot.core.ports.introductions import Situation

NOBODY = UserId(0)
"""Stands for somebody whose name is not known, or who was forgotten."""
DIRECT = 0
"""Stands for a thread that nobody wants: they write each other directly."""
LOST = -1
"""Stands for a thread that was deleted, or could not be opened; either may ask for one again."""
REMINDED = timedelta(hours=24)
"""Before the end of an offer; shorter ones have no reminder."""
CHECK_INS = (timedelta(days=3), timedelta(days=14))
"""After names were known; matching.md 6.3."""
DONE = timedelta(days=28)
"""After names were known, the bot keeps out of it: four rounds, for which a mentor's place is taken [assumed]."""
NOT_YETS = 2
"""At so many check-ins, two people who have not talked are let go."""
OPEN = frozenset({IntroductionState.OFFERED, IntroductionState.AGREED})
KNOWN = frozenset({IntroductionState.REVEALED, IntroductionState.FROZEN})


def told_at(offered_at: datetime, settings: PeerSettings) -> datetime:
    """Return when the outcome of an offer is told: at a full step, so that the moment says nothing."""
    end = offered_at + timedelta(hours=settings.answer_hours)
    step = last_step(end, settings)
    return step if step == end else next_step(end, settings)


def next_step(moment: datetime, settings: PeerSettings) -> datetime:
    """Return the first full step of `told_every_minutes` after a moment."""
    return last_step(moment, settings) + timedelta(minutes=settings.told_every_minutes)


def last_step(moment: datetime, settings: PeerSettings) -> datetime:
    """Return the last full step (counted from 1970, UTC) up to a moment."""
    seconds = settings.told_every_minutes * 60
    return datetime.fromtimestamp(moment.timestamp() // seconds * seconds, UTC)


def answered(
    situation: Situation, user: UserId, answer: Answer, now: datetime, *, places: int, settings: PeerSettings
) -> Step | None:
    """Note what somebody says to an offer. A yes may become a no until names are known.

    `places`: of the mentor, in all. Where none is free, two yes come to nothing.
    Raises NoSuchIntroductionError where it is not theirs, or over for them.
    """
    introduction = situation.introduction
    own = _own(introduction, user)
    if own.answer is answer and (own.is_out or introduction.state in OPEN):
        return None
    if own.is_out or introduction.state not in OPEN or now >= introduction.told_at:
        raise NoSuchIntroductionError("An answer to an offer that is over.")
    if answer is Answer.NO:
        step = out(introduction, user, End.DECLINED, now)
        changed = _with_side(step.introduction, replace(step.introduction.side_of(user), answer=answer))
    else:
        changed = _with_side(introduction, replace(own, answer=answer))
        has_place = introduction.kind is Kind.PEER or situation.mentoring < places
        if changed.other_of(user).answer is answer and changed.end is None and has_place:
            changed = replace(changed, state=IntroductionState.AGREED, revealed_at=next_step(now, settings))
    return Step(changed, people=((user, active(now)),))


def out(introduction: Introduction, user: UserId, end: End, now: datetime) -> Step:
    """Let somebody end an introduction for themselves. Raises KeyError for a stranger.

    The other one hears of it at once where names are known, else at `told_at`.
    """
    gone = _with_side(introduction, replace(introduction.side_of(user), is_out=True))
    if introduction.state is IntroductionState.REVEALED:
        return _ended(gone, end, "introduction.ended", now)
    if introduction.state in OPEN:
        gone = doomed(gone, end)
        if gone.other_of(user).is_out:
            gone = replace(gone, state=IntroductionState.CLOSED)
    elif introduction.state is IntroductionState.FROZEN:
        gone = replace(gone, end=introduction.end or end)
    return Step(gone)


def doomed(introduction: Introduction, end: End) -> Introduction:
    """Let an open offer come to nothing, which neither sees before `told_at`."""
    return replace(introduction, state=IntroductionState.OFFERED, revealed_at=None, end=introduction.end or end)


def stopped(situation: Situation, user: UserId, now: datetime) -> Step | None:
    """Let somebody end an introduction, without having to say why. Raises NoSuchIntroductionError."""
    introduction = situation.introduction
    if _own(introduction, user).is_out:
        return None
    if introduction.state not in KNOWN:
        raise NoSuchIntroductionError("An end to an introduction that is over, or did not begin.")
    step = out(introduction, user, End.STOPPED, now)
    return replace(step, people=((user, active(now)),))


def due(situation: Situation, now: datetime, settings: PeerSettings) -> Step | None:
    """Return the next step that time alone brings, None where none is due.

    Moments in letters are those that were planned, or the last full step where the bot was not running then.
    """
    introduction = situation.introduction
    if introduction.state in KNOWN:
        return _aftercare(situation, now)
    if introduction.state is IntroductionState.AGREED and introduction.revealed_at and now >= introduction.revealed_at:
        return _revealed(introduction, max(introduction.revealed_at, last_step(now, settings)), settings)
    if introduction.state is IntroductionState.OFFERED and now >= introduction.told_at:
        return _came_to_nothing(introduction, max(introduction.told_at, last_step(now, settings)))
    if introduction.state is IntroductionState.OFFERED and not introduction.is_reminded:
        return _reminder(introduction, now)
    return None


def checked_in(situation: Situation, user: UserId, said: CheckIn, now: datetime) -> Step | None:
    """Note what somebody says to the last check-in; "not yet" at two of them lets both go.

    Raises NoSuchIntroductionError where it is not theirs, over for them, or nobody asked yet.
    """
    introduction = situation.introduction
    own = _own(introduction, user)
    if own.is_out and said is CheckIn.STOP:
        return None
    if own.is_out or introduction.state not in KNOWN or not introduction.check_ins:
        raise NoSuchIntroductionError("An answer to a check-in that is over.")
    every = {**situation.said, (introduction.check_ins, user): said}
    not_yets = len({number for (number, _), each in every.items() if each is CheckIn.NOT_YET})
    step = Step(replace(introduction, not_yets=not_yets))
    if said is CheckIn.STOP:
        step = out(step.introduction, user, End.STOPPED, now)
    elif not_yets >= NOT_YETS:
        step = _ended(step.introduction, End.RELEASED, "introduction.released", now)
    return replace(step, people=((user, active(now)),), said=(user, said))


def reported(situation: Situation, user: UserId, now: datetime) -> Step:
    """Freeze an introduction that somebody reports. The other one sees no difference; a mentor in it rests a round.

    Raises NoSuchIntroductionError where it is not theirs.
    """
    introduction = situation.introduction
    own = _own(introduction, user)
    step = Step(introduction)
    if introduction.state in OPEN and not own.is_out:
        step = out(introduction, user, End.REPORTED, now)
    elif introduction.state in KNOWN:
        frozen = replace(introduction, state=IntroductionState.FROZEN)
        step = Step(_with_side(frozen, replace(own, is_out=True)))
    mentor = introduction.sides[1].user
    return replace(step, people=((mentor, rested),)) if introduction.kind is Kind.MENTOR else step


def direct(situation: Situation, user: UserId) -> Step:
    """Let two people talk without a thread. Raises NoSuchIntroductionError."""
    return _with_thread(situation.introduction, user, DIRECT)


def thread_again(situation: Situation, user: UserId) -> Step:
    """Let a thread be opened anew where one was lost. Raises NoSuchIntroductionError."""
    introduction = situation.introduction
    return _with_thread(introduction, user, None if introduction.thread == LOST else introduction.thread)


def decided(situation: Situation, state: ReportState, now: datetime, *, is_last: bool) -> Step | None:
    """Let a frozen introduction go on where every report of it was unfounded, else end it.

    `is_last`: no other report of it is open.
    """
    introduction = situation.introduction
    if introduction.state is not IntroductionState.FROZEN:
        return None
    if state is not ReportState.UNFOUNDED:
        frozen_no_more = replace(introduction, state=IntroductionState.REVEALED)
        return _ended(frozen_no_more, introduction.end or End.REPORTED, "introduction.ended", now)
    if not is_last:
        return None
    if introduction.end is not None:  # one of both ended it meanwhile
        return Step(replace(introduction, state=IntroductionState.CLOSED))
    first, second = (replace(side, is_out=False) for side in introduction.sides)
    return Step(replace(introduction, state=IntroductionState.REVEALED, sides=(first, second)))


def seen_by(introduction: Introduction, user: UserId) -> Introduction:
    """Return an introduction without what one of both must not know: anything the other did, and who they are.

    Once names are known, the other's name, and nothing else of them. Raises KeyError for a stranger.
    """
    other = introduction.other_of(user)
    is_known = introduction.revealed_at is not None and introduction.state is not IntroductionState.AGREED
    masked = Side(other.user, Answer.YES) if is_known else Side(NOBODY)
    state = introduction.state
    if state is IntroductionState.AGREED:
        state = IntroductionState.OFFERED
    elif state is IntroductionState.FROZEN:
        # Who did not end it sees it go on: a report must not show.
        state = IntroductionState.CLOSED if introduction.side_of(user).is_out else IntroductionState.REVEALED
    cards, because = introduction.cards, introduction.because
    if state is IntroductionState.CLOSED:
        first, second = cards
        cards, because = (remembered(first), remembered(second)), ()
    return replace(
        introduction,
        state=state,
        cards=cards,
        because=because,
        sides=(masked, introduction.sides[1]) if introduction.index_of(user) else (introduction.sides[0], masked),
        is_reminded=False,
        revealed_at=introduction.revealed_at if is_known else None,
        not_yets=0,
        end=None,
    )


def remembered(card: Card) -> Card:
    """Return what is left of a card once all is over: what both had in common, by which one knows it again."""
    return replace(card, languages=(), helps=(), sentence="", stage=None, hours=None)


def letters_of(introduction: Introduction, text_key: str, at: datetime, **details: str) -> tuple[Letter, ...]:
    """Return one letter, the same for both, to each one who has not ended it."""
    return tuple(
        Letter(0, introduction.guild, side.user, text_key, details, introduction.id, at)
        for side in introduction.sides
        if not side.is_out
    )


def unix(moment: datetime) -> str:
    """Return a moment as Discord shows it in everybody's own time: whole seconds since 1970."""
    return str(int(moment.timestamp()))


def _own(introduction: Introduction, user: UserId) -> Side:
    try:
        return introduction.side_of(user)
    except KeyError:
        raise NoSuchIntroductionError("Somebody else's introduction.") from None


def _with_side(introduction: Introduction, side: Side) -> Introduction:
    first, second = introduction.sides
    return replace(introduction, sides=(side, second) if side.user == first.user else (first, side))


def _with_thread(introduction: Introduction, user: UserId, thread: int | None) -> Step:
    if _own(introduction, user).is_out or introduction.state not in KNOWN:
        raise NoSuchIntroductionError("A thread for an introduction that is over, or did not begin.")
    return Step(replace(introduction, thread=thread))


def _ended(introduction: Introduction, end: End, text_key: str, at: datetime) -> Step:
    """End one whose names are known for both; a frozen one stays so until a moderator has looked."""
    first, second = (replace(side, is_out=True) for side in introduction.sides)
    is_frozen = introduction.state is IntroductionState.FROZEN
    state = IntroductionState.FROZEN if is_frozen else IntroductionState.CLOSED
    closed = replace(introduction, state=state, sides=(first, second), end=introduction.end or end)
    return Step(closed, letters_of(introduction, text_key, at))


def _revealed(introduction: Introduction, at: datetime, settings: PeerSettings) -> Step:
    known = replace(introduction, state=IntroductionState.REVEALED, revealed_at=at)
    as_mentor = [side.user for side in introduction.sides[1:] if introduction.kind is Kind.MENTOR]
    people = tuple(
        (side.user, met(settings.rest_after if side.user in as_mentor else None)) for side in introduction.sides
    )
    return Step(known, letters_of(known, "introduction.revealed", at), people)


def _came_to_nothing(introduction: Introduction, at: datetime) -> Step:
    waiting = [side for side in introduction.sides if not side.is_out]
    is_silent = any(side.answer is None for side in waiting)
    end = introduction.end or (End.SILENCE if is_silent else End.WITHDRAWN)
    closed = replace(introduction, state=IntroductionState.CLOSED, end=end)
    people = tuple((side.user, silent) for side in _mentors(introduction) if side.answer is None)
    return Step(closed, letters_of(closed, "introduction.not_now", at), people)


def _reminder(introduction: Introduction, now: datetime) -> Step | None:
    at = introduction.told_at - REMINDED
    if now < at or at <= introduction.offered_at:
        return None
    letters = letters_of(introduction, "introduction.reminder", at, until=unix(introduction.told_at))
    silent_ones = {side.user for side in introduction.sides if side.answer is None}
    return Step(replace(introduction, is_reminded=True), tuple(each for each in letters if each.user in silent_ones))


def _aftercare(situation: Situation, now: datetime) -> Step | None:
    introduction = situation.introduction
    began = introduction.revealed_at or now
    passed = sum(now >= began + each for each in CHECK_INS)
    is_open = introduction.state is IntroductionState.REVEALED and introduction.check_ins
    people = tuple(
        (side.user, silent)
        for side in _mentors(introduction)
        if is_open and (introduction.check_ins, side.user) not in situation.said
    )
    if now >= began + DONE and introduction.end is None:
        return replace(_ended(introduction, End.DONE, "introduction.done", began + DONE), people=people)
    if passed > introduction.check_ins and introduction.end is None:
        at = began + CHECK_INS[passed - 1]
        letters = letters_of(introduction, "introduction.check_in", at)
        return Step(replace(introduction, check_ins=passed), letters, people)
    return None


def _mentors(introduction: Introduction) -> list[Side]:
    """Return the side of the mentor, where there is one who has not ended it."""
    return [side for side in introduction.sides[1:] if introduction.kind is Kind.MENTOR and not side.is_out]
