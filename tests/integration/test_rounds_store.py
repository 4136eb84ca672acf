"""Rounds over a real database: announced once, held once, told to everybody at once, or not at all."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.errors import LimitError, NotMemberError, StorageError
from bot.core.matching import Kind, Obstacle, RoundRecord, Shortage
from bot.core.models import UserId
from bot.core.peers import MemberState, Role
from bot.pairing.rounds import Pairing
from bot.peers.rounds import NOTICE
from bot.storage.database import Database
from support.peers import HERE, NOW
from support.rounds import ROUND, SETTINGS, Here, server_on

WEEK = timedelta(days=7)
NOTICED = ROUND - NOTICE
SEEKS, MENTORS = frozenset({Role.SEEKER}), frozenset({Role.MENTOR})


@pytest.fixture
async def database(tmp_path):
    opened = await Database.open(tmp_path / "lantern.db")
    yield opened
    await opened.close()


@pytest.fixture
def server(database):
    return server_on(database)


async def hold(server, at=ROUND):
    """Announce a round and hold it."""
    await server.rounds.announce_due(HERE, at - NOTICE)
    return await server.rounds.run_due(HERE, at)


class TestAnnouncing:
    async def test_everybody_in_it_is_told_a_day_before_and_once(self, database, server):
        """Statement 8."""
        await server.add(1, 2)
        early = await server.rounds.announce_due(HERE, NOTICED - timedelta(seconds=1))
        told = await server.rounds.announce_due(HERE, NOTICED)
        again = [await server.rounds.announce_due(HERE, NOTICED + timedelta(hours=1))]
        again.append(await server_on(database).rounds.announce_due(HERE, NOTICED + timedelta(hours=2)))

        assert (False, True, [False, False]) == (early, told, again)
        assert {1: ["round.soon"], 2: ["round.soon"], 3: []} == await server.letters(1, 2, 3)

    async def test_who_is_paused_or_held_is_not_told(self, server):
        await server.add(1, 2)
        await server.change(1, state=MemberState.PAUSED)
        await server.change(2, is_held=True)
        await server.rounds.announce_due(HERE, NOTICED)

        assert {1: [], 2: []} == await server.letters(1, 2)

    async def test_a_round_stays_when_it_was_announced_for(self, server):
        await server.add(1, 2)
        await server.rounds.announce_due(HERE, NOTICED)
        server.settings.peers = replace(SETTINGS, round_day=(SETTINGS.round_day + 3) % 7)

        assert await server.rounds.run_due(HERE, ROUND - timedelta(seconds=1)) is None
        assert 1 == (await server.rounds.run_due(HERE, ROUND)).pairs


class TestSkipping:
    async def test_who_skips_is_left_out_and_waits_as_before(self, server):
        """Statement 8: no priority is lost."""
        await server.add(1, 2, 3, waited=4)
        await server.rounds.announce_due(HERE, NOTICED)
        skipped = await server.rounds.skip(HERE, UserId(1), NOTICED)
        await server.rounds.run_due(HERE, ROUND)

        assert ROUND == skipped
        assert [(1, {2, 3})] == await server.offers()
        assert [4] == await server.waited(1)
        assert {1: ["round.soon"]} == await server.letters(1)

    async def test_it_is_for_one_round(self, server):
        await server.add(1, 2)
        await server.rounds.announce_due(HERE, NOTICED)
        await server.rounds.skip(HERE, UserId(1), NOTICED)
        await server.rounds.run_due(HERE, ROUND)
        await hold(server, ROUND + WEEK)

        assert [(2, {1, 2})] == await server.offers()

    async def test_an_old_button_skips_the_next_round(self, server):
        await server.add(1, 2)
        await hold(server)

        assert ROUND + WEEK == await server.rounds.skip(HERE, UserId(1), ROUND + timedelta(days=1))

    async def test_a_round_that_is_computed_can_no_more_be_skipped_but_the_next_can(self, database):
        async def skip():
            assert ROUND + WEEK == await server.rounds.skip(HERE, UserId(1), ROUND)

        server = server_on(database, Meeting(then=skip))
        await server.add(1, 2)
        await hold(server)
        await hold(server_on(database), ROUND + WEEK)

        assert [(1, {1, 2})] == await server.offers()
        assert 2 == (await server.peers.member(HERE, UserId(1))).skips

    async def test_who_has_not_opted_in_skips_nothing(self, server):
        """Statement 1."""
        with pytest.raises(NotMemberError):
            await server.rounds.skip(HERE, UserId(9), NOTICED)


class TestHolding:
    async def test_pairs_and_those_without_are_told_in_the_same_moment(self, server):
        """Statement 25."""
        await server.add(1, 2, 3)
        record = await hold(server)
        (pair,) = [users for _, users in await server.offers()]
        (rest,) = {1, 2, 3} - pair
        letters = await server.letters(1, 2, 3)

        assert (3, 1, 2, 2) == (record.people, record.pairs, record.matched, record.upper_bound)
        assert [["round.soon", "introduction.offered"]] * 2 == [letters[user] for user in sorted(pair)]
        assert ["round.soon", "round.unmatched", "obstacle.full"] == letters[rest]
        moments = await server.database.read("SELECT DISTINCT at FROM letters WHERE text_key <> 'round.soon'")
        assert [(ROUND.isoformat(),)] == moments

    async def test_only_who_is_left_without_has_waited_one_round_more(self, server):
        await server.add(1, 2, 3)
        await hold(server)
        (pair,) = [users for _, users in await server.offers()]

        assert [0 if user in pair else 1 for user in (1, 2, 3)] == await server.waited(1, 2, 3)

    async def test_the_longest_overdue_comes_first(self, server):
        """Statement 23."""
        await server.add(1, 2, 3)
        await server.change(2, waited=SETTINGS.grace + 2)
        await server.change(3, waited=SETTINGS.grace + 1)
        await hold(server)

        assert [(1, {2, 3})] == await server.offers()

    async def test_who_can_have_nobody_is_told_what_keeps_them(self, server):
        """Statement 24."""
        await server.add(1, 2)
        await server.add(3, languages=frozenset({"sw"}))
        await hold(server)

        assert {3: ["round.soon", "round.unmatched", "obstacle.language"]} == await server.letters(3)

    async def test_a_pair_that_was_offered_once_is_not_offered_again(self, server):
        """Statement 19."""
        await server.add(1, 2)
        await hold(server)
        await server.introductions.sweep(HERE, ROUND + WEEK - timedelta(hours=1))
        await hold(server, ROUND + WEEK)

        assert [(1, {1, 2})] == await server.offers()
        assert "obstacle.past" in (await server.letters(1))[1]

    async def test_who_has_an_open_offer_gets_no_other(self, server):
        """Statement 7."""
        await server.add(1, 2)
        await hold(server)
        await server.add(3)
        await server.rounds.run(HERE, ROUND + timedelta(hours=1))

        assert [(1, {1, 2})] == await server.offers()

    async def test_a_mentor_who_rests_sits_out_and_is_back_in_the_next_round(self, server):
        """Statement 59."""
        await server.add(1, roles=SEEKS)
        await server.add(2, roles=MENTORS, stage=3, rests=1)
        await hold(server)
        after_the_first = await server.offers()
        await hold(server, ROUND + WEEK)

        assert ([], [(2, {1, 2})]) == (after_the_first, await server.offers())

    async def test_a_mentor_who_has_somebody_does_not_wait(self, server):
        await server.add(1, roles=SEEKS)
        await server.add(2, roles=MENTORS, stage=3, capacity=2)
        await hold(server)
        await server.rounds.run(HERE, ROUND + timedelta(hours=1))

        assert [0] == await server.waited(2)
        assert {2: ["round.soon", "introduction.offered"]} == await server.letters(2)

    async def test_reasons_say_no_more_than_the_cards(self, server):
        """Three people share a topic on a card; a topic of two would single them out."""
        await server.add(1, 2, setbacks=frozenset({"ghosting", "isolation", "limited-energy"}))
        await server.add(3, 4, 5, setbacks=frozenset({"ghosting"}), languages=frozenset({"sw"}))
        await hold(server)
        inbox = await server.introductions.inbox(HERE, UserId(1), ROUND)
        (offer,) = inbox.offers
        told = {value for reason in offer.because for value in reason.values}

        assert {"isolation", "limited-energy"} & told == set()
        assert told <= {*offer.card_for(UserId(1)).topics, *offer.card_for(UserId(1)).helps}

    async def test_nobody_there_is_a_round_too(self, server):
        record = await hold(server)

        assert (0, 0, 0, 0.0) == (record.people, record.pairs, record.matched, record.seconds * 0)
        assert [record.number] == [each.number for each in await server.rounds.records(HERE, 9)]

    async def test_a_process_of_its_own_pairs_as_this_one_does(self, database):
        server = server_on(database, Pairing())
        await server.add(1, 2, 3, 4)
        record = await hold(server)

        assert (2, 4, 0.0) == (record.pairs, record.matched, 1 - record.matched / record.upper_bound)


class Meeting(Here):
    """Pairs once as many rounds as there are processes have come so far; `then` may happen before it goes on."""

    def __init__(self, parties=1, then=None) -> None:
        self._barrier = asyncio.Barrier(parties)
        self._then = then

    async def pair(self, people, settings, sensitive):
        await self._barrier.wait()
        result = await super().pair(people, settings, sensitive)
        if self._then is not None:
            await self._then()
        return result


class TestOnce:
    async def test_a_round_that_was_held_is_not_held_again(self, database, server):
        await server.add(1, 2)
        await hold(server)

        assert await server.rounds.run_due(HERE, ROUND) is None
        assert await server_on(database).rounds.run_due(HERE, ROUND + timedelta(hours=1)) is None
        assert 1 == len(await server.offers())

    async def test_two_processes_that_compute_it_at_once_hold_it_once(self, tmp_path, database):
        second = await Database.open(tmp_path / "lantern.db")
        pairer = Meeting(parties=2)
        one, other = server_on(database, pairer), server_on(second, pairer)
        await one.add(1, 2, 3)
        await one.rounds.announce_due(HERE, NOTICED)
        records = await asyncio.gather(one.rounds.run_due(HERE, ROUND), other.rounds.run_due(HERE, ROUND))
        await second.close()

        assert 1 == sum(record is not None for record in records)
        assert 1 == len(await one.offers())
        assert [0, 0, 1] == sorted(await one.waited(1, 2, 3))

    async def test_a_tick_while_it_is_computed_starts_no_other(self, database):
        entered, go = asyncio.Event(), asyncio.Event()

        async def wait():
            entered.set()
            await go.wait()

        server = server_on(database, Meeting(then=wait))
        await server.add(1, 2)
        await server.rounds.announce_due(HERE, NOTICED)
        first = asyncio.create_task(server.rounds.run_due(HERE, ROUND))
        await entered.wait()
        second = await server.rounds.run_due(HERE, ROUND)
        go.set()

        assert second is None
        assert 1 == (await first).pairs

    async def test_what_fails_while_it_is_written_leaves_nothing(self, server):
        await server.add(1, 2, 3)
        await server.rounds.announce_due(HERE, NOTICED)
        trigger = "CREATE TRIGGER full BEFORE UPDATE OF waited ON peers BEGIN SELECT RAISE(ABORT, 'full'); END"
        await server.database.run(lambda db: db.execute(trigger))
        with pytest.raises(StorageError):
            await server.rounds.run_due(HERE, ROUND)
        before = await server.offers(), await server.letters(1, 2, 3), await server.rounds.records(HERE, 9)
        await server.database.run(lambda db: db.execute("DROP TRIGGER full"))
        record = await server.rounds.run_due(HERE, ROUND)

        assert ([], {user: ["round.soon"] for user in (1, 2, 3)}, []) == before
        assert (1, 1) == (record.number, len(await server.offers()))

    async def test_a_round_the_bot_was_not_there_for_is_held_late(self, server):
        await server.add(1, 2)
        await server.rounds.announce_due(HERE, NOTICED)

        assert 1 == (await server.rounds.run_due(HERE, ROUND + timedelta(days=3))).pairs

    async def test_but_not_when_the_next_is_due(self, server):
        await server.add(1, 2)
        await server.rounds.announce_due(HERE, NOTICED)
        late = ROUND + WEEK - NOTICE

        assert await server.rounds.run_due(HERE, late) is None
        assert await server.rounds.announce_due(HERE, late)
        assert 1 == (await server.rounds.run_due(HERE, ROUND + WEEK)).pairs

    async def test_who_pauses_meanwhile_is_in_no_offer_and_the_other_is_told(self, database):
        async def pause():
            await server.membership.pause(HERE, UserId(1), None, ROUND)

        server = server_on(database, Meeting(then=pause))
        await server.add(1, 2)
        await hold(server)

        assert [] == await server.offers()
        assert {1: ["round.soon"], 2: ["round.soon", "round.unmatched", "obstacle.full"]} == await server.letters(1, 2)
        assert [0, 1] == await server.waited(1, 2)


class TestAskingBetweenRounds:
    async def test_who_is_to_spare_is_offered_at_once(self, server):
        await server.add(1, 2)
        asked = await server.rounds.ask_now(HERE, UserId(1), NOW)

        assert (True, [(0, {1, 2})]) == (asked.is_offered, await server.offers())
        assert {2: ["introduction.offered"]} == await server.letters(2)

    async def test_nobody_is_taken_from_who_has_waited_longer(self, server):
        await server.add(1)
        await server.add(2, 3, waited=SETTINGS.grace + 1)
        asked = await server.rounds.ask_now(HERE, UserId(1), NOW)

        assert (False, []) == (asked.is_offered, await server.offers())
        assert server.rounds.next_at(SETTINGS, NOW) == asked.next_at

    async def test_three_times_a_day_is_enough(self, server):
        """Statement 57."""
        await server.add(1)
        for _ in range(3):
            await server.rounds.ask_now(HERE, UserId(1), NOW)
        with pytest.raises(LimitError):
            await server.rounds.ask_now(HERE, UserId(1), NOW)

        assert not (await server.rounds.ask_now(HERE, UserId(1), NOW + timedelta(days=1))).is_offered

    async def test_who_takes_no_part_gets_nobody(self, server):
        """Statement 1."""
        await server.add(1, 2)
        await server.change(1, state=MemberState.PAUSED)
        for user in (1, 9):
            with pytest.raises(NotMemberError):
                await server.rounds.ask_now(HERE, UserId(user), NOW)

        assert [] == await server.offers()


class TestRecords:
    async def test_a_record_comes_back_as_it_was(self, server):
        shortage = Shortage(5, Kind.MENTOR, Obstacle.TIME, "es", 5.0, 9.5, "ghosting")
        record = RoundRecord(
            number=3,
            at=ROUND,
            people=9,
            pairs=2,
            matched=4,
            upper_bound=5,
            solver="exact",
            note="a note",
            seconds=0.5,
            input_hash="abc",
            waited={0: 3, 4: 1},
            waiting={1: 5},
            shortages=(shortage,),
        )
        await server.database.run(server.store.closing(HERE, record, {}))

        assert [record] == await server.store.records(HERE, 9)
        assert 3 == await server.store.last_number(HERE)

    async def test_waiting_times_are_of_this_server(self, server):
        """Statement 26."""
        await server.add(*range(1, 7))
        await hold(server)

        assert 1 == (await server.rounds.waiting_times(HERE)).most
        assert await server.rounds.waiting_times(type(HERE)(999)) is None
