"""`/faq try`: what would be answered to a question, and why."""

from __future__ import annotations

import re

import pytest

from bot.core.models import EntryId
from support.editor import card_of, edit, guild_of, press
from support.small import ANSWERED, OFFERED, UNKNOWN, question_of
from support.worlds import parts, texts_in

LETTERS = EntryId("letters")


async def attempt(world, question, actor=None):
    return card_of(await (actor or world.mika).slash(world.channel, "faq try", question=question))


def said_in(card) -> str:
    return texts_in(card).replace("\\", "")


@pytest.mark.parametrize(
    ("question", "beginning"),
    [(ANSWERED, "**Answered** with"), (OFFERED, "**Choices offered**"), (UNKNOWN, "**No answer**")],
)
async def test_it_says_what_members_would_get(small_world, question, beginning):
    tried = await attempt(small_world, question)
    card = await small_world.ask(question)

    assert beginning in said_in(tried)
    assert tried.ephemeral
    assert ("What we know about letters." in texts_in(card)) == (beginning == "**Answered** with")


async def test_it_names_the_wording_that_matched(small_world):
    assert "Nearest wording: “so worried about letters” (likeness 0." in said_in(
        await attempt(small_world, "worried about letters")
    )


async def test_a_wording_that_stands_in_the_faq_is_certain(small_world):
    said = said_in(await attempt(small_world, "Tell me about LETTERS"))

    assert f"words are a wording of “{question_of('letters')}”" in said
    assert "100 % sure" in said


async def test_what_was_confirmed_not_to_be_meant_is_named(small_world):
    guild, proposals, member = guild_of(small_world), small_world.lantern.proposals, small_world.noor.id
    await proposals.voted(guild, LETTERS, ANSWERED, member, helped=False)
    (proposal,) = await proposals.waiting(guild)
    await proposals.confirm(proposal, small_world.mika.id)

    said = said_in(await attempt(small_world, ANSWERED))

    assert f"confirmed it is not meant: “{question_of('letters')}”" in said
    assert "**Answered**" not in said


async def test_the_table_fits_a_phone(small_world):
    (block,) = re.findall(r"```\n(.+?)\n```", texts_in(await attempt(small_world, OFFERED)), re.DOTALL)

    assert all(len(line) <= 44 for line in block.splitlines())
    assert 6 == len(block.splitlines())
    assert 1 == len({len(line) for line in block.splitlines()})


async def test_the_servers_own_answers_are_tried(small_world):
    await press(small_world.mika, await edit(small_world, "letters", phrasings="who will vouch for me"), "Publish")

    assert "**Answered** with" in said_in(await attempt(small_world, "who will vouch for me"))


async def test_trying_counts_and_queues_nothing(small_world):
    await attempt(small_world, UNKNOWN)
    read = small_world.lantern.activity._database.read

    assert [] == await read("SELECT * FROM unanswered")
    assert [] == await read("SELECT * FROM uses")


async def test_members_do_not_try(small_world):
    assert small_world.says("error.not_allowed") == texts_in(await attempt(small_world, ANSWERED, small_world.noor))


async def test_symbols_are_no_question(small_world):
    assert small_world.says("error.question_wordless") == texts_in(await attempt(small_world, "???"))


async def test_the_longest_question_of_markup_fits(small_world):
    card = await attempt(small_world, "*" * 5000 + " letters")

    assert sum(len(part["content"]) for part in parts(card) if part["type"] == 10) <= 4000
