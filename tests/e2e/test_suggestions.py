"""Members suggest; moderators accept or decline; who suggested is told once what became of it."""

from __future__ import annotations

from dataclasses import replace

import discord
import pytest

from bot.core.models import EntryId, GuildId
from bot.core.moderation import DraftState
from bot.faq.suggestions import MOST_OPEN
from support.edits import edit
from support.small import question_of
from support.worlds import buttons_in, open_world, texts_in

NEW = {"question": "How do I find a thesis topic?", "answer": "Read the last chapter of others.", "why": "For my year."}
WRONG = "The link to the guide is from 2019."
REASON = "We keep to what happens before a thesis."


async def suggest(world, who=None, fields=NEW):
    """Fill in the form that /suggest opens, and return what the member is told."""
    member = who or world.noor
    shown = await member.slash(world.channel, "suggest")
    return (await member.submit_modal(shown, fields)).followups[0]


async def improve(world, who=None, what=WRONG, entry="id:letters"):
    member = who or world.noor
    shown = await member.slash(world.channel, "suggest", entry=entry)
    return (await member.submit_modal(shown, {"what": what})).followups[0]


async def suggestions(world, who=None):
    """Return the card that answers /faq suggestions."""
    return (await (who or world.mika).slash(world.channel, "faq suggestions")).response


async def states(world):
    drafts = await world.lantern.editing.drafts(GuildId(world.guild.id), states=set(DraftState))
    return [draft.state for draft in drafts if not draft.origin]


async def told(world, member):
    """Return what a member was written to directly."""
    await world.env.settle()
    channel = member.user.dm_channel
    return [texts_in(message) for message in channel.history()] if channel else []


async def decline(world, card, reason=""):
    shown = await world.mika.click(card, label="Decline")
    await world.mika.submit_modal(shown, {"reason": reason})


async def accept(world, card, **changes):
    """Take a suggestion into the editor, change it there, and publish it."""
    shown = await world.mika.click(card, label="Accept and edit")
    parts = [part["component"] for part in shown.modal["components"] if part["type"] == 18]
    typed = {part["custom_id"]: part.get("value") or "" for part in parts}
    preview = await world.mika.submit_modal(shown, {**typed, **changes})
    message = preview.response or preview.followups[0]
    await world.mika.click(message, label="Publish")
    return typed


async def test_a_suggestion_reaches_the_moderators_with_everything_in_it(small_world):
    thanks = await suggest(small_world)

    card = await suggestions(small_world)

    assert thanks.ephemeral
    assert texts_in(thanks) == small_world.says("suggest.thanks")
    shown = texts_in(card).replace("\\", "")
    assert all(text in shown for text in [*NEW.values(), f"<@{small_world.noor.id}>"])
    assert card.ephemeral


async def test_an_improvement_names_the_entry_and_what_is_wrong(small_world):
    await improve(small_world)

    shown = texts_in(await suggestions(small_world)).replace("\\", "")

    assert question_of("letters") in shown
    assert WRONG in shown


async def test_a_published_suggestion_is_told_once_to_who_made_it(small_world):
    await suggest(small_world)
    card = await suggestions(small_world)

    typed = await accept(small_world, card, topic="Basics", answer="Ask what annoyed you most.")
    answer = await small_world.ask(NEW["question"], who=small_world.sam)

    assert (NEW["question"], NEW["answer"]) == (typed["question"], typed["answer"])
    assert "Ask what annoyed you most." in texts_in(answer)
    assert [DraftState.PUBLISHED] == await states(small_world)
    assert texts_in(await suggestions(small_world)) == small_world.says("suggest.none")
    (message,) = await told(small_world, small_world.noor)
    assert NEW["question"].rstrip("?") in message.replace("\\", "")
    assert "Ask what annoyed you most." in message
    assert [] == await told(small_world, small_world.sam)


async def test_an_accepted_improvement_opens_the_entry_as_it_is_now(small_world):
    await improve(small_world)
    guild = GuildId(small_world.guild.id)
    letters = (await small_world.lantern.library.shelf(guild)).entry(EntryId("letters"))
    await edit(small_world.lantern.library, guild, letters.id, replace(letters, answer="Changed meanwhile."))

    typed = await accept(small_world, await suggestions(small_world), answer="Changed, and mended.")

    assert "Changed meanwhile." == typed["answer"]
    assert "Changed, and mended." in texts_in(await small_world.ask("id:letters", who=small_world.sam))
    assert 1 == len(await told(small_world, small_world.noor))


async def test_a_declined_suggestion_is_told_once_with_the_reason(small_world):
    await suggest(small_world)
    card = await suggestions(small_world)

    await decline(small_world, card, REASON)

    assert texts_in(card) == small_world.says("suggest.declined")
    assert [DraftState.DECLINED] == await states(small_world)
    (message,) = await told(small_world, small_world.noor)
    assert REASON.rstrip(".") in message.replace("\\", "")


async def test_a_reason_is_optional(small_world):
    await suggest(small_world)

    await decline(small_world, await suggestions(small_world))

    (message,) = await told(small_world, small_world.noor)
    assert small_world.says("suggest.no_reason").rstrip(".") in message.replace("\\", "")


async def test_two_moderators_who_decline_at_once_tell_it_once(small_world):
    role = small_world.guild.create_role("More mods", permissions=discord.Permissions(manage_messages=True))
    olu = small_world.guild.add_member(small_world.env.create_user("olu"), roles=[role])
    await suggest(small_world)
    mine, theirs = await suggestions(small_world), await suggestions(small_world, olu)
    open_form = await olu.click(theirs, label="Decline")
    await decline(small_world, mine, REASON)

    late = await olu.submit_modal(open_form, {"reason": "Another reason."})

    assert texts_in(late.followups[0]) == small_world.says("error.version_gone")
    assert 1 == len(await told(small_world, small_world.noor))


async def test_next_leads_through_all_that_wait_and_round_again(small_world):
    for member, question in ((small_world.noor, "The first one?"), (small_world.sam, "The second one?")):
        await suggest(small_world, member, {"question": question})
    card = await suggestions(small_world)
    seen = [texts_in(card)]
    for _ in range(2):
        await small_world.mika.click(card, label="Next")
        seen.append(texts_in(card))

    assert ["first" in text for text in seen] == [True, False, True]


async def test_only_so_many_of_one_member_wait_and_another_member_still_may(small_world):
    for number in range(MOST_OPEN):
        await suggest(small_world, fields={"question": f"Question number {number}?"})

    refused = await small_world.noor.slash(small_world.channel, "suggest")
    other = await suggest(small_world, small_world.sam)

    assert refused.modal is None
    assert texts_in(refused.response) == small_world.says("suggest.full")
    assert texts_in(other) == small_world.says("suggest.thanks")


async def test_a_form_opened_while_there_was_room_gives_its_text_back_where_there_is_none(small_world):
    shown = await small_world.noor.slash(small_world.channel, "suggest")
    for number in range(MOST_OPEN):
        await suggest(small_world, fields={"question": f"Question number {number}?"})

    done = await small_world.noor.submit_modal(shown, NEW)

    returned, reason = (texts_in(message) for message in done.followups)
    assert all(text.rstrip(".?") in returned.replace("\\", "") for text in NEW.values())
    assert reason == small_world.says("suggest.full")
    assert MOST_OPEN == len(await states(small_world))


async def test_a_decided_suggestion_makes_room_for_the_next(small_world):
    for number in range(MOST_OPEN):
        await suggest(small_world, fields={"question": f"Question number {number}?"})
    await decline(small_world, await suggestions(small_world))

    assert texts_in(await suggest(small_world)) == small_world.says("suggest.thanks")


@pytest.mark.parametrize("field", ["question", "answer", "why"])
async def test_words_of_crisis_get_help_and_are_not_kept(small_world, field):
    answer = await suggest(small_world, fields={**NEW, field: "I want to kill myself"})

    assert texts_in(answer) == small_world.help_first()
    assert answer.ephemeral
    assert [] == await states(small_world)


async def test_words_of_crisis_in_an_improvement_get_help_and_are_not_kept(small_world):
    answer = await improve(small_world, what="this does not help, I want to die")

    assert texts_in(answer) == small_world.help_first()
    assert [] == await states(small_world)


async def test_a_suggestion_without_words_says_so(small_world):
    refused = await suggest(small_world, fields={"question": "?????"})

    assert small_world.says("suggest.returned") in texts_in(refused)
    assert [] == await states(small_world)


async def test_a_form_left_open_over_a_restart_is_kept(start_small, tmp_path):
    notes = tmp_path / "notes.db"
    async with start_small(notes) as before, open_world(before) as world:
        shown = await world.noor.slash(world.channel, "suggest")
        await world.env.advance_time(3600)
        async with start_small(notes) as after:
            await world.restart(after)
            await world.noor.submit_modal(shown, NEW)
            card = await suggestions(world)

    assert NEW["question"].rstrip("?") in texts_in(card).replace("\\", "")


async def test_suggestions_of_another_server_are_not_shown(small_world):
    await suggest(small_world)
    elsewhere = small_world.env.create_guild("Elsewhere")
    channel = elsewhere.create_text_channel("general")
    role = elsewhere.create_role("Mods", permissions=discord.Permissions(manage_messages=True))
    ada = elsewhere.add_member(small_world.env.create_user("ada"), roles=[role])
    await small_world.env.settle()

    shown = await ada.slash(channel, "faq suggestions")

    assert texts_in(shown.response) == small_world.says("suggest.none")


async def test_members_do_not_see_what_others_suggest(small_world):
    await suggest(small_world)

    refused = await suggestions(small_world, small_world.sam)

    assert texts_in(refused) == small_world.says("error.not_allowed")


async def test_an_entry_that_is_gone_cannot_be_improved(small_world):
    await edit(small_world.lantern.library, GuildId(small_world.guild.id), EntryId("letters"), None)

    refused = await small_world.noor.slash(small_world.channel, "suggest", entry="id:letters")

    assert texts_in(refused.response) == small_world.says("error.entry_gone")


async def test_a_members_markdown_is_shown_letter_for_letter(small_world):
    await suggest(small_world, fields={**NEW, "answer": "# Big [safe](https://example.org) @everyone"})

    card = await suggestions(small_world)

    assert "\\[safe\\]\\(https\\:\\/\\/example\\.org\\)" in texts_in(card)
    assert {"Accept and edit", "Decline"} == set(buttons_in(card))


async def test_the_longest_suggestion_fits_on_its_card(small_world):
    await suggest(small_world, fields={"question": "*" * 149 + "a", "answer": "a*" * 1000, "why": "*b" * 500})

    card = await suggestions(small_world)

    assert len(texts_in(card)) <= 4000
    assert "Decline" in buttons_in(card)
