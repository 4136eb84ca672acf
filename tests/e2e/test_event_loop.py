"""The event loop is never kept busy for long, with the real model and the shipped pack."""

from __future__ import annotations

import asyncio
from itertools import count

from bot.core.models import GuildId
from support.edits import edit
from support.loop import TURNS, blocking
from support.parts import make_entry
from support.worlds import texts_in

QUESTIONS = [
    "how do I get into a PhD without publications",
    "who can write me a letter after five years in industry",
    "is a masters worth it before the doctorate",
    "my supervisor stopped answering me",
    "the offer was taken back a week before I moved",
    "can I publish without an affiliation",
    "how do I find a residency in machine learning",
    "everybody my age has a career and I do not",
    "I am ill and cannot study full time",
    "which tools do researchers use for references",
    "how do I write to a professor I do not know",
    "what do I say in an interview about the gap",
    "my paper was rejected for the third time",
    "is it normal to be alone with this all day",
    "how much does it cost to apply",
]


async def test_no_callback_blocks_the_loop(world):
    world.let_anybody_be_fast()
    await world.ask("a first question, so that everything is loaded")

    async def scenario():
        for number, question in enumerate(QUESTIONS):
            await world.suggestions(question[: 4 + number])
            await world.ask(question)
            await world.suggestions(question)
            world.start_ask(world.noor, f"{question}, once more in other words number {number}")
        await world.env.settle(timeout=60)

    assert await blocking(scenario) == []


async def test_nor_does_what_is_longest_or_strangest(world):
    await world.suggestions("a first row")
    texts = ["word " * 1200, "zqx" * 2000, "\u200b" * 6000, "*" * 6000, "phd publikations professer " * 220]
    texts.append(" ".join(f"unknwon{number}wrd" for number in range(350)))

    async def scenario():
        for text in texts:
            await world.suggestions(text[:6000])
            await world.ask(text[:6000])

    assert await blocking(scenario) == []


async def test_nor_do_the_buttons(world):
    message = None

    async def scenario():
        nonlocal message
        message = await world.ask("id:phd-without-publications")
        for _ in range(3):
            await world.noor.click(message, label="That helped")
        await world.noor.click(message, label="Not what I meant")

    assert await blocking(scenario) == []
    assert world.says("choices.after_miss") in texts_in(message)


async def test_nor_does_a_guilds_first_question_after_an_edit(world):
    guild = GuildId(world.guild.id)
    await world.ask("id:phd-without-publications")
    served = count()
    message = entry = None

    async def scenario():
        nonlocal message, entry
        entry = make_entry("tea", f"Which tea is served at meeting {next(served)}?")
        await edit(world.lantern.library, guild, entry.id, entry)
        message = await world.ask(entry.question)

    assert await blocking(scenario) == []
    assert entry.question in texts_in(message)


async def test_a_callback_that_does_block_is_found():
    async def block():
        sum(turn * turn for turn in range(10 * TURNS))

    async def scenario():
        await asyncio.create_task(block())

    assert len(await blocking(scenario)) == 1
