"""What votes say is for somebody to decide; twenty accounts that vote together change nothing by themselves."""

from __future__ import annotations

from dataclasses import replace

import discord
import pytest

from bot.core.models import EntryId, GuildId
from bot.core.moderation import Capability
from support.edits import edit
from support.small import ANSWERED, OFFERED, UNKNOWN, question_of
from support.worlds import buttons_in, open_world, selects_in, texts_in

HELPED, MISS = "That helped", "Not what I meant"
LETTERS = EntryId("letters")
STORY = " ".join(["so worried about letters, help please"] * 8)


async def vote(world, label, *members, question=ANSWERED):
    """Let members ask a question, each in private, and vote on the answer."""
    for member in members or [world.noor]:
        await member.click(await world.ask(question, who=member), label=label)


async def proposals(world, who=None):
    """Return the card that answers /faq proposals."""
    return (await (who or world.mika).slash(world.channel, "faq proposals")).response


async def press(world, card, label):
    """Let mika press a button of hers, and return what her card says then."""
    await world.mika.click(card, label=label)
    return texts_in(card)


def moderator(world, name):
    role = world.guild.create_role("More mods", permissions=discord.Permissions(manage_messages=True))
    return world.guild.add_member(world.env.create_user(name), roles=[role])


async def set_up(world, **settings):
    await world.lantern.guilds.update(GuildId(world.guild.id), lambda now: replace(now, **settings))


def newcomers(world, number):
    return [world.guild.add_member(world.env.create_user(f"account{one}")) for one in range(number)]


async def evidence(world, *questions):
    guild = GuildId(world.guild.id)
    return [await world.lantern.search.search(guild, question, without=frozenset()) for question in questions]


async def test_a_vote_is_a_proposal_that_names_the_question_the_entry_and_nobody(small_world):
    await vote(small_world, HELPED, small_world.noor, small_world.sam)

    card = await proposals(small_world)

    assert card.ephemeral
    assert ANSWERED in texts_in(card)
    assert question_of("letters").replace("?", "") in texts_in(card)
    assert small_world.says("prop.people", number=2) in texts_in(card)
    assert "noor" not in texts_in(card)
    assert ["Confirm", "Decline"] == list(buttons_in(card))


async def test_without_votes_there_is_nothing_to_decide(small_world):
    assert texts_in(await proposals(small_world)) == small_world.says("prop.none")


async def test_a_confirmed_wording_is_certain_for_everybody_and_undo_takes_it_back(small_world):
    (before,) = await evidence(small_world, ANSWERED)
    await vote(small_world, HELPED)
    card = await proposals(small_world)

    said = await press(small_world, card, "Confirm")
    (confirmed,) = await evidence(small_world, ANSWERED)
    await press(small_world, card, "Undo")

    assert question_of("letters").rstrip("?") in said
    assert (LETTERS, 1.0) == (confirmed.hits[0].entry_id, confirmed.probability)
    assert before.probability < 1.0
    assert [before] == await evidence(small_world, ANSWERED)
    assert small_world.says("prop.person") in texts_in(await proposals(small_world))


async def test_a_wording_is_proposed_for_the_entry_that_was_chosen_after_another_was_not_meant(small_world):
    message = await small_world.ask(ANSWERED)
    await small_world.noor.click(message, label=MISS)
    chosen = next(label for label in buttons_in(message) if label.startswith("What should"))
    await small_world.noor.click(message, label=chosen)
    await small_world.noor.click(message, label=HELPED)

    card = await proposals(small_world)
    seen = [texts_in(card), await press(small_world, card, "Next")]

    assert [True, True] == [ANSWERED in text for text in seen]
    assert any(chosen in text and small_world.says("prop.person") in text for text in seen)
    assert any(question_of("letters") in text for text in seen)


async def test_a_confirmed_negative_leaves_the_entry_out_for_that_question_and_undo_brings_it_back(small_world):
    await vote(small_world, MISS, small_world.noor, small_world.sam)
    card = await proposals(small_world)
    await press(small_world, card, "Confirm")

    without = await small_world.ask(ANSWERED, who=small_world.ines)
    await press(small_world, card, "Undo")
    again = await small_world.ask(ANSWERED, who=small_world.ines)

    assert f"## {question_of('letters')}" not in texts_in(without)
    assert question_of("letters") not in buttons_in(without)
    assert f"## {question_of('letters')}" in texts_in(again)


async def test_it_is_another_entry_makes_the_question_a_wording_of_the_one_that_is_picked(small_world):
    await vote(small_world, MISS)
    card = await proposals(small_world)
    await press(small_world, card, "It is another entry")
    (select,) = selects_in(card)
    picked = select["options"][0]

    await small_world.mika.select(card, [picked["value"]])
    answer = await small_world.ask(ANSWERED, who=small_world.sam)

    assert "letters" not in [option["value"] for option in select["options"]]
    assert f"## {picked['label']}" in texts_in(answer)
    assert f"**{picked['label']}**" in texts_in(card).replace("\\", "")


async def test_a_refused_proposal_does_not_come_back(small_world):
    await vote(small_world, HELPED)
    said = await press(small_world, await proposals(small_world), "Decline")
    await vote(small_world, HELPED, small_world.sam, small_world.ines)

    assert said == small_world.says("prop.refused")
    assert texts_in(await proposals(small_world)) == small_world.says("prop.none")


async def test_a_card_whose_proposal_somebody_else_decided_says_so(small_world):
    olu = moderator(small_world, "olu")
    await vote(small_world, HELPED)
    mine, theirs = await proposals(small_world), await proposals(small_world, olu)
    await press(small_world, mine, "Decline")

    click = await olu.click(theirs, label="Confirm")

    assert texts_in(click.followups[0]) == small_world.says("error.version_gone")


@pytest.mark.parametrize("question", ["id:letters", STORY, "worried about letters, I want to kill myself"])
@pytest.mark.parametrize("label", [HELPED, MISS])
async def test_nothing_is_proposed_of(small_world, question, label):
    """An answer that was picked, a story, and words of crisis."""
    result = await small_world.noor.slash(small_world.channel, "ask", question=question)
    message = result.followups[-1] if result.followups else result.response
    if label not in buttons_in(message):
        await small_world.noor.click(message, label=next(iter(buttons_in(message))))
    await small_world.noor.click(message, label=label)

    assert texts_in(await proposals(small_world)) == small_world.says("prop.none")


@pytest.mark.parametrize("label", [HELPED, MISS])
async def test_nothing_is_proposed_of_somebody_elses_words(small_world, label):
    """A message whose menu was opened, and a public answer to another member."""
    await small_world.sam.click(
        await small_world.menu(await small_world.noor.send(small_world.channel, ANSWERED)), label=label
    )
    await small_world.sam.click(await small_world.ask(ANSWERED, visibility="public"), label=label)

    assert texts_in(await proposals(small_world)) == small_world.says("prop.none")


async def test_members_neither_see_nor_decide(small_world):
    await vote(small_world, HELPED)

    card = await proposals(small_world, small_world.sam)

    assert texts_in(card) == small_world.says("error.not_allowed")


async def test_who_may_edit_but_not_publish_looks_and_refuses_and_does_not_confirm(small_world):
    editors = small_world.guild.create_role("Editors")
    ada = small_world.guild.add_member(small_world.env.create_user("ada"), roles=[editors])
    roles = {Capability.EDIT: frozenset({editors.id})}
    await set_up(small_world, roles=roles)
    await vote(small_world, HELPED)
    card = await proposals(small_world, ada)

    click = await ada.click(card, label="Confirm")
    await ada.click(card, label="Decline")

    assert texts_in(click.followups[0]) == small_world.says("error.not_allowed")
    assert texts_in(card) == small_world.says("prop.refused")


async def test_a_negative_and_its_undo_are_told_in_the_moderators_channel(small_world):
    room = small_world.guild.create_text_channel("mods")
    await small_world.env.settle()
    await set_up(small_world, moderators_channel=room.id)
    await vote(small_world, MISS)
    card = await proposals(small_world)
    await press(small_world, card, "Confirm")
    await press(small_world, card, "Undo")

    told = [texts_in(message) for message in room.history()]

    assert 2 == len(told)
    assert all(ANSWERED in text and f"<@{small_world.mika.id}>" in text for text in told)


async def test_an_entry_that_is_gone_takes_its_proposals_with_it(small_world):
    await vote(small_world, HELPED)
    card = await proposals(small_world)
    await edit(small_world.lantern.library, GuildId(small_world.guild.id), LETTERS, None)

    click = await small_world.mika.click(card, label="Confirm")

    assert texts_in(click.followups[0]) == small_world.says("error.version_gone")
    assert texts_in(await proposals(small_world)) == small_world.says("prop.none")


async def test_proposals_outlive_a_restart_and_nobody_counts_twice_after_it(start_small, tmp_path):
    notes = tmp_path / "notes.db"
    async with start_small(notes) as before, open_world(before) as world:
        await vote(world, HELPED, world.noor, world.sam)
        async with start_small(notes) as after:
            await world.restart(after)
            await vote(world, HELPED, world.noor, world.ines)
            card = await proposals(world)

    assert world.says("prop.people", number=3) in texts_in(card)


async def test_twenty_accounts_that_vote_together_change_no_ranking(small_world):
    """Scores and probabilities are the same to the last bit; only the list of proposals knows of it."""
    questions = (ANSWERED, OFFERED, UNKNOWN, "tell me about grants please", "letters or visas", "so tired of reviews")
    guild = GuildId(small_world.guild.id)
    before = await evidence(small_world, *questions)
    calibration = await small_world.lantern.search.calibration(guild)
    suggested = await small_world.suggestions("letters")

    for account in newcomers(small_world, 20):
        await vote(small_world, HELPED, account)
        await vote(small_world, MISS, account, question="worried and asking about grants")
    card = await proposals(small_world)
    seen = [texts_in(card), await press(small_world, card, "Next")]

    assert before == await evidence(small_world, *questions)
    assert calibration == await small_world.lantern.search.calibration(guild)
    assert suggested == await small_world.suggestions("letters")
    assert [True, True] == [small_world.says("prop.people", number=20) in text for text in seen]
