"""The menu "Save as FAQ": from a message somebody wrote to an entry."""

from __future__ import annotations

from bot.core.models import EntryId
from support.editor import card_of, entries_of, guild_of, prefilled, press, submit
from support.worlds import texts_in

MENU = "Save as FAQ"


async def save(world, message, actor=None):
    return await (actor or world.mika).context_menu(world.channel, MENU, message)


async def test_a_message_that_begins_with_a_question_fills_both_fields(small_world):
    message = await small_world.sam.send(small_world.channel, "How do cats fly?\nIn a box, says my vet.")
    form = await save(small_world, message)

    assert "How do cats fly?" == prefilled(form)["question"]
    assert "How do cats fly?\nIn a box, says my vet." == prefilled(form)["answer"]


async def test_any_other_message_is_the_answer(small_world):
    message = await small_world.sam.send(small_world.channel, "In a box, says my vet.")
    form = await save(small_world, message)

    assert ("", "In a box, says my vet.") == (prefilled(form)["question"], prefilled(form)["answer"])


async def test_it_becomes_an_entry_that_knows_where_it_came_from(small_world):
    message = await small_world.sam.send(small_world.channel, "In a box, says my vet.")
    form = await save(small_world, message)
    preview = card_of(await submit(small_world.mika, form, question="How do cats fly?", topic="Basics"))
    (draft,) = await small_world.lantern.editing.drafts(guild_of(small_world))

    assert f"message:{small_world.channel.id}.{message.id}" == draft.origin
    assert f"https://discord.com/channels/{small_world.guild.id}/{small_world.channel.id}/{message.id}" in texts_in(
        preview
    )

    await press(small_world.mika, preview, "Publish")

    assert EntryId("how-do-cats-fly") in await entries_of(small_world)


async def test_a_mention_in_it_is_refused_in_words(small_world):
    message = await small_world.sam.send(small_world.channel, f"Ask <@{small_world.noor.id}>, she knows.")
    form = await save(small_world, message)
    card = card_of(await submit(small_world.mika, form, question="How do cats fly?", topic="Basics"))

    assert "would ping people" in texts_in(card)
    assert [] == small_world.pinged()


async def test_a_message_without_words_is_refused_in_words(small_world):
    message = await small_world.sam.send(small_world.channel, "", attachments=[("a.png", b"x")])
    result = await save(small_world, message)

    assert small_world.says("error.message_blank") == texts_in(card_of(result))


async def test_the_longest_message_fits(small_world):
    message = await small_world.sam.send(small_world.channel, "a" * 1999 + "?")
    form = await save(small_world, message)

    assert ("", 2000) == (prefilled(form)["question"], len(prefilled(form)["answer"]))


async def test_members_save_nothing(small_world):
    message = await small_world.sam.send(small_world.channel, "In a box.")
    result = await save(small_world, message, small_world.noor)

    assert small_world.says("error.not_allowed") == texts_in(card_of(result))
