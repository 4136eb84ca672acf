"""/ask: who sees the answer, what is in it, and what a picked suggestion gets."""

from __future__ import annotations

import pytest

from bot.core.models import EntryId, GuildId
from support.edits import edit
from support.small import ANSWERED, OFFERED, UNKNOWN, question_of
from support.worlds import buttons_in, links_in, selects_in, texts_in


async def test_a_question_in_own_words_gets_the_curated_answer_privately(world):
    message = await world.ask("how do I get into a PhD without publications")

    assert message.ephemeral
    assert "## How do I get into a PhD without publications?" in texts_in(message)
    assert {"That helped", "Not what I meant", "Share here"} <= buttons_in(message).keys()
    assert links_in(message)


async def test_an_answer_shows_the_question_the_sources_and_when_it_was_checked(small_world):
    message = await small_world.ask(ANSWERED)

    said = texts_in(message)
    assert said.startswith(small_world.says("answer.asked", question=ANSWERED))
    assert f"## {question_of('letters')}\nWhat we know about letters." in said
    assert small_world.says("answer.source", title="On letters", trust="it was read") in said
    assert small_world.says("answer.reviewed", date="2026-11-24") in said
    assert links_in(message) == ["https://example.org/letters"]


@pytest.mark.parametrize("question", [ANSWERED, OFFERED, UNKNOWN, "id:letters"])
async def test_an_answer_is_private_unless_public_was_chosen(small_world, question):
    private = await small_world.ask(question)
    chosen = await small_world.ask(question, visibility="private")
    public = await small_world.ask(question, visibility="public")

    assert private.ephemeral
    assert chosen.ephemeral
    assert not public.ephemeral
    assert [message.id for message in small_world.public_messages()] == [public.id]


async def test_what_everybody_sees_already_is_not_offered_for_sharing(small_world):
    message = await small_world.ask(ANSWERED, visibility="public")

    assert "Share here" not in buttons_in(message)
    assert {"That helped", "Not what I meant"} <= buttons_in(message).keys()


async def test_every_suggestion_that_is_picked_gets_its_entry(small_world):
    for row in await small_world.suggestions("worried"):
        message = await small_world.ask(row["value"])

        assert f"## {row['name']}" in texts_in(message)
        assert small_world.says("answer.asked", question="").strip() not in texts_in(message)


async def test_a_picked_suggestion_is_answered_even_where_its_words_would_not_be(small_world, word_embedder):
    before = len(word_embedder.texts)

    message = await small_world.ask("id:visas")

    assert f"## {question_of('visas')}" in texts_in(message)
    assert len(word_embedder.texts) == before


async def test_a_picked_suggestion_whose_entry_is_gone_says_so_to_the_asker_alone(small_world):
    await edit(small_world.lantern.library, GuildId(small_world.guild.id), EntryId("visas"), None)

    message = await small_world.ask("id:visas")

    assert message.ephemeral
    assert texts_in(message) == small_world.says("error.entry_gone")


async def test_words_that_only_begin_like_a_suggestion_are_searched(small_world):
    message = await small_world.ask("id: letters")

    assert texts_in(message).startswith(small_world.says("answer.asked", question=r"id\: letters"))


async def test_related_questions_are_one_pick_away(small_world):
    message = await small_world.ask(ANSWERED)
    (select,) = selects_in(message)

    await small_world.noor.select(message, ["grades"], custom_id=select["custom_id"])

    assert [option["value"] for option in select["options"]] == ["visas", "grades", "rejection"]
    assert select["placeholder"] == small_world.says("answer.related")
    assert f"## {question_of('grades')}" in texts_in(message)
    assert small_world.says("answer.asked", question=ANSWERED) in texts_in(message)
    assert "Share here" in buttons_in(message)


async def test_about_says_privately_what_lantern_is_and_keeps(small_world):
    result = await small_world.noor.slash(small_world.channel, "about")

    assert result.ephemeral
    assert texts_in(result.response) == small_world.says("about.text", entries=12)


async def test_asking_works_in_direct_messages_where_nothing_can_be_shared(small_world):
    result = await small_world.noor.user.slash("ask", question=ANSWERED)
    rows = await small_world.noor.user.autocomplete("ask", "question", "visas")
    about = await small_world.noor.user.slash("about")

    assert f"## {question_of('letters')}" in texts_in(result.response)
    assert "Share here" not in buttons_in(result.response)
    assert {"name": question_of("visas"), "value": "id:visas"} in rows
    assert texts_in(about.response) == small_world.says("about.text", entries=12)
