"""`/faq stats`: what was counted, as a picture with its alt text and as words; only for those who look after the FAQ."""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO

import pytest
from matplotlib.image import imread

from bot.core.models import NO_GUILD, EntryId, Kind
from bot.core.upkeep import SHOWN
from bot.views.charts import WIDTH
from support.editor import guild_of
from support.loop import blocking
from support.notes import full, locked, read_only
from support.small import ANSWERED, OFFERED, UNKNOWN, question_of
from support.worlds import open_world, parts, texts_in

GALLERY = 12
"""Discord's component type."""


async def open_stats(world, who=None):
    """Return the live message with the figures."""
    return (await (who or world.mika).slash(world.channel, "faq stats")).response


async def counted(world, guild=None):
    """Return what was counted, as {(what, entry): how often}."""
    guild = guild_of(world) if guild is None else guild
    began = await world.lantern.days.began(guild)
    counts = await world.lantern.days.counts(guild, began) if began else []
    return {(each.what, each.entry_id): each.count for each in counts}


async def picture_in(message):
    """Return the attached picture as an array."""
    (attachment,) = message.attachments
    return imread(BytesIO(await attachment.read()))


def alt_in(message) -> str:
    (gallery,) = [part for part in parts(message) if part["type"] == GALLERY]
    (item,) = gallery["items"]
    return item["description"]


class TestCounting:
    async def test_each_question_counts_once_as_what_it_came_to(self, small_world):
        for question in (ANSWERED, ANSWERED, OFFERED, UNKNOWN):
            await small_world.ask(question)

        assert {
            (Kind.ANSWER, EntryId("letters")): 2,
            (Kind.CHOICES, None): 1,
            (Kind.UNKNOWN, None): 1,
        } == await counted(small_world)

    async def test_a_choice_shows_an_entry_but_is_no_further_question(self, small_world):
        message = await small_world.ask(OFFERED)

        await small_world.noor.click(message, label=question_of("visas"))

        assert {(Kind.CHOICES, None): 1, (SHOWN, EntryId("visas")): 1} == await counted(small_world)

    async def test_in_direct_messages_nothing_is_counted(self, small_world):
        reply = await small_world.lantern.asking.ask(NO_GUILD, ANSWERED)
        await small_world.lantern.asking.count(NO_GUILD, reply, asked_at=datetime.now(UTC))

        assert {} == await counted(small_world, NO_GUILD)

    @pytest.mark.parametrize("trouble", [full, read_only, locked])
    async def test_a_failure_to_count_costs_nobody_their_answer(self, start_small, tmp_path, trouble):
        notes = tmp_path / "notes.db"
        async with start_small(notes) as lantern, open_world(lantern) as world:
            async with trouble(lantern, notes):
                message = await world.ask(ANSWERED)

            assert "What we know about letters." in texts_in(message)


class TestPicture:
    async def test_it_comes_with_the_same_as_text_and_as_alt_text(self, small_world):
        for question in (ANSWERED, OFFERED, UNKNOWN):
            await small_world.ask(question)
        message = await small_world.ask(ANSWERED, visibility="public")
        await small_world.ines.click(message, label="That helped")

        shown = await open_stats(small_world)

        said = texts_in(shown)
        assert shown.ephemeral
        assert small_world.says("stats.count", what=small_world.says("stats.answered"), count=2) in said
        assert small_world.says("stats.count", what="Basics", count=2) in said
        assert small_world.says("stats.count", what=UNKNOWN, count=1) in said
        assert "4, of which 2 answered, 1 with choices offered, 1 without an answer" in alt_in(shown)
        assert WIDTH == (await picture_in(shown)).shape[1]

    async def test_a_server_that_asked_nothing_gets_the_picture_that_says_so(self, small_world):
        shown = await open_stats(small_world)

        assert small_world.says("stats.nothing") in texts_in(shown)
        assert small_world.says("stats.nothing") == alt_in(shown)
        assert WIDTH == (await picture_in(shown)).shape[1]

    async def test_two_moderators_at_once_get_their_own(self, small_world):
        await small_world.ask(ANSWERED)
        ada = small_world.guild.add_member(small_world.env.create_user("ada"), roles=[small_world.mods])

        one, other = await open_stats(small_world), await open_stats(small_world, ada)

        assert one.id != other.id
        assert texts_in(one) == texts_in(other)

    async def test_drawing_never_blocks_the_loop(self, small_world):
        await small_world.ask(ANSWERED)
        await open_stats(small_world)

        assert [] == await blocking(lambda: open_stats(small_world))

    async def test_those_who_may_not_edit_learn_why_not(self, small_world):
        assert small_world.says("error.not_allowed") == texts_in(await open_stats(small_world, small_world.noor))
