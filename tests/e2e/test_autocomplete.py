"""What Discord shows while somebody types a question."""

from __future__ import annotations

import pytest

from bot.core.models import EntryId, GuildId
from support.edits import edit
from support.parts import make_entry
from support.small import question_of
from support.worlds import texts_in

LIMITS = 25, 100
"""Discord's limits: rows, and characters of a row's name and of its value."""


def ids_in(rows):
    return [row["value"].removeprefix("id:") for row in rows]


@pytest.mark.parametrize("typed", ["letters", "let", "leters", "so worr", "q", "what should one know about viz"])
async def test_typing_never_embeds(small_world, word_embedder, typed):
    before = len(word_embedder.texts)

    await small_world.suggestions(typed)

    assert len(word_embedder.texts) == before


@pytest.mark.parametrize("typed", ["mentors", "ment", "mentros", "so worried about men", "MENTORS", "  mentors "])
async def test_an_entry_is_found_by_word_beginning_typo_and_any_phrasing(small_world, typed):
    rows = await small_world.suggestions(typed)

    assert rows[0] == {"name": question_of("mentors"), "value": "id:mentors"}


async def test_an_entry_has_one_row_however_many_of_its_phrasings_match(small_world):
    rows = await small_world.suggestions("about mentors")

    assert len(ids_in(rows)) == len(set(ids_in(rows)))


async def test_rows_keep_discords_limits_for_long_questions_and_many_entries(small_world):
    guild = GuildId(small_world.guild.id)
    for number in range(40):
        entry_id = EntryId(f"added-{number:02}")
        question = f"Is number {number} " + "a question with many, many words " * 8 + "?"
        await edit(small_world.lantern.library, guild, entry_id, make_entry(entry_id, question))

    rows = await small_world.suggestions("question with many words")

    assert len(rows) == LIMITS[0]
    assert all(len(row["name"]) <= LIMITS[1] and len(row["value"]) <= LIMITS[1] for row in rows)
    assert all(row["name"].endswith(" many…") or row["name"].endswith("…") for row in rows)


@pytest.mark.parametrize("typed", ["", "  "])
async def test_nothing_typed_shows_pinned_then_most_used_then_starters(small_world, typed):
    for entry_id in ("visas", "visas", "visas", "posters", "grades", "grades"):
        await small_world.ask(f"id:{entry_id}")
    await small_world.lantern.activity.pin(GuildId(small_world.guild.id), [EntryId("thesis"), EntryId("visas")])

    rows = await small_world.suggestions(typed)

    assert ids_in(rows) == ["thesis", "visas", "grades", "posters", "burnout"]


async def test_the_starters_are_shown_before_anybody_asked(small_world):
    assert ids_in(await small_world.suggestions("")) == ["burnout"]


async def test_every_shipped_starter_is_shown_to_a_newcomer(world):
    assert ids_in(await world.suggestions("")) == list(world.lantern.texts.starters)


@pytest.mark.parametrize("typed", ["zzzzqqq", "🙂🙂", "\u200b\u202e", "@everyone", "x" * 6000, "a b c " * 1000])
async def test_strange_letters_give_rows_or_none_but_never_an_error(small_world, typed):
    rows = await small_world.suggestions(typed)

    assert len(rows) <= LIMITS[0]


async def test_a_guilds_own_entry_is_suggested_there_and_nowhere_else(small_world):
    entry = make_entry("tea", "Which tea is served at the meeting?")
    await edit(small_world.lantern.library, GuildId(small_world.guild.id), EntryId("tea"), entry)
    elsewhere = small_world.env.create_guild("Elsewhere")
    ada = elsewhere.add_member(small_world.env.create_user("ada"))
    await small_world.env.settle()

    here = await small_world.suggestions("tea served")
    there = await ada.autocomplete(elsewhere.create_text_channel("general"), "ask", "question", "tea served")

    assert ids_in(here) == ["tea"]
    assert ids_in(there) == []


async def test_text_typed_past_the_suggestions_is_asked_as_it_is(small_world):
    await small_world.suggestions("worried about letters")

    message = await small_world.ask("worried about letters")

    assert f"## {question_of('letters')}" in texts_in(message)
