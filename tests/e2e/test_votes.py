"""That helped, Not what I meant, choices, and None of these."""

from __future__ import annotations

from bot.core.models import EntryId, GuildId
from support.edits import edit
from support.small import ANSWERED, OFFERED, SUBJECTS, question_of
from support.worlds import buttons_in, texts_in

MISS = "Not what I meant"
NONE = "None of these"
NAMES = [name for held in SUBJECTS.values() for name in held]


def offered_in(message):
    """Return the entries a card offers as buttons."""
    return [name for name in NAMES if question_of(name) in buttons_in(message)]


async def votes(world, entry_id):
    return await world.lantern.activity.votes_on(GuildId(world.guild.id), EntryId(entry_id))


async def queue(world):
    return [each.question for each in await world.queue()]


async def test_that_helped_is_counted_and_thanked_for_in_private(small_world):
    message = await small_world.ask(ANSWERED, visibility="public")

    click = await small_world.ines.click(message, label="That helped")

    assert await votes(small_world, "letters") == (1, 0)
    assert click.followups[0].ephemeral
    assert texts_in(click.followups[0]) == small_world.says("answer.thanks")
    assert f"## {question_of('letters')}" in texts_in(message)


async def test_each_person_counts_once_and_their_last_vote_stays(small_world):
    message = await small_world.ask(ANSWERED, visibility="public")

    for _ in range(2):
        await small_world.noor.click(message, label="That helped")
    await small_world.ines.click(message, label="That helped")
    await small_world.ines.click(message, label=MISS)

    assert await votes(small_world, "letters") == (1, 1)


async def test_not_what_i_meant_offers_others_in_the_place_of_the_answer(small_world):
    message = await small_world.ask(ANSWERED)

    await small_world.noor.click(message, label=MISS)

    assert await votes(small_world, "letters") == (0, 1)
    assert small_world.says("choices.after_miss") in texts_in(message)
    assert small_world.says("answer.asked", question=ANSWERED) in texts_in(message)
    assert len(offered_in(message)) == 3
    assert "letters" not in offered_in(message)
    assert NONE in buttons_in(message)


async def test_no_answer_that_was_missed_is_offered_again_and_the_third_miss_is_the_honest_no(small_world):
    message = await small_world.ask(ANSWERED)
    missed = ["letters"]
    await small_world.noor.click(message, label=MISS)
    for _ in range(2):
        offered = offered_in(message)
        assert not set(offered) & set(missed)
        missed.append(offered[0])
        await small_world.noor.click(message, label=question_of(offered[0]))
        await small_world.noor.click(message, label=MISS)

    assert small_world.says("unknown.text") in texts_in(message)
    assert offered_in(message) == []
    assert await queue(small_world) == [ANSWERED]


async def test_a_picked_answer_that_was_not_meant_offers_its_neighbours_and_queues_nothing(small_world):
    message = await small_world.ask("id:letters")
    for _ in range(3):
        if offered := offered_in(message):
            await small_world.noor.click(message, label=question_of(offered[0]))
        await small_world.noor.click(message, label=MISS)

    assert small_world.says("choices.ask_again") in texts_in(message)
    assert await queue(small_world) == []


async def test_an_uncertain_question_gets_two_or_three_to_choose_from(small_world):
    message = await small_world.ask(OFFERED)

    assert small_world.says("choices.text") in texts_in(message)
    assert 2 <= len(offered_in(message)) <= 3
    assert "visas" in offered_in(message)
    assert await queue(small_world) == []


async def test_choosing_shows_that_answer_with_everything_below_it(small_world):
    message = await small_world.ask(OFFERED)

    await small_world.noor.click(message, label=question_of("visas"))

    assert f"## {question_of('visas')}" in texts_in(message)
    assert small_world.says("answer.asked", question=OFFERED) in texts_in(message)
    assert {"That helped", MISS, "Share here"} <= buttons_in(message).keys()


async def test_none_of_these_is_the_honest_no_and_queues_the_question(small_world):
    message = await small_world.ask(OFFERED)

    await small_world.noor.click(message, label=NONE)

    assert small_world.says("unknown.text") in texts_in(message)
    assert await queue(small_world) == [OFFERED]


async def test_none_of_these_after_a_picked_answer_says_how_to_ask_and_queues_nothing(small_world):
    message = await small_world.ask("id:letters")
    await small_world.noor.click(message, label=MISS)

    click = await small_world.noor.click(message, label=NONE)

    assert texts_in(click.followups[0]) == small_world.says("choices.ask_again")
    assert await queue(small_world) == []


async def test_somebody_else_gets_their_own_card_and_leaves_the_public_one_as_it_is(small_world):
    message = await small_world.ask(OFFERED, visibility="public")
    before = texts_in(message)

    chosen = (await small_world.ines.click(message, label=question_of("visas"))).followups[0]
    given_up = (await small_world.sam.click(message, label=NONE)).followups[0]

    assert texts_in(message) == before
    assert chosen.ephemeral
    assert f"## {question_of('visas')}" in texts_in(chosen)
    assert "Share here" in buttons_in(chosen)
    assert given_up.ephemeral
    assert small_world.says("unknown.text") in texts_in(given_up)


async def test_the_asker_chooses_on_a_public_card_for_everybody(small_world):
    message = await small_world.ask(OFFERED, visibility="public")

    await small_world.noor.click(message, label=question_of("visas"))

    assert f"## {question_of('visas')}" in texts_in(small_world.public_messages()[0])
    assert "Share here" not in buttons_in(message)


async def test_an_answer_removed_meanwhile_says_so_and_takes_nothing_away(small_world):
    message = await small_world.ask(OFFERED)
    await edit(small_world.lantern.library, GuildId(small_world.guild.id), EntryId("visas"), None)

    click = await small_world.noor.click(message, label=question_of("visas"))

    assert texts_in(click.followups[0]) == small_world.says("error.entry_gone")
    assert small_world.says("choices.text") in texts_in(message)


async def test_one_guilds_votes_and_uses_are_not_anothers(small_world):
    await small_world.noor.click(await small_world.ask(ANSWERED), label="That helped")
    activity = small_world.lantern.activity

    assert await activity.votes_on(GuildId(1), EntryId("letters")) == (0, 0)
    assert await activity.most_used(GuildId(1), 5) == []
    assert await activity.most_used(GuildId(small_world.guild.id), 5) == ["letters"]
