"""The weekly digest: once a week, in the moderators' channel, with what there is to do and the ways to it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.cogs.client import LanternClient
from bot.cogs.weekly import LINKS_EVERY, Weekly
from bot.core.links import LinkReport, LinkState
from bot.core.models import EntryId, GuildId, UserId
from bot.core.moderation import GuildSettings
from support.editor import add, entries_of, guild_of, press, second_moderator, set_up
from support.edits import edit
from support.small import ANSWERED, OFFERED, UNKNOWN, question_of
from support.worlds import buttons_in, open_world, texts_in

WEEK, DAY, HOUR = timedelta(weeks=1), timedelta(days=1), timedelta(hours=1)


@pytest.fixture
async def server(small_world):
    """A server whose moderators have a channel of their own."""
    small_world.desk_channel = small_world.guild.create_text_channel("mods")
    for entry in (await entries_of(small_world)).values():  # nothing is overdue whenever the test runs
        await plant(small_world, entry, reviewed_on=monday().date())
    await set_up(small_world, moderators_channel=small_world.desk_channel.id, digest_day=0)
    return small_world


async def plant(world, entry, **changes):
    """Let an entry be another one."""
    await edit(world.lantern.library, guild_of(world), entry.id, replace(entry, **changes))


async def plant_overdue(world):
    """Let one entry be past its review date."""
    entry = (await entries_of(world))[EntryId("visas")]
    await plant(world, entry, reviewed_on=monday().date() - timedelta(days=400), review_after_days=30)


def posts(world):
    """Return what the moderators' channel shows of the bot, oldest first."""
    return [each for each in world.desk_channel.history() if each.author.id == world.client.user.id]


async def suggest(world):
    """Let a member suggest an entry."""
    await world.lantern.suggestions.suggest(guild_of(world), UserId(5), "Which tea is best for writing?", "", "")


async def propose(world):
    """Let a vote propose a phrasing."""
    question = "I am worried about letters now"
    await world.lantern.proposals.voted(guild_of(world), EntryId("letters"), question, UserId(5), helped=True)


def monday(hour=9) -> datetime:
    """Return the coming Monday: what was counted until today is in the week before it."""
    now = datetime.now(UTC)
    day = now + timedelta(days=7 - now.weekday())
    return day.replace(hour=hour, minute=0, second=0, microsecond=0)


async def run(world, now, weekly=None):
    """Let the bot look at the clock."""
    await (weekly or world.client.weekly).run_due(now)
    await world.env.settle()


class TestWhen:
    async def test_it_comes_once_on_its_day_however_often_the_clock_is_looked_at(self, server):
        times = [monday() - HOUR, monday(), monday() + HOUR, monday() + 5 * HOUR, monday() + DAY, monday() + WEEK]

        seen = []
        for now in times:
            await run(server, now)
            seen.append(len(posts(server)))

        assert [0, 1, 1, 1, 1, 2] == seen

    async def test_neither_a_restart_nor_a_second_loop_posts_it_again(self, server):
        twins = [Weekly(server.client.desk), Weekly(server.client.desk)]

        await asyncio.gather(*(twin.run_due(monday()) for twin in twins))
        await server.restart()
        await run(server, monday() + HOUR)

        assert 1 == len(posts(server))

    @pytest.mark.parametrize("changes", [{"digest_day": None}, {"digest_day": 1}, {"moderators_channel": None}])
    async def test_it_does_not_come_where_it_is_not_wanted(self, server, changes):
        await set_up(server, **changes)

        await run(server, monday())

        assert [] == posts(server)

    async def test_where_posting_fails_it_is_tried_again_later(self, server):
        path = f"/channels/{server.desk_channel.id}/messages"
        server.env.inject_error("POST", path, status=500)
        await run(server, monday())
        failed = len(posts(server))

        await run(server, monday() + HOUR)

        assert 0 == failed
        assert 1 == len(posts(server))

    async def test_one_server_whose_channel_is_gone_keeps_no_other_waiting(self, server):
        server.env.backend.delete_channel(server.desk_channel.id)
        other = server.env.create_guild("Elsewhere", owner=server.env.create_user("else"))
        channel = other.create_text_channel("mods")
        await server.env.settle()
        await server.lantern.guilds.update(
            GuildId(other.id), lambda _: GuildSettings(moderators_channel=channel.id, digest_day=0)
        )

        await run(server, monday())

        assert 1 == len(list(channel.history()))


class TestWhat:
    async def test_nothing_to_do_is_one_friendly_line(self, server):
        for question in (ANSWERED, OFFERED):
            await server.ask(question)

        await run(server, monday())

        (post,) = posts(server)
        assert server.says("digest.quiet", asked=2) == texts_in(post)
        assert {} == buttons_in(post)

    async def test_it_names_all_there_is_to_do(self, server):
        for who in (server.noor, server.sam):
            await server.ask(UNKNOWN, who=who)
        await suggest(server)
        await propose(server)
        await plant_overdue(server)

        await run(server, monday())

        (post,) = posts(server)
        said = texts_in(post)
        assert server.says("digest.title") in said
        assert server.says("digest.waiting", number=1) in said
        assert server.says("digest.question", question=UNKNOWN, people=server.says("prop.people", number=2)) in said
        assert server.says("digest.proposals", number=1) in said
        assert server.says("digest.suggestions", number=1) in said
        assert server.says("up.count", what=server.says("up.overdue"), count=1) in said
        assert [f"Look at {what}" for what in ("questions", "proposals", "suggestions", "upkeep")] == list(
            buttons_in(post)
        )

    async def test_drafts_that_wait_for_approval_are_named(self, server):
        await set_up(server, four_eyes=True)
        card = await add(server)
        await press(server.mika, card, "Hand in")

        await run(server, monday())

        post = posts(server)[-1]
        assert server.says("digest.drafts", number=1) in texts_in(post)

    async def test_its_buttons_open_the_lists_privately_for_each_moderator(self, server):
        await server.ask(UNKNOWN)
        await suggest(server)
        await propose(server)
        await plant_overdue(server)
        await run(server, monday())
        (post,) = posts(server)
        before = texts_in(post)

        expected = {
            "Look at questions": UNKNOWN,
            "Look at proposals": question_of("letters"),
            "Look at suggestions": "Which tea is best for writing?",
            "Look at upkeep": question_of("visas"),
        }
        for who in (server.mika, second_moderator(server)):
            for label, text in expected.items():
                opened = (await who.click(post, label=label)).followups[-1]
                assert opened.ephemeral
                assert text in texts_in(opened).replace("\\", "")

        assert before == texts_in(posts(server)[0])

    async def test_who_does_not_look_after_the_faq_opens_nothing(self, server):
        await server.ask(UNKNOWN)
        await run(server, monday())

        refused = await server.noor.click(posts(server)[0], label="Look at questions")

        assert server.says("error.not_allowed") == texts_in(refused.followups[-1])


class Pages:
    """Says of every page that it is there, and remembers which it was asked for."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []

    async def check(self, links):
        links = list(links)
        self.asked.append(links)
        for link in links:
            yield LinkReport(link, LinkState.OK, "HTTP 200")


class TestLinks:
    async def test_a_batch_is_checked_each_hour_until_all_were(self, small_world):
        pages = Pages()
        weekly = Weekly(small_world.client.desk, pages)

        for minutes in (0, 10, 50, 60, 130, 200):
            await run(small_world, monday() + timedelta(minutes=minutes), weekly)

        assert 60 == LINKS_EVERY.total_seconds() / 60
        assert [10, 2, 0, 0] == [len(links) for links in pages.asked]
        assert 12 == len({link for links in pages.asked for link in links})

    async def test_a_failure_is_logged_and_tried_again_an_hour_later(self, small_world, caplog):
        class Broken(Pages):
            async def check(self, links):
                if not self.asked:
                    self.asked.append([])
                    raise OSError("no network")
                async for report in super().check(links):
                    yield report

        weekly = Weekly(small_world.client.desk, Broken())
        await run(small_world, monday(), weekly)
        await run(small_world, monday() + HOUR, weekly)

        assert "Links could not be checked" in caplog.text
        assert 10 == len(await small_world.lantern.upkeep._links.links())

    async def test_the_clock_runs_with_the_client_and_ends_with_it(self, small_lantern):
        pages = Pages()
        async with open_world(small_lantern) as world:
            old, world.client = world.client, LanternClient(small_lantern, checker=pages)
            await world.env.restart_bot(world.client)
            await old.close()
            await world.env.advance_time(599)
            early = list(pages.asked)
            await world.env.advance_time(2)
            running = world.client.weekly._running

        assert [] == early
        assert [10] == [len(links) for links in pages.asked]
        assert running.cancelled()

    async def test_a_client_without_a_checker_asks_nobody(self, small_world):
        await small_world.env.advance_time(7200)

        assert {} == await small_world.lantern.upkeep._links.links()
