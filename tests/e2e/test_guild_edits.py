"""A guild's own answers win there and nowhere else, at once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core.models import EntryId, GuildId, Phrasing
from support.edits import edit
from support.parts import make_entry
from support.small import ANSWERED, UNKNOWN, question_of
from support.worlds import open_world, texts_in

LETTERS = EntryId("letters")


@pytest.fixture
async def two_guilds(small_world):
    """The server with an own answer on letters, and another server with a member."""
    elsewhere = small_world.env.create_guild("Elsewhere")
    channel = elsewhere.create_text_channel("general")
    ada = elsewhere.add_member(small_world.env.create_user("ada"))
    await small_world.env.settle()
    shelf = await small_world.lantern.library.shelf(GuildId(small_world.guild.id))
    own = replace(shelf.entries[LETTERS], answer="Ask our own mentors.")
    await edit(small_world.lantern.library, GuildId(small_world.guild.id), LETTERS, own)

    async def ask_there(question):
        return (await ada.slash(channel, "ask", question=question)).response

    return small_world, ask_there


async def test_an_edited_answer_is_given_there_and_the_packs_elsewhere_and_in_direct_messages(two_guilds):
    world, ask_there = two_guilds

    here, there = await world.ask(ANSWERED), await ask_there(ANSWERED)
    direct = (await world.noor.user.slash("ask", question=ANSWERED)).response

    assert "Ask our own mentors." in texts_in(here)
    for message in (there, direct):
        assert "What we know about letters." in texts_in(message)
        assert "Ask our own mentors." not in texts_in(message)


async def test_a_card_from_before_the_edit_shows_the_new_answer_from_then_on(two_guilds):
    world, _ = two_guilds
    message = await world.ask("id:visas")
    guild = GuildId(world.guild.id)
    visas = (await world.lantern.library.shelf(guild)).entries[EntryId("visas")]
    await edit(world.lantern.library, guild, EntryId("visas"), replace(visas, answer="Visas changed."))

    await world.noor.click(message, label="Share here")

    assert "Visas changed." in texts_in(world.public_messages()[0])


async def test_a_removed_answer_is_gone_there_and_stays_elsewhere(two_guilds):
    world, ask_there = two_guilds
    await edit(world.lantern.library, GuildId(world.guild.id), LETTERS, None)

    here, there = await world.ask(ANSWERED), await ask_there(ANSWERED)

    assert question_of("letters") not in texts_in(here)
    assert f"## {question_of('letters')}" in texts_in(there)


async def test_an_added_answer_is_found_by_its_own_phrasings_there_alone(two_guilds):
    world, ask_there = two_guilds
    moon = make_entry("moon", "Has anybody landed on the moon?", UNKNOWN, answer="Twelve people have.")
    await edit(world.lantern.library, GuildId(world.guild.id), moon.id, moon)

    here, there = await world.ask(UNKNOWN), await ask_there(UNKNOWN)

    assert "Twelve people have." in texts_in(here)
    assert world.says("unknown.text") in texts_in(there)


async def test_a_new_phrasing_embeds_one_text(small_world, word_embedder):
    guild = GuildId(small_world.guild.id)
    await edit(small_world.lantern.library, guild, EntryId("tea"), make_entry("tea", "Which tea?"))
    await small_world.ask("Which tea?")
    before = len(word_embedder.texts)
    letters = (await small_world.lantern.library.shelf(guild)).entries[LETTERS]
    added = Phrasing("who on earth vouches for me")
    await edit(small_world.lantern.library, guild, LETTERS, replace(letters, phrasings=(*letters.phrasings, added)))

    message = await small_world.ask(added.text)

    assert f"## {question_of('letters')}" in texts_in(message)
    assert added.text in word_embedder.texts[before:]
    assert all(added.text in text for text in word_embedder.texts[before:])


async def test_edits_outlive_a_restart(start_small, tmp_path):
    notes = tmp_path / "notes.db"
    async with start_small(notes) as first, open_world(first) as world:
        shelf = await first.library.shelf(GuildId(world.guild.id))
        own = replace(shelf.entries[LETTERS], answer="Ask our own mentors.")
        await edit(first.library, GuildId(world.guild.id), LETTERS, own)
        async with start_small(notes) as second:
            await world.restart(second)
            message = await world.ask(ANSWERED)

    assert "Ask our own mentors." in texts_in(message)
