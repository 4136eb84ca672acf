"""Rounds from the announcement on, the clock that runs them, and what moderators see of them: figures, never people."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.cogs.client import LanternClient
from bot.cogs.peers.clock import TICK_SECONDS
from bot.core.models import UserId
from bot.core.peers import MemberState, Ping
from support.acts import do, picture_of, press_of, said
from support.meeting import NO, SECRET, YES, Meeting, traces_of
from support.notes import run
from support.worlds import buttons_in, open_world, selects_in, texts_in

SKIP = "Skip this round"


@pytest.fixture
async def meeting(small_world):
    """A server where Noor, Sam and Ines opted in."""
    started = await Meeting(small_world).turn_on()
    await started.opt_in(small_world.noor, small_world.sam, small_world.ines)
    return started


@pytest.fixture
def noor(small_world):
    return small_world.noor


@pytest.fixture
def mika(small_world):
    return small_world.mika


class ClientWithClock(LanternClient):
    """Starts its clock at its own start, as `lantern run` does, so that SimCord knows it as the bot's work."""

    async def setup_hook(self) -> None:
        await super().setup_hook()
        self.clock.start()


class EndlessRounds:
    """Rounds that never end; `running`: how many run now; `env`: the SimCord world that must not wait for them."""

    def __init__(self) -> None:
        self.running = 0
        self.env = None

    async def announce_due(self, _guild, _now):
        return False

    async def run_due(self, _guild, _now):
        self.running += 1
        try:
            await self.env.external_wait(asyncio.get_running_loop().create_future(), reason="a round that takes long")
        finally:
            self.running -= 1


async def start_clock(world):
    """Start the bot anew, with its clock; SimCord's time then waits until all that the clock does is done."""
    old, world.client = world.client, ClientWithClock(world.lantern)
    await world.env.restart_bot(world.client)
    await old.close()


async def next_round(meeting):
    """Return when the round after next week's is: far enough ahead to be announced."""
    settings = (await meeting.world.lantern.guilds.settings(meeting.guild)).peers
    return meeting.world.lantern.rounds.next_at(settings, datetime.now(UTC) + timedelta(days=2))


class TestTheWeeklyRound:
    async def test_it_is_announced_a_day_before_with_a_way_to_skip_it_and_held_once(self, meeting, noor):
        """Statement 8."""
        at, clock = await next_round(meeting), meeting.world.client.clock
        await clock.run_due(at - timedelta(hours=25))
        early = buttons_in(await meeting.inbox(noor))
        for _ in range(2):
            await clock.run_due(at - timedelta(hours=24))
        announced = await meeting.inbox(noor)
        for _ in range(2):
            await clock.run_due(at)
        records = await meeting.world.lantern.rounds.records(meeting.guild, 5)

        assert SKIP not in early
        assert SKIP in buttons_in(announced)
        assert [(1, 1)] == [(record.number, record.pairs) for record in records]

    async def test_who_skips_is_left_out_and_loses_nothing(self, meeting, noor):
        """Statement 8: no waiting priority is lost."""
        at, clock = await next_round(meeting), meeting.world.client.clock
        await clock.run_due(at - timedelta(hours=24))
        shown = await meeting.inbox(noor)
        await noor.click(shown, label=SKIP)
        told = texts_in(shown)
        before = await meeting.world.lantern.membership.member(meeting.guild, UserId(noor.id))
        await clock.run_due(at)
        after = await meeting.world.lantern.membership.member(meeting.guild, UserId(noor.id))

        assert meeting.world.says("inbox.skipped", at=f"<t:{int(at.timestamp())}:f>") == told
        assert before.waited == after.waited
        assert YES not in buttons_in(await meeting.inbox(noor))
        assert 1 == (await meeting.world.lantern.rounds.records(meeting.guild, 1))[0].pairs

    async def test_where_meeting_is_off_no_round_is_held_and_what_is_under_way_goes_on(self, meeting, noor):
        world = meeting.world
        await meeting.offer(noor, world.sam)
        await meeting.press(noor, YES)
        await meeting.press(world.sam, YES)
        await meeting.turn_on(is_on=False)
        at = await next_round(meeting)
        await world.client.clock.run_due(at - timedelta(hours=24))
        await world.client.clock.run_due(at)

        assert [] == list(await world.lantern.rounds.records(meeting.guild, 1))
        assert world.sam.mention in texts_in(await meeting.inbox(noor))

    async def test_a_round_that_was_announced_is_held_after_a_restart(self, start_small, tmp_path):
        notes = tmp_path / "notes.db"
        async with start_small(notes) as lantern, open_world(lantern) as world:
            meeting = await Meeting(world).turn_on()
            await meeting.opt_in(world.noor, world.sam)
            at = await next_round(meeting)
            await world.client.clock.run_due(at - timedelta(hours=24))
            async with start_small(notes) as again:
                await world.restart(again)
                await world.client.clock.run_due(at + timedelta(hours=1))

                assert YES in buttons_in(await meeting.inbox(world.noor))

    async def test_who_cannot_be_introduced_reads_what_stands_in_the_way_and_how_to_loosen_it(self, meeting, noor):
        """Statement 24."""
        await meeting.opt_in(noor, languages=frozenset({"sw"}))
        await meeting.world.lantern.rounds.run(meeting.guild, datetime.now(UTC))
        told = texts_in(await meeting.inbox(noor))

        assert meeting.world.says("obstacle.language") in told
        assert "<t:" in told

    async def test_nothing_of_it_is_told_in_public(self, meeting, noor):
        """Statement 61: no announcement of who was introduced, no ranking, nothing anybody else could read."""
        at, clock = await next_round(meeting), meeting.world.client.clock
        await clock.run_due(at - timedelta(hours=24))
        await clock.run_due(at)
        for member in meeting.people.values():
            shown = await meeting.inbox(member)
            if YES in buttons_in(shown):
                await member.click(shown, label=YES)
        await clock.run_due(at + timedelta(hours=2))
        named = [member for member in meeting.people.values() if "On Discord" in texts_in(await meeting.inbox(member))]

        assert 2 == len(named)
        assert [] == [*meeting.world.public_messages(), *meeting.channel.history()]


class TestTheClock:
    async def test_a_server_where_something_fails_stops_no_other(self, meeting, noor, caplog):
        """Its failure is in the log, and tried again."""
        world = meeting.world
        other = world.env.create_guild("Aquarium", owner=world.env.create_user("owner of the aquarium"))
        await world.env.settle()
        await run(world.lantern, f"INSERT INTO guild_settings (guild, settings) VALUES ({other.id}, 'no JSON')")
        await meeting.reveal(noor, world.sam)

        assert world.sam.mention in texts_in(await meeting.inbox(noor))
        assert any(str(other.id) in record.getMessage() for record in caplog.records if record.levelno == logging.ERROR)

    async def test_a_round_that_takes_long_holds_up_nothing_else(self, small_lantern):
        rounds = EndlessRounds()
        async with open_world(replace(small_lantern, rounds=rounds)) as world:
            meeting = await Meeting(world).turn_on()
            await meeting.opt_in(world.noor, world.sam, ping=Ping.DIRECT)
            rounds.env = world.env
            await start_clock(world)
            await meeting.offer(world.noor, world.sam)
            await world.env.advance_time(2 * TICK_SECONDS)
            answer = await world.ask("worried about letters")
            before = rounds.running
            await world.client.clock.close()

            assert "What we know about letters" in texts_in(answer)
            assert 1 == len(world.noor.user.dm_channel.history())
            assert (1, 0) == (before, rounds.running)

    async def test_a_pause_ends_by_itself_at_the_stated_hour(self, meeting, noor):
        """Statement 3."""
        membership, user = meeting.world.lantern.membership, UserId(noor.id)
        now = datetime.now(UTC)
        await membership.pause(meeting.guild, user, now + timedelta(days=14), now)
        await meeting.tick(days=13)
        before = (await membership.member(meeting.guild, user)).state
        await meeting.tick(days=14)
        after = (await membership.member(meeting.guild, user)).state

        assert (MemberState.PAUSED, MemberState.ACTIVE) == (before, after)

    async def test_by_itself_every_minute_until_it_is_closed(self, meeting, noor):
        world = meeting.world
        await meeting.opt_in(noor, ping=Ping.DIRECT)
        await start_clock(world)
        await meeting.offer(noor, world.sam)
        await world.env.advance_time(2 * TICK_SECONDS)
        await meeting.inbox(noor)
        await world.client.clock.close()
        await meeting.press(noor, NO)
        await meeting.offer(noor, world.ines)
        await world.env.advance_time(2 * TICK_SECONDS)

        assert 1 == len(noor.user.dm_channel.history())


class TestWhatModeratorsSee:
    async def test_rounds_in_figures(self, meeting, mika):
        """Statement 27: pairs, bound, gap, unmatched, and nobody in it."""
        await meeting.world.lantern.rounds.run(meeting.guild, datetime.now(UTC))
        shown = texts_in((await mika.slash(meeting.world.channel, "matching round")).response)

        for part in ("Round 1", "Took part: 3", "Pairs: 1", "at most 2", "gap 0.00 %", "Wait on: 1", "Solver"):
            assert part in shown
        assert not any(trace in shown for member in meeting.people.values() for trace in traces_of(member))

    async def test_before_the_first_round_they_are_told_so(self, meeting, mika):
        shown = (await mika.slash(meeting.world.channel, "matching round")).response

        assert meeting.world.says("matching.no_rounds") == texts_in(shown)

    async def test_whom_to_look_for_never_who_waits(self, meeting, mika):
        """Statement 60: counts and shortages, never stories."""
        await meeting.opt_in(
            *(meeting.world.guild.add_member(meeting.world.env.create_user(f"m{n}")) for n in range(6)),
            languages=frozenset({"es"}),
            setbacks=frozenset({"ghosting"}),
            asynchronous=True,
            hours=(),
        )
        await meeting.world.lantern.rounds.run(meeting.guild, datetime.now(UTC))
        shown = texts_in((await mika.slash(meeting.world.channel, "matching shortages")).response)

        assert SECRET not in shown
        assert not any(trace in shown for member in meeting.people.values() for trace in traces_of(member)[:2])

    async def test_members_see_neither(self, meeting, noor):
        for command in ("matching round", "matching shortages", "matching topics", "matching reports"):
            shown = (await noor.slash(meeting.world.channel, command)).response

            assert meeting.world.says("error.not_allowed") == texts_in(shown)


class TestTopics:
    async def test_a_topic_of_the_server_is_offered_and_can_be_taken_out_again(self, meeting, mika):
        shown = (await mika.slash(meeting.world.channel, "matching topics")).response
        asked = await mika.click(shown, label="Add a topic")
        await mika.submit_modal(asked, {"topic": "Turned down by a journal twice", "kind": ["plain"]})
        added = texts_in(shown)
        taxonomy = await meeting.world.lantern.membership.taxonomy(meeting.guild)
        (select,) = selects_in(shown)
        await mika.select(shown, [select["options"][0]["value"]], custom_id=select["custom_id"])

        assert "Turned down by a journal twice (this server's own)" in added.replace("\\", "")
        assert "Turned down by a journal twice" in {topic.label for topic in taxonomy.values()}
        assert "Turned down by a journal twice" not in texts_in(shown).replace("\\", "")

    async def test_a_sensitive_one_is_marked(self, meeting, mika):
        shown = (await mika.slash(meeting.world.channel, "matching topics")).response
        asked = await mika.click(shown, label="Add a topic")
        await mika.submit_modal(asked, {"topic": "Waiting for a diagnosis", "kind": ["sensitive"]})
        taxonomy = await meeting.world.lantern.membership.taxonomy(meeting.guild)

        assert [True] == [each.is_sensitive for each in taxonomy.values() if each.label == "Waiting for a diagnosis"]
        assert "on no card unless ticked" in texts_in(shown)

    async def test_what_cannot_be_one_is_said_with_all_that_is_wrong(self, meeting, mika):
        shown = (await mika.slash(meeting.world.channel, "matching topics")).response
        asked = await mika.click(shown, label="Add a topic")
        await mika.submit_modal(asked, {"topic": "x", "kind": ["plain"]})

        assert "A topic has 3 to 60 characters" in texts_in(shown)

    async def test_one_that_ships_cannot_be_taken_out(self, meeting, mika):
        picture = picture_of(meeting.world, (await mika.slash(meeting.world.channel, "matching topics")).response)
        await do(meeting.world, mika, press_of("faq:matching_topic_remove", "ghosting"), picture)

        assert "ghosting" in await meeting.world.lantern.membership.taxonomy(meeting.guild)


class TestTwoAccountsOfOnePerson:
    async def test_they_are_never_introduced_to_each_other(self, meeting, noor, mika):
        """Statement 18."""
        world = meeting.world
        told = await mika.slash(world.channel, "matching same", one=noor.user, other=world.sam.user)
        await world.lantern.membership.pause(meeting.guild, UserId(world.ines.id), None, datetime.now(UTC))
        record = await world.lantern.rounds.run(meeting.guild, datetime.now(UTC))

        assert world.says("matching.same", one=noor.mention, other=world.sam.mention) == texts_in(told.response)
        assert 0 == record.pairs

    async def test_one_account_is_not_two(self, meeting, noor, mika):
        told = await mika.slash(meeting.world.channel, "matching same", one=noor.user, other=noor.user)

        assert meeting.world.says("matching.same_account") in [
            texts_in(each) for each in (told.response, *told.followups)
        ]


async def test_a_forged_decision_is_answered_with_a_sentence(meeting, mika):
    picture = picture_of(meeting.world, (await mika.slash(meeting.world.channel, "matching topics")).response)
    for act in (
        press_of("faq:matching_decide:1:open"),
        press_of("faq:matching_decide:1:nonsense"),
        press_of("faq:matching_sure:9999:removed"),
    ):
        assert said(await do(meeting.world, mika, act, picture))
