"""Long answers are paged: nothing is lost, and everybody turns their own pages."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core.models import EntryId, GuildId, Phrasing
from support.edits import edit
from support.small import ANSWERED, question_of
from support.worlds import buttons_in, parts, selects_in, texts_in

WORDS = [f"word{number:04}" for number in range(600)]
LETTERS = EntryId("letters")


@pytest.fixture
async def long_world(small_world):
    """A server whose own answer on letters has 5,399 characters in paragraphs."""
    guild = GuildId(small_world.guild.id)
    shelf = await small_world.lantern.library.shelf(guild)
    paragraphs = [" ".join(WORDS[start : start + 50]) for start in range(0, len(WORDS), 50)]
    edited = replace(shelf.entries[LETTERS], answer="\n\n".join(paragraphs))
    await edit(small_world.lantern.library, guild, LETTERS, edited)
    return small_world


async def read_through(member, message):
    """Return what each page says, clicking through to the last one."""
    pages = [texts_in(message)]
    while not buttons_in(message)["Next page"]["disabled"]:
        await member.click(message, label="Next page")
        pages.append(texts_in(message))
    return pages


async def test_every_word_of_a_long_answer_can_be_read_in_order(long_world):
    message = await long_world.ask(ANSWERED)

    pages = await read_through(long_world.noor, message)

    read = [word for page in pages for word in page.split() if word.startswith("word")]
    assert read == WORDS
    assert [f"Page {number} of {len(pages)}" in page for number, page in enumerate(pages, 1)] == [True] * len(pages)
    assert sum(long_world.says("answer.sources") in page for page in pages) == 1
    assert all(len(page) <= 4000 for page in pages)


async def test_the_first_page_has_no_page_before_it_and_back_leads_there(long_world):
    message = await long_world.ask(ANSWERED)
    first = texts_in(message)

    assert buttons_in(message)["Previous page"]["disabled"]
    await long_world.noor.click(message, label="Next page")
    await long_world.noor.click(message, label="Previous page")
    assert texts_in(message) == first


async def test_turning_pages_keeps_the_question_the_buttons_and_counts_nothing(long_world):
    message = await long_world.ask(ANSWERED)
    before = set(buttons_in(message))
    used = await uses(long_world)

    await long_world.noor.click(message, label="Next page")

    assert set(buttons_in(message)) == before
    assert long_world.says("answer.asked", question=ANSWERED) in texts_in(message)
    assert selects_in(message)
    assert await uses(long_world) == used


async def uses(world):
    rows = await world.lantern.activity._database.run(lambda db: db.execute("SELECT * FROM uses").fetchall())
    return list(rows)


@pytest.mark.parametrize("label", ["Share as reply", "Keep"])
async def test_turning_pages_after_sharing_or_keeping_does_not_bring_the_share_buttons_back(long_world, label):
    preview = await long_world.menu(await long_world.noor.send(long_world.channel, ANSWERED))
    await long_world.sam.click(preview, label=label)
    note = long_world.says("answer.shared" if label == "Share as reply" else "answer.kept")

    await long_world.sam.click(preview, label="Next page")

    assert note in texts_in(preview)
    assert not {"Share as reply", "Share here", "Keep"} & buttons_in(preview).keys()


async def test_turning_pages_of_a_preview_keeps_share_as_reply(long_world):
    asked = await long_world.noor.send(long_world.channel, ANSWERED)
    preview = await long_world.menu(asked)

    await long_world.sam.click(preview, label="Next page")
    await long_world.sam.click(preview, label="Share as reply")

    (posted,) = long_world.public_messages()
    assert posted.reference.message_id == asked.id


@pytest.mark.parametrize("how", ["Share here", "Share as reply", "public"])
async def test_everybody_else_turns_their_own_pages_of_a_public_answer(long_world, how):
    if how == "public":
        await long_world.ask(ANSWERED, visibility="public")
    elif how == "Share here":
        await long_world.noor.click(await long_world.ask(ANSWERED), label=how)
    else:
        preview = await long_world.menu(await long_world.noor.send(long_world.channel, ANSWERED))
        await long_world.sam.click(preview, label=how)
    (public,) = long_world.public_messages()
    first = texts_in(public)

    own = (await long_world.ines.click(public, label="Next page")).followups[0]
    pages = [first, *await read_through(long_world.ines, own)]

    assert texts_in(long_world.public_messages()[0]) == first
    assert own.ephemeral
    read = [word for page in pages for word in page.split() if word.startswith("word")]
    assert read == WORDS


async def test_the_asker_turns_the_pages_of_a_public_answer_for_everybody(long_world):
    message = await long_world.ask(ANSWERED, visibility="public")

    await long_world.noor.click(message, label="Next page")

    assert "Page 2 of" in texts_in(long_world.public_messages()[0])
    assert "Share here" not in buttons_in(message)


async def test_a_page_button_of_an_answer_that_became_short_shows_what_there_is(long_world):
    message = await long_world.ask(ANSWERED)
    guild = GuildId(long_world.guild.id)
    entry = (await long_world.lantern.library.shelf(guild)).entries[LETTERS]
    await edit(long_world.lantern.library, guild, LETTERS, replace(entry, answer="Short now."))

    await long_world.noor.click(message, label="Next page")

    assert f"## {question_of('letters')}\nShort now." in texts_in(message)
    assert "Next page" not in buttons_in(message)


async def test_a_longest_question_leaves_room_for_a_longest_page(long_world):
    guild = GuildId(long_world.guild.id)
    entry = (await long_world.lantern.library.shelf(guild)).entries[LETTERS]
    question = "*" * 900 + " letters"
    longest = {"question": "Q" * 200 + "?", "answer": "w" * 1990 + "\n\n" + "w" * 1990}
    edited = replace(entry, phrasings=(Phrasing(question),), **longest)
    await edit(long_world.lantern.library, guild, LETTERS, edited)

    message = await long_world.ask(question)

    assert "w" * 1990 in texts_in(message)
    assert r"\*\*\*" in texts_in(message)
    assert len("".join(part.get("content", "") for part in parts(message))) <= 4000
