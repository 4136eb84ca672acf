"""The event loop is never kept busy for long, with the real model and the shipped pack."""

from __future__ import annotations

from bot.core.models import GuildId
from support.loop import busy_seconds
from support.parts import make_entry
from support.worlds import texts_in

LONGEST_SECONDS = 0.010
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


def too_long(busy):
    """Return the callbacks that took longer than the limit, longest first."""
    return sorted(((took, what) for took, what in busy if took > LONGEST_SECONDS), reverse=True)


async def test_no_callback_blocks_the_loop_longer_than_10_ms(world):
    await world.ask("a first question, so that everything is loaded")

    with busy_seconds() as busy:
        for number, question in enumerate(QUESTIONS):
            await world.suggestions(question[: 4 + number])
            await world.ask(question)
            await world.suggestions(question)
            world.start_ask(world.noor, f"{question}, once more in other words number {number}")
        await world.env.settle(timeout=60)

    assert too_long(busy) == []


async def test_nor_does_what_is_longest_or_strangest(world):
    await world.suggestions("a first row")
    texts = ["word " * 1200, "zqx" * 2000, "\u200b" * 6000, "*" * 6000, "phd publikations professer " * 220]
    texts.append(" ".join(f"unknwon{number}wrd" for number in range(350)))

    with busy_seconds() as busy:
        for text in texts:
            await world.suggestions(text[:6000])
            await world.ask(text[:6000])

    assert too_long(busy) == []


async def test_nor_do_the_buttons(world):
    message = await world.ask("id:phd-without-publications")
    with busy_seconds() as busy:
        for _ in range(3):
            await world.noor.click(message, label="That helped")
        await world.noor.click(message, label="Not what I meant")

    assert world.says("choices.after_miss") in texts_in(message)
    assert too_long(busy) == []


async def test_nor_does_a_guilds_first_question_after_an_edit(world):
    guild = GuildId(world.guild.id)
    await world.ask("id:phd-without-publications")
    entry = make_entry("tea", "Which tea is served at the meeting?")
    await world.lantern.library.edit(guild, entry.id, entry)

    with busy_seconds() as busy:
        message = await world.ask("Which tea is served at the meeting?")

    assert entry.question in texts_in(message)
    assert too_long(busy) == []
