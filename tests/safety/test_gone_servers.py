"""Servers the bot is no longer on, people who left a server, and profiles that nobody uses: data follows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from simcord.backend import serializers

from bot.core.models import GuildId, UserId
from bot.storage.columns import written
from bot.storage.holdings import HOLDINGS
from support.everything import do_everything, opened, rows_with
from support.meeting import Meeting
from support.worlds import open_world, texts_in

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def now():
    return datetime.now(UTC)


@pytest.fixture
async def used(start_small, tmp_path):
    """A server where Noor did everything; its notes are in a file."""
    notes = tmp_path / "state" / "lantern.db"
    async with start_small(notes) as lantern, open_world(lantern) as world:
        world.notes = notes
        world.meeting = await do_everything(world, world.noor, world.sam)
        yield world


async def goes(world, **how):
    """Let the server go away for the bot."""
    world.env.backend.emit("GUILD_DELETE", {"id": str(world.guild.id), **how})
    await world.env.settle()


async def comes_back(world):
    backend = world.env.backend
    backend.emit("GUILD_CREATE", serializers.guild_create_payload(backend, backend.guilds[world.guild.id]))
    await world.env.settle()


async def keep_house(world, now):
    await world.client.housekeeping.run_due(now)
    await world.env.settle()


async def kept(world) -> set[str]:
    """Return the tables in which something of the server is."""
    async with opened(world.notes) as database:
        found = set()
        for holding in HOLDINGS:
            if holding.guild and holding.table != "gone_guilds":
                sql = f"SELECT count(*) FROM {holding.table} WHERE {holding.guild} = ?"
                ((rows,),) = await database.read(sql, [world.guild.id])
                found |= {holding.table} if rows else set()
        return found


class TestAServer:
    async def test_that_removed_the_bot_is_deleted_within_24_hours(self, used, now, caplog):
        """Statement 52: rows and keys, and only that server's."""
        await goes(used)
        await keep_house(used, now)
        await keep_house(used, now + 19 * HOUR)
        before = await kept(used)
        await keep_house(used, now + 20 * HOUR)

        assert {"peers", "votes", "introductions", "guild_settings", "unanswered", "reports"} < before
        assert await kept(used) == set()
        assert used.guild.id not in used.lantern.keyring.guilds()
        assert "votes on answers" in (await used.lantern.personal.everything(UserId(used.noor.id), now))["servers"][0]
        assert "The bot is no longer on 1 servers. Their data is deleted in 20 hours" in caplog.text
        assert str(used.guild.id) not in caplog.text

    async def test_that_takes_the_bot_back_in_time_keeps_everything(self, used, now):
        """Statement 52: and the time begins anew when it goes again."""
        before = await kept(used)
        await goes(used)
        await keep_house(used, now)
        await comes_back(used)
        await keep_house(used, now + 19 * HOUR)
        await goes(used)
        await keep_house(used, now + 21 * HOUR)

        assert before == await kept(used)

    async def test_that_is_only_out_of_reach_keeps_everything(self, used, now):
        """Statement 52: an outage of Discord deletes nothing."""
        before = await kept(used)
        await goes(used, unavailable=True)
        for hours in (0, 21, 42):
            await keep_house(used, now + hours * HOUR)

        assert before == await kept(used)

    async def test_that_went_while_the_bot_was_not_running_is_noticed(self, used, now):
        """Statement 52: whatever server there is data of, and the bot is not on."""
        elsewhere, noor = GuildId(used.guild.id + 1), UserId(used.noor.id)
        await used.lantern.membership.join(elsewhere, noor, is_adult=True, now=now)
        await keep_house(used, now)
        assert await used.lantern.membership.member(elsewhere, noor) is not None

        await keep_house(used, now + 20 * HOUR)
        assert await used.lantern.membership.member(elsewhere, noor) is None
        assert await used.lantern.membership.member(used.meeting.guild, noor) is not None


class TestAMember:
    async def test_who_left_is_forgotten_within_the_hour_where_something_is_open(self, small_world, now):
        """Statements 4, 52: their open offer ends for the other one as any does."""
        meeting = await Meeting(small_world).turn_on()
        await meeting.opt_in(small_world.noor, small_world.sam)
        await meeting.offer(small_world.noor, small_world.sam)
        small_world.env.backend.remove_member(meeting.guild, small_world.sam.id)
        await keep_house(small_world, now)
        await meeting.tick(hours=80)

        assert await small_world.lantern.membership.member(meeting.guild, UserId(small_world.sam.id)) is None
        assert small_world.says("introduction.not_now") in texts_in(await meeting.inbox(small_world.noor))

    async def test_who_left_with_nothing_open_is_forgotten_within_a_day(self, small_world, now):
        """Statement 52: everybody who opted in is looked for once in 24 hours."""
        meeting = await Meeting(small_world).turn_on()
        await meeting.opt_in(small_world.noor, small_world.sam)
        small_world.env.backend.remove_member(meeting.guild, small_world.sam.id)
        for hour in range(24):
            await keep_house(small_world, now + hour * HOUR)
        member = small_world.lantern.membership.member

        assert await member(meeting.guild, UserId(small_world.sam.id)) is None
        assert await member(meeting.guild, UserId(small_world.noor.id)) is not None


class TestAProfileNobodyUses:
    @pytest.fixture
    async def idle(self, used, now):
        """A server where Noor's profile was not used for half a year; she was asked."""
        long_ago = written(now - 181 * DAY)
        async with opened(used.notes) as database:
            sql = "UPDATE peers SET active_at = ? WHERE user = ?"
            await database.run(lambda db: db.execute(sql, [long_ago, used.noor.id]))
        await keep_house(used, now)
        return used

    async def test_is_asked_about_in_the_inbox(self, idle):
        assert "Shall your profile stay?" in texts_in(await idle.meeting.inbox(idle.noor))

    async def test_is_deleted_where_nothing_came_of_it(self, idle, now):
        await keep_house(idle, now + 14 * DAY + HOUR)

        assert await idle.lantern.membership.member(idle.meeting.guild, UserId(idle.noor.id)) is None
        async with opened(idle.notes) as database:
            assert "peers" not in await rows_with(database, UserId(idle.noor.id), idle.lantern.keyring)

    async def test_stays_after_anything_at_all(self, idle, now):
        await idle.noor.slash(idle.channel, "privacy")
        await keep_house(idle, now + 14 * DAY + HOUR)

        assert await idle.lantern.membership.member(idle.meeting.guild, UserId(idle.noor.id)) is not None
