"""Hard constraints, statements 16 to 21: over real storage, and whichever way a pair might come to be."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.introductions import ReportState
from bot.core.matching import Kind
from bot.core.models import UserId
from bot.core.peers import MemberState, PeerSettings
from bot.pairing.rounds import pair_now, spare_now
from bot.storage.database import Database
from support.candidates import SENSITIVE, somebody
from support.crowds import crowds
from support.introductions import DAY, HOUR, meeting_in
from support.peers import HERE, KIM, NOOR, SAM, make_member
from support.rounds import ROUND, server_on

SOME = [UserId(100 + number) for number in range(1, 5)]
LONG = settings(max_examples=40)
two = st.lists(st.sampled_from(SOME), min_size=2, max_size=2, unique=True).map(tuple)
ACTS = st.one_of(
    st.tuples(st.sampled_from(["block", "same", "meet"]), two),
    st.tuples(st.sampled_from(["leave", "return"]), st.sampled_from(SOME)),
    st.tuples(st.just("round"), st.just(())),
)


async def constraints_hold(acts) -> None:
    """Let people block, leave, return and be paired by rounds and on demand; note who must not meet any more."""
    database = await Database.open(None)
    server, now, apart = server_on(database), ROUND, set()
    await server.add(*SOME)
    for name, who in [*acts, ("round", ())]:
        now += timedelta(days=4)
        await server.introductions.sweep(HERE, now)
        before = {frozenset(pair) for _, pair in await server.offers()}
        ids = {row[0] for row in await database.read("SELECT id FROM introductions")}
        match name:
            case "block":
                await server.membership.block(HERE, *who, now)
                apart.add(frozenset(who))
            case "same":
                await server.membership.declare_same(HERE, *who, now)
                apart.add(frozenset(who))
            case "leave":
                await server.membership.leave(HERE, who, now)
            case "return":
                await server.peers.add(make_member(who))
            case "meet":
                member = await server.membership.member(HERE, who[0])
                if member is not None and member.state is MemberState.ACTIVE:
                    await server.rounds.ask_now(HERE, who[0], now)
            case "round":
                await server.rounds.run(HERE, now)
        rows = await database.read("SELECT id, first, second FROM introductions")
        made = {frozenset((first, second)) for number, first, second in rows if number not in ids}

        assert not made & apart
        assert not made & before
        assert all(len(pair) == 2 for pair in made)
        apart |= made
    await database.close()


@LONG
@given(st.lists(ACTS, max_size=8))
def test_in_whatever_order_nobody_is_offered_who_was_blocked_is_the_same_person_or_was_offered_before(acts):
    """Statements 16, 18 and 19: blocks either way, second accounts and past pairs outlive leaving and returning."""
    asyncio.run(constraints_hold(acts))


async def test_whom_moderators_removed_is_offered_nobody_also_after_the_report_is_long_forgotten():
    """Statements 16 and 57: reports are kept 90 days; the removal for good."""
    async with meeting_in() as meeting:
        await meeting.join(NOOR, SAM, KIM)
        await meeting.offer()
        await meeting.known()
        await meeting.report(NOOR, after=3 * HOUR)
        await meeting.decide(ReportState.REMOVED, 4 * HOUR)
        later = meeting.start + 200 * DAY
        await meeting.sweep(200 * DAY)
        reports = await meeting.database.read("SELECT * FROM reports")
        back = await meeting.membership.join(HERE, SAM, is_adult=True, now=later)
        await meeting.peers.update(HERE, SAM, lambda member: replace(make_member(SAM), is_held=member.is_held))
        candidates = [one.id for one in await meeting.membership.candidates(HERE, later)]
        offered = await meeting.offer((KIM, SAM), at=later)

        assert [] == reports
        assert back.is_held
        assert [str(NOOR), str(KIM)] == candidates
        assert 0 == len(offered)


# Whichever way a pair comes to be: a round, or somebody who asks between rounds


def speak(one, other):
    """Tell whether two have a language in common, however it is written."""
    return {each.strip().lower() for each in one.languages} & {each.strip().lower() for each in other.languages}


def quarters(somebody):
    """Return the quarter hours of the UTC day in which somebody is free, counted one by one."""
    found = set()
    for start, end in somebody.hours:
        steps = (end - start) % 24 or (24 if end != start else 0)
        found |= {int((start - somebody.utc_offset) * 4 + step) % 96 for step in range(int(steps * 4))}
    return found


def have_time(one, other):
    """Tell whether two are free at the same time for an hour a day, or both write at any time."""
    return (one.asynchronous and other.asynchronous) or len(quarters(one) & quarters(other)) >= 4


@settings(deadline=None)
@given(crowds(), st.sampled_from([0.0, 0.2, 0.35, 0.6, 0.9]))
def test_every_pair_of_a_round_and_between_rounds_holds_all_constraints(everybody, floor):
    """Statements 16, 17, 18, 19, 20 and 21: against rules written anew, at every floor a server may set."""
    wanted, by_id = PeerSettings(floor=floor), {one.id: one for one in everybody}
    pairs = [*pair_now(everybody, wanted, SENSITIVE).pairs]
    pairs += filter(None, (spare_now(everybody, one.id, wanted, SENSITIVE) for one in everybody))
    for pair in pairs:
        one, other = by_id[pair.first], by_id[pair.second]

        assert pair.first != pair.second
        assert one.adult is other.adult is True
        assert other.id not in one.blocks | one.past | one.same
        assert one.id not in other.blocks | other.past | other.same
        assert pair.fit >= floor - 1e-6
        assert speak(one, other)
        assert have_time(one, other)
        assert pair.kind is Kind.PEER or other.slots > 0


@pytest.mark.parametrize("adult", [False, None])
def test_whoever_is_not_known_to_be_an_adult_is_given_nobody_who_asks_either(adult):
    """Statement 17: on demand, too."""
    everybody = [somebody("ada", adult=adult), somebody("bob"), somebody("cid", adult=None)]

    assert [None] * 3 == [spare_now(everybody, one.id, PeerSettings(), SENSITIVE) for one in everybody]
    assert () == pair_now(everybody, PeerSettings(), SENSITIVE).pairs
