"""What waits, and since when; rounds, and people by how they wait: counted by SQL from what the real tables write."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.introductions import ReportState
from bot.core.models import UserId
from bot.core.moderation import GuildSettings
from bot.core.ports.watch import Held, Queue, Waiting
from bot.peers.rounds import NOTICE
from bot.storage.census import CensusTable
from bot.storage.check_backs import CheckBacks
from bot.storage.columns import written
from bot.storage.database import Database
from bot.storage.guilds import GuildSettingsTable
from support.introductions import HOUR, START, meeting_in
from support.peers import HERE, KIM, NOOR, NOW, SAM
from support.rounds import ROUND, SETTINGS, server_on

NOTHING = Waiting(0, None)


@pytest.fixture
async def database(tmp_path):
    opened = await Database.open(tmp_path / "lantern.db")
    yield opened
    await opened.close()


async def test_an_empty_database_has_nothing(database):
    census = await CensusTable(database).census(NOW)

    assert dict.fromkeys(Queue, NOTHING) == census.queues
    assert Held(0, 0, {}, 0, 0.0) == census.held
    assert {"unfinished": 0, "active": 0, "paused": 0} == census.people
    assert {} == census.waiting
    assert census.bytes > 0


class TestWaiting:
    async def test_offers_letters_and_reports_are_counted_until_somebody_dealt_with_them(self, tmp_path):
        async with meeting_in(tmp_path / "lantern.db") as meeting:
            taker = CensusTable(meeting.database)
            await meeting.join(NOOR, SAM, KIM)
            await meeting.offer()
            offered = (await taker.census(START)).queues
            at = await meeting.known()
            known = (await taker.census(at)).queues
            await meeting.report(NOOR, after=3 * HOUR)
            reported = (await taker.census(at)).queues
            await meeting.decide(ReportState.UNFOUNDED, 4 * HOUR)
            decided = (await taker.census(at)).queues

        assert Waiting(1, START) == offered[Queue.OFFERS]
        assert NOTHING == known[Queue.OFFERS]
        assert known[Queue.LETTERS].length >= 2
        assert Waiting(1, START + 3 * HOUR) == reported[Queue.REPORTS]
        assert NOTHING == decided[Queue.REPORTS]

    async def test_who_is_to_be_written_to_waits_only_once_it_is_due(self, database):
        await CheckBacks(database).keep(HERE, UserId(1), NOW, "DE")
        taker = CensusTable(database)

        assert NOTHING == (await taker.census(NOW - timedelta(seconds=1))).queues[Queue.CHECK_BACKS]
        assert Waiting(1, NOW) == (await taker.census(NOW + HOUR)).queues[Queue.CHECK_BACKS]

    async def test_a_round_waits_once_its_time_has_come_where_it_will_be_held(self, database):
        """Not where meeting was turned off, nor on a server the bot is no longer on: nobody holds it there."""
        server, settings, taker = server_on(database), GuildSettingsTable(database), CensusTable(database)
        await server.add(1, 2)
        await settings.update_settings(HERE, lambda _: GuildSettings(peers=SETTINGS))
        await server.rounds.announce_due(HERE, ROUND - NOTICE)
        early = (await taker.census(ROUND - timedelta(seconds=1))).queues[Queue.ROUNDS]
        due = (await taker.census(ROUND)).queues[Queue.ROUNDS]
        await settings.update_settings(HERE, lambda _: GuildSettings(peers=replace(SETTINGS, is_on=False)))
        off = (await taker.census(ROUND)).queues[Queue.ROUNDS]
        await settings.update_settings(HERE, lambda _: GuildSettings(peers=SETTINGS))
        gone_since = {"guild": HERE, "since": written(NOW)}
        await database.run(lambda db: db.table("gone_guilds").insert(gone_since))
        gone = (await taker.census(ROUND)).queues[Queue.ROUNDS]

        assert [NOTHING, Waiting(1, ROUND), NOTHING, NOTHING] == [early, due, off, gone]

    async def test_one_that_was_held_does_not(self, database):
        server = server_on(database)
        await GuildSettingsTable(database).update_settings(HERE, lambda _: GuildSettings(peers=SETTINGS))
        await server.add(1, 2)
        await server.rounds.announce_due(HERE, ROUND - NOTICE)
        await server.rounds.run_due(HERE, ROUND)

        assert NOTHING == (await CensusTable(database).census(ROUND + HOUR)).queues[Queue.ROUNDS]


class TestRounds:
    async def test_people_are_counted_by_the_round_that_found_somebody_for_them_or_did_not(self, database):
        server = server_on(database)
        await server.add(1, 2)
        await server.add(3, waited=2)
        record = await server.rounds.run(HERE, NOW)
        census = await CensusTable(database).census(NOW + HOUR)

        assert (1, 1, 1) == (census.held.rounds, census.held.pairs, census.held.left_out)
        assert {before + 1: people for before, people in record.waited.items()} == census.held.matched
        assert 2 == sum(census.held.matched.values())
        assert 3 in census.held.matched, "who waited two rounds came first"
        assert record.seconds == census.held.seconds
        assert {"active": 3, "unfinished": 0, "paused": 0} == census.people
        assert 3 == sum(census.waiting.values())

    async def test_one_of_last_week_is_not_counted_any_more(self, database):
        server = server_on(database)
        await server.add(1, 2)
        await server.rounds.run(HERE, NOW)

        assert 1 == (await CensusTable(database).census(NOW + timedelta(days=7) - HOUR)).held.rounds
        assert Held(0, 0, {}, 0, 0.0) == (await CensusTable(database).census(NOW + timedelta(days=7))).held
