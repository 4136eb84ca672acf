"""Own words of crisis: where to find help comes first, for that person alone; then their answer. Nothing is kept."""

from __future__ import annotations

import pytest

from bot.core.models import EntryId, GuildId
from support.edits import edit
from support.parts import make_entry
from support.small import ANSWERED, UNKNOWN, question_of
from support.worlds import buttons_in, open_world, texts_in

CRISIS = "I want to kill myself"


async def test_help_comes_first_and_then_the_answer_both_in_private(small_world):
    result = await small_world.noor.slash(small_world.channel, "ask", question=f"{ANSWERED}. {CRISIS}")

    assert texts_in(result.response) == small_world.help_first()
    assert result.ephemeral
    (answer,) = result.followups
    assert answer.ephemeral
    assert small_world.says("answer.asked", question="").strip() in texts_in(answer)


@pytest.mark.parametrize("question", [f"tell me about letters, {CRISIS}", f"{UNKNOWN}, {CRISIS}"])
async def test_it_stays_private_even_where_public_was_chosen(small_world, question):
    result = await small_world.noor.slash(small_world.channel, "ask", question=question, visibility="public")

    assert texts_in(result.response) == small_world.help_first()
    assert all(message.ephemeral for message in [result.response, *result.followups])
    assert small_world.public_messages() == []


async def test_the_first_thing_discord_is_told_is_the_help(small_world):
    await small_world.ask(f"{ANSWERED}. {CRISIS}")

    first, *others = [str(body["components"]) for _, _, body in small_world.sent()]
    assert "findahelpline.com" in first
    assert all("findahelpline.com" not in other for other in others)


async def test_help_comes_even_where_no_answer_can(small_world):
    """The guild's notes cannot be read: the search fails, the help does not."""
    await small_world.lantern.activity._database.run(lambda db: db.execute("DROP TABLE guild_entries"))

    result = await small_world.noor.slash(small_world.channel, "ask", question=CRISIS)

    assert texts_in(result.response) == small_world.help_first()
    assert texts_in(result.followups[0]) == small_world.says("error.storage")


async def test_words_of_crisis_are_never_written_down(start_small, tmp_path):
    notes = tmp_path / "notes.db"
    async with start_small(notes) as lantern, open_world(lantern) as world:
        result = await world.noor.slash(world.channel, "ask", question=f"{UNKNOWN}, {CRISIS}")
        (answer,) = result.followups
        queued = await world.queue()

        assert world.says("unknown.personal") in texts_in(answer)
        assert "Tell me when this is answered" not in buttons_in(answer)
        assert "Basics" in buttons_in(answer)
        assert queued == []
    kept = b"".join(each.read_bytes() for each in tmp_path.iterdir())
    assert b"kill" not in kept
    assert b"moon" not in kept


async def test_nor_are_they_written_down_after_choices_that_were_not_meant(small_world):
    question = f"which tea is best, {CRISIS}"
    guild = GuildId(small_world.guild.id)
    await edit(small_world.lantern.library, guild, EntryId("tea"), make_entry("tea", question))
    result = await small_world.noor.slash(small_world.channel, "ask", question=question)
    (answer,) = result.followups
    await small_world.noor.click(answer, label="Not what I meant")

    await small_world.noor.click(answer, label="None of these")

    assert small_world.says("unknown.personal") in texts_in(answer)
    assert await small_world.queue() == []


async def test_somebody_elses_message_never_brings_up_the_help_text(small_world):
    written = await small_world.noor.send(small_world.channel, f"{ANSWERED}. {CRISIS}")

    result = await small_world.sam.context_menu(small_world.channel, "Answer from the FAQ", written)

    assert small_world.help_first() not in texts_in(result.response)
    assert result.followups == []


async def test_the_menu_on_ones_own_message_shows_help_first_too(small_world):
    written = await small_world.noor.send(small_world.channel, f"{ANSWERED}. {CRISIS}")

    result = await small_world.noor.context_menu(small_world.channel, "Answer from the FAQ", written)

    assert texts_in(result.response) == small_world.help_first()
    assert len(result.followups) == 1
    assert result.followups[0].ephemeral


async def test_an_idiom_brings_up_no_help_text(small_world):
    message = await small_world.ask(f"this deadline is killing me, {ANSWERED}")

    assert small_world.help_first() not in texts_in(message)


async def test_who_looks_for_help_in_public_still_gets_the_answer_to_the_rest(small_world):
    result = await small_world.noor.slash(
        small_world.channel, "ask", question=f"What should one know about letters? {CRISIS}", visibility="public"
    )

    (answer,) = result.followups
    shown = texts_in(answer) + str(list(buttons_in(answer)))
    assert question_of("letters") in shown
