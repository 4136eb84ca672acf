"""Custom ids that no button of ours has, and those of another server: a sentence, and nothing of anybody else."""

from __future__ import annotations

import itertools
import logging
import random

import discord
import pytest

from bot.core.models import GuildId
from support.acts import do, form_of, picture_of, press_of, said, start
from support.editor import GOOD, add, card_of, press, submit
from support.notes import run
from support.small import ANSWERED, UNKNOWN
from support.worlds import open_world, texts_in

NASTY = ("", "0", "-1", "9" * 19, "9" * 30, "1.5", "١", "x", "-", " 1", "\u202e", "@everyone", "a" * 60, "letters")
FIELDS = ("question", "answer", "pasted", "topic", "entry", "country", "reason", "what", "why")
EVERYTHING = discord.Permissions(manage_guild=True, manage_messages=True)
SECRET, UNHEARD = "zebrafish", "nanoblort"


@pytest.fixture
async def world(start_small, tmp_path):
    """A server with somebody who may do everything, and a message of the bot to press on."""
    async with start_small(tmp_path / "notes.db") as lantern, open_world(lantern) as world:
        everything = world.guild.create_role("All", permissions=EVERYTHING)
        world.chief = world.guild.add_member(world.env.create_user("chief"), roles=[everything])
        await world.ask(UNKNOWN)
        world.picture = picture_of(world, await world.ask(ANSWERED, visibility="public"))
        yield world


def routes(world):
    """Return every verb with its prefix, and how many arguments it has."""
    return [(router.prefix, *route) for router in world.client.routers for route in router.routes]


async def all_of_it(world, who, acts):
    """Let somebody do all of it at once, and return what came of it."""
    results = [start(world, who, act, world.picture) for act in acts]
    await world.env.settle()
    return results


@pytest.mark.parametrize("who", ["chief", "noor"])
async def test_whatever_stands_in_a_custom_id_is_answered_with_a_sentence(world, caplog, who):
    """Numbers that are none, or too large for a database; forms pressed like buttons, and buttons sent like forms."""
    chosen, acts = random.Random(4), []
    for prefix, verb, number in routes(world):
        for _ in range(4 if number else 1):
            custom_id = ":".join([prefix, verb, *(chosen.choice(NASTY) for _ in range(number))])[:100]
            typed = {name: chosen.choice(NASTY) for name in FIELDS}
            acts += [press_of(custom_id, chosen.choice(NASTY)), press_of(custom_id), form_of(custom_id, **typed)]
    results = await all_of_it(world, getattr(world, who), acts)

    assert [] == [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]
    assert [] == [act.name for act, result in zip(acts, results, strict=True) if not result.acknowledged]


class TestAnotherServer:
    @pytest.fixture
    async def theirs(self, world):
        """Another server, where there is one of each thing, all about zebrafish; its tables."""
        there = world.env.create_guild("Aquarium", owner=world.env.create_user("owner of the aquarium"))
        channel = there.create_text_channel("tanks")
        moderator = there.add_member(
            world.env.create_user("olga"), roles=[there.create_role("All", permissions=EVERYTHING)]
        )
        member = there.add_member(world.env.create_user("paul"))

        async def write(question):
            form = await moderator.slash(channel, "faq add")
            typed = {**GOOD, "question": question, "phrasings": f"{SECRET} of {len(question)}", "answer": SECRET}
            return card_of(await submit(moderator, form, **typed))

        await press(moderator, await write(f"Is a {SECRET} a pet?"), "Publish")
        await write(f"Is a {SECRET} a draft?")
        await member.slash(channel, "ask", question=f"quux of {UNHEARD}")
        answer = (await member.slash(channel, "ask", question=ANSWERED)).response
        await member.click(answer, label="That helped")
        form = await member.slash(channel, "suggest")
        await member.submit_modal(form, {"question": f"A {SECRET} entry?", "answer": SECRET, "why": SECRET})
        file = ("fish.csv", f"question,answer\nIs a {SECRET} in a file?,{SECRET}".encode())
        await moderator.slash(channel, "faq import", file=file)
        return GuildId(there.id)

    async def tables(self, world, guild):
        """Return all that is kept of a server, by table."""
        kept, ours = {}, f"SELECT id FROM unanswered WHERE guild = {guild}"
        for (table,) in await run(world.lantern, "SELECT name FROM sqlite_master WHERE type = 'table'"):
            columns = {row[1] for row in await run(world.lantern, f"PRAGMA table_info({table})")}
            if "guild" in columns:
                kept[table] = await run(world.lantern, f"SELECT * FROM {table} WHERE guild = {guild} ORDER BY rowid")
            elif "unanswered" in columns:
                kept[table] = await run(
                    world.lantern, f"SELECT * FROM {table} WHERE unanswered IN ({ours}) ORDER BY 1, 2"
                )
        return kept

    async def test_nothing_of_it_is_shown_or_changed_by_its_numbers(self, world, theirs):
        before = await self.tables(world, theirs)
        kinds = ("changes", "versions", "drafts", "unanswered", "proposals", "uploads")
        every_id = " UNION ".join(f"SELECT id FROM {kind}" for kind in kinds)
        numbers = {str(row[0]) for row in await run(world.lantern, every_id)}
        ids = [row[0] for row in await run(world.lantern, "SELECT entry_id FROM guild_entries")]
        acts = []
        for prefix, verb, number in routes(world):
            arguments = [sorted(numbers) + ids, [*ids, "0"], ["0"]][:number]
            for values in itertools.product(*arguments):
                custom_id = ":".join([prefix, verb, *values])[:100]
                acts += [press_of(custom_id, "letters"), form_of(custom_id, **dict.fromkeys(FIELDS, "typed"))]
        results = await all_of_it(world, world.chief, acts)
        await world.lantern.queue.settled()

        assert {*kinds} <= {name for name in before if before[name]}
        assert before == await self.tables(world, theirs)
        seen = [*(text for result in results for text in said(result)), *(str(result.modal) for result in results)]
        assert [] == [text for text in seen if SECRET in text.lower() or UNHEARD in text]

    async def test_nobody_is_put_on_its_lists(self, world, theirs):
        """Whoever waits is sent the answer later, in a direct message."""
        (question,) = await world.lantern.queue.waiting(theirs)
        result = await do(world, world.noor, press_of(f"ask:notify:{question.id}"), world.picture)

        assert world.says("error.version_gone") == said(result)[-1]
        assert [] == await run(world.lantern, "SELECT * FROM waiters")

    @pytest.mark.usefixtures("theirs")
    async def test_what_it_added_is_neither_answered_nor_suggested_nor_exported_here(self, world):
        answer = await world.ask(f"Is a {SECRET} a pet?")
        rows = await world.suggestions(SECRET[:5])
        export = (await world.mika.slash(world.channel, "faq export")).response
        mine = await add(world)

        assert world.says("unknown.text").splitlines()[0] in texts_in(answer)
        assert [] == [row for row in rows if SECRET in row["name"]]
        assert SECRET not in (await export.attachments[0].read()).decode()
        assert SECRET not in texts_in(mine)
