"""Fairness, statements 22 to 28: for the whole way from people to pairs, and for what people read of it."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings

from bot.core.matching import Obstacle
from bot.core.models import UserId
from bot.core.peers import PeerSettings
from bot.pairing.candidates import Search
from bot.pairing.rounds import Pairing, pair_now
from bot.pairing.solve import Solver
from bot.peers.obstacles import TEXT_KEYS
from bot.storage.database import Database
from support.candidates import SENSITIVE
from support.crowds import crowds
from support.joining import peers
from support.meeting import Meeting, traces_of
from support.pairing import best_by_brute_force
from support.peers import HERE
from support.rounds import ROUND, server_on
from support.worlds import texts_in

SETTINGS = PeerSettings()
FEW = 12
"""Edges of which brute force tries every choice."""
WAYS = {
    Obstacle.ROLES: "look for",
    Obstacle.LANGUAGE: "add it to your profile",
    Obstacle.TIME: "Add hours",
    Obstacle.STAGE: "look for",
    Obstacle.FIT: "Another topic",
}
"""What somebody can loosen, with what they are told to do. About the others nobody can do anything."""


@settings(deadline=None)
@given(crowds())
def test_from_people_to_pairs_as_many_are_paired_as_brute_force_can(everybody):
    """Statement 22: with the search, the solver and the second pass, not the solver alone."""
    graph = Search(everybody, SETTINGS, SENSITIVE).find().graph
    if len(graph.first) <= FEW:
        result = pair_now(everybody, SETTINGS, SENSITIVE)

        assert best_by_brute_force(graph, SETTINGS.grace)[0] == len(result.pairs)


@settings(deadline=None)
@given(crowds())
def test_from_people_to_pairs_whoever_is_overdue_the_longest_is_paired_if_anybody_fits(everybody):
    """Statement 23: one of those who wait the longest of all who fit somebody, and more than the grace."""
    graph = Search(everybody, SETTINGS, SENSITIVE).find().graph
    fitting = [everybody[one] for one in np.unique(np.concatenate((graph.first, graph.second)))]
    longest = max((one.waited for one in fitting), default=0)
    paired = {one for pair in pair_now(everybody, SETTINGS, SENSITIVE).pairs for one in (pair.first, pair.second)}

    assert longest <= SETTINGS.grace or paired & {one.id for one in fitting if one.waited == longest}


class TestWhatStandsInTheWay:
    """Statement 24: which constraint binds, and a way to relax it, for as long as it does."""

    @pytest.mark.parametrize("obstacle", WAYS)
    def test_each_that_can_be_loosened_says_how(self, texts, obstacle):
        assert WAYS[obstacle] in texts(TEXT_KEYS[obstacle])

    async def test_it_is_still_said_after_it_was_read_and_no_more_once_there_is_an_offer(self, small_world):
        meeting = await Meeting(small_world).turn_on()
        noor, sam = small_world.noor, small_world.sam
        await meeting.opt_in(noor, languages=frozenset({"sw"}))
        await meeting.opt_in(sam)
        await small_world.lantern.rounds.run(meeting.guild, datetime.now(UTC))
        read = texts_in(await meeting.inbox(noor))
        after_reading = texts_in(await peers(small_world, "status"))
        await meeting.offer(noor, sam)
        after_an_offer = texts_in(await peers(small_world, "status"))
        told = small_world.says("obstacle.language")

        assert [True, True, False] == [told in text for text in (read, after_reading, after_an_offer)]


async def test_what_is_kept_of_a_round_names_nobody():
    """Statement 27: neither ids nor anything that was told, in the row that moderators read figures from."""
    database = await Database.open(None)
    server = server_on(database)
    ids = [UserId(700_000_000_000_000_000 + number) for number in range(5)]
    await server.add(*ids)
    record = await server.rounds.run(HERE, ROUND)
    rows = json.dumps(await database.read("SELECT * FROM rounds"))
    await database.close()

    assert (5, 2) == (record.people, record.pairs)
    assert not [one for one in ids if str(one) in rows]
    assert "praised" not in rows


async def test_a_round_without_time_falls_back_says_so_to_moderators_and_still_introduces(small_world):
    """Statement 28: from solver to solver, down to the one that needs none."""
    meeting = await Meeting(small_world).turn_on(budget_seconds=0.001)
    await meeting.opt_in(small_world.noor, small_world.sam)
    record = await small_world.lantern.rounds.run(meeting.guild, datetime.now(UTC))
    shown = texts_in((await small_world.mika.slash(small_world.channel, "matching round")).response)

    assert (1, str(Solver.GREEDY)) == (record.pairs, record.solver)
    assert "took longer than 0.001 s" in record.note
    assert "took longer than 0.001 s" in shown.replace("\\", "")
    assert not [
        trace for member in (small_world.noor, small_world.sam) for trace in traces_of(member) if trace in shown
    ]


async def test_somebody_who_asks_between_rounds_never_waits_for_a_solver_that_has_no_time():
    """Statement 28: there is nobody to spare then, and the next round is named."""
    database = await Database.open(None)
    server = server_on(database, Pairing())
    server.settings.peers = PeerSettings(is_on=True, budget_seconds=0.001)
    await server.add(1, 2)
    asked = await server.rounds.ask_now(HERE, UserId(1), ROUND)
    await database.close()

    assert not asked.is_offered
    assert asked.next_at > ROUND
