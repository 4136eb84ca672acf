"""Consent and control, statements 1 to 8: where other tests prove a part of one, these prove the whole of it."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.errors import LanternError
from bot.core.introductions import Answer
from bot.core.matching import Kind
from bot.core.models import UserId
from bot.core.peers import MemberState, Ping
from bot.pairing.rounds import pair_now
from bot.storage.database import Database
from support.introductions import DAY, HOUR, START, meeting_in
from support.journey import live_through
from support.meeting import Meeting
from support.peers import HERE, KIM, NOOR, NOW, OLD_ACCOUNT, SAM, make_profile, membership_in
from support.rounds import ROUND, SETTINGS, server_on
from support.worlds import texts_in

PEOPLE = [UserId(100 + number) for number in range(1, 5)]
UNFINISHED, ACTIVE, PAUSED = MemberState.UNFINISHED, MemberState.ACTIVE, MemberState.PAUSED
LONG = settings(max_examples=40)


class Consents:
    """Who takes part, as the rules say it: a dictionary. Whoever is not in it never opted in, or left."""

    def __init__(self) -> None:
        self.states = {}
        self.until = {}

    def join(self, user):
        self.states.setdefault(user, UNFINISHED)
        if self.states[user] is not PAUSED:
            self.states[user] = ACTIVE  # with a profile that lacks nothing, which `finish` asks for

    def pause(self, user, now, days):
        if user in self.states:
            self.states[user], self.until[user] = PAUSED, now + timedelta(days=days) if days else None

    def resume(self, user):
        if user in self.states:
            self.states[user] = ACTIVE

    def leave(self, user):
        self.states.pop(user, None)

    def pass_time(self, now):
        for user, state in self.states.items():
            if state is PAUSED and self.until[user] is not None and self.until[user] <= now:
                self.states[user] = ACTIVE


async def join(membership, user, now):
    """Opt in with all a profile needs. Who is paused stays paused."""
    member = await membership.join(HERE, user, is_adult=True, now=now)
    await membership.change(HERE, user, lambda _: make_profile(), now=now, account=OLD_ACCOUNT)
    if member.state is not PAUSED:
        await membership.finish(HERE, user, now)


async def unless_none(doing):
    """Do something that is refused to who did not opt in."""
    try:
        await doing
    except LanternError:
        return


ACTS = st.one_of(
    st.tuples(st.just("join"), st.sampled_from(PEOPLE)),
    st.tuples(st.just("pause"), st.sampled_from(PEOPLE), st.sampled_from([0, 7, 14])),
    st.tuples(st.sampled_from(["resume", "leave", "skip"]), st.sampled_from(PEOPLE)),
    st.tuples(st.sampled_from(["block", "same"]), st.sampled_from(PEOPLE), st.sampled_from(PEOPLE)),
    st.tuples(st.just("wait"), st.sampled_from([1, 7, 14])),
)


async def consents_are_kept(acts) -> None:
    """Let people do all that, and compare after each act who would be in a round with the rules."""
    database = await Database.open(None)
    membership, expected, now = membership_in(database), Consents(), NOW
    for name, *who in acts:
        match name, who:
            case "join", [user]:
                await join(membership, user, now)
                expected.join(user)
            case "pause", [user, days]:
                await unless_none(membership.pause(HERE, user, now + timedelta(days=days) if days else None, now))
                expected.pause(user, now, days)
            case "resume", [user]:
                await unless_none(membership.resume(HERE, user, now))
                expected.resume(user)
            case "leave", [user]:
                await membership.leave(HERE, user, now)
                expected.leave(user)
            case "block", [by, other]:
                await membership.block(HERE, by, other, now)
            case "same", [one, other] if one != other:
                await membership.declare_same(HERE, one, other, now)
            case "wait", [days]:
                now += timedelta(days=days)
                await membership.resume_due(now)
                expected.pass_time(now)
        candidates = await membership.candidates(HERE, now)
        taking_part = {str(user) for user, state in expected.states.items() if state is ACTIVE}

        assert taking_part == {one.id for one in candidates}, (name, who)
        pairs = pair_now(candidates, SETTINGS, ()).pairs
        assert {one for pair in pairs for one in (pair.first, pair.second)} <= taking_part
    await database.close()


@LONG
@given(st.lists(ACTS, max_size=12))
def test_in_whatever_order_people_do_things_only_who_opted_in_and_is_not_paused_is_a_candidate(acts):
    """Statements 1, 2 and 3: nothing but joining opts in, a pause holds until its hour and no longer."""
    asyncio.run(consents_are_kept(acts))


# Statement 4: what somebody may be when they leave.


async def is_active(_meeting):
    """Change nothing."""


async def is_paused(meeting):
    await meeting.membership.pause(HERE, SAM, START + 14 * DAY, START + HOUR)


async def is_unfinished(meeting):
    await meeting.membership.change(
        HERE, SAM, lambda _: make_profile(languages=frozenset()), now=START + HOUR, account=OLD_ACCOUNT
    )


async def is_held(meeting):
    await meeting.database.run(lambda db: db.execute("UPDATE peers SET is_held = 1 WHERE user = ?", [SAM]))


async def has_agreed(meeting):
    for introduction in await meeting.table.of(HERE, SAM):
        await meeting.introductions.answer(HERE, SAM, introduction.id, Answer.YES, START + HOUR)


async def seen_by_partners(before, *, leaves):
    """Return all that the two whom SAM is offered to see, hour after hour; and in how many rows SAM still is."""
    async with meeting_in() as meeting:
        await meeting.join(NOOR, KIM)
        await meeting.join_mentor(SAM, capacity=2)
        made = await meeting.offer((NOOR, SAM), (KIM, SAM), kind=Kind.MENTOR, places=2)
        await meeting.introductions.answer(HERE, NOOR, made[0].id, Answer.YES, START)
        await before(meeting)
        if leaves:
            await meeting.membership.leave(HERE, SAM, START + 2 * HOUR)
        rows = await meeting.database.read("SELECT count(*) FROM introductions WHERE ? IN (first, second)", [SAM])
        sights = []
        for hours in (2, 49, 50, 72, 73, 74, 200):
            await meeting.sweep(hours * HOUR)
            for introduction, user in zip(made, (NOOR, KIM), strict=True):
                sight = await meeting.seen(user, START + hours * HOUR)
                sights.append(sight.replace(str(introduction.id).encode(), b"0"))
        return rows[0][0], sights


@pytest.mark.parametrize("state", [is_active, is_paused, is_unfinished, is_held, has_agreed])
async def test_whatever_somebody_is_leaving_ends_all_their_offers_at_once_and_partners_read_what_silence_reads(state):
    """Statement 4: from any state, out of every offer, and the neutral text at the usual hour."""
    _, silence = await seen_by_partners(is_active, leaves=False)
    left_in, sights = await seen_by_partners(state, leaves=True)

    assert 0 == left_in
    assert silence == sights
    assert b"introduction.not_now" in sights[-1]


async def test_through_a_whole_life_of_introductions_only_who_chose_it_is_written_to(small_world):
    """Statement 6: rounds, offers, names, check-ins, reports, a removal, leaving; and always the same words."""
    meeting = await Meeting(small_world).turn_on()
    await live_through(meeting, Ping.DIRECT, Ping.NONE, Ping.CHANNEL)
    sent = [texts_in(message) for message in small_world.noor.user.dm_channel.history()]

    assert [[], []] == [member.user.dm_channel.history() for member in (small_world.sam, small_world.ines)]
    assert len(sent) > 1
    assert {small_world.says("inbox.ping")} == set(sent)


# Statement 7


STEPS = st.one_of(
    st.tuples(st.just("round"), st.just(0)),
    st.tuples(st.sampled_from(["yes", "no", "ask"]), st.sampled_from(PEOPLE)),
    st.tuples(st.just("wait"), st.sampled_from([1, 25, 50, 80])),
)


async def offers_are_one_at_a_time(steps) -> None:
    database = await Database.open(None)
    server, now, number = server_on(database), ROUND, 0
    await server.add(*PEOPLE)
    reminded = []
    for name, argument in steps:
        match name:
            case "round":
                await server.rounds.run(HERE, now)
            case "wait":
                now += argument * HOUR
                await server.introductions.sweep(HERE, now)
                letters = await database.read("SELECT id, user, introduction, text_key FROM letters")
                reminded += [row for row in letters if row[3] == "introduction.reminder" and row not in reminded]
            case "ask":
                await unless_none(server.rounds.ask_now(HERE, argument, now))
            case _:
                for offer in (await server.introductions.inbox(HERE, argument, now)).offers:
                    answer = Answer.YES if name == "yes" else Answer.NO
                    await unless_none(server.introductions.answer(HERE, argument, offer.id, answer, now))
        for user in PEOPLE:
            number = max(number, len((await server.introductions.inbox(HERE, user, now)).offers))
    await database.close()
    about = [(user, introduction) for _, user, introduction, _ in reminded]

    assert number <= 1
    assert len(about) == len(set(about))


@LONG
@given(st.lists(STEPS, max_size=10))
def test_whatever_happens_in_whatever_order_nobody_has_two_live_offers_or_is_reminded_twice(steps):
    """Statement 7."""
    asyncio.run(offers_are_one_at_a_time(steps))
