"""The menu on a message, and every way to share an answer: once, and pinging nobody but one author."""

from __future__ import annotations

import pytest

from support.small import ANSWERED, OFFERED, UNKNOWN, question_of
from support.worlds import ONLY_THE_AUTHOR, buttons_in, selects_in, texts_in


async def write(world, text=ANSWERED, *, who=None):
    """Return a message a member wrote."""
    return await (who or world.noor).send(world.channel, text)


async def test_the_menu_shows_the_answer_to_the_caller_alone(small_world):
    preview = await small_world.menu(await write(small_world), who=small_world.sam)

    assert preview.ephemeral
    assert f"## {question_of('letters')}" in texts_in(preview)
    assert {"Share as reply", "Keep", "That helped", "Not what I meant"} <= buttons_in(preview).keys()
    assert small_world.public_messages() == []


async def test_share_as_reply_replies_and_pings_the_author_of_that_message_alone(small_world):
    asked = await write(small_world, f"{ANSWERED} <@{small_world.ines.id}> @everyone")
    preview = await small_world.menu(asked, who=small_world.sam)
    if question_of("letters") in buttons_in(preview):
        await small_world.sam.click(preview, label=question_of("letters"))

    await small_world.sam.click(preview, label="Share as reply")

    (posted,) = small_world.public_messages()
    assert posted.reference.message_id == asked.id
    assert small_world.pinged() == [small_world.noor.id]
    assert [body["allowed_mentions"] for _, path, body in small_world.sent() if path.endswith("/messages")] == [
        ONLY_THE_AUTHOR
    ]


async def test_what_is_shared_is_the_answer_without_anybodys_words(small_world):
    await small_world.sam.click(await small_world.menu(await write(small_world)), label="Share as reply")
    await small_world.ines.click(await small_world.ask(ANSWERED, who=small_world.ines), label="Share here")

    for posted in small_world.public_messages():
        assert texts_in(posted).startswith(f"## {question_of('letters')}\nWhat we know about letters.")
        assert small_world.says("answer.share_note") in texts_in(posted)
        assert ANSWERED not in texts_in(posted)
        assert buttons_in(posted).keys() == {"On letters", "That helped"}
    assert len(small_world.public_messages()) == 2


async def test_after_sharing_the_card_says_so_and_offers_it_no_more(small_world):
    preview = await small_world.menu(await write(small_world))

    await small_world.sam.click(preview, label="Share as reply")

    assert small_world.says("answer.shared") in texts_in(preview)
    assert not {"Share as reply", "Keep", "Share here"} & buttons_in(preview).keys()
    assert "That helped" in buttons_in(preview)


async def test_keep_posts_nothing_and_says_so(small_world):
    preview = await small_world.menu(await write(small_world))

    await small_world.sam.click(preview, label="Keep")

    assert small_world.public_messages() == []
    assert small_world.says("answer.kept") in texts_in(preview)
    assert not {"Share as reply", "Keep", "Share here"} & buttons_in(preview).keys()


async def test_share_here_posts_for_everybody_and_pings_nobody(small_world):
    message = await small_world.ask(ANSWERED)

    await small_world.noor.click(message, label="Share here")

    (posted,) = small_world.public_messages()
    assert not posted.flags.ephemeral
    assert small_world.pinged() == []
    assert small_world.says("answer.shared") in texts_in(message)
    assert "Share here" not in buttons_in(message)


@pytest.mark.parametrize("label", ["Share here", "Share as reply"])
async def test_two_clicks_at_once_share_once(small_world, label):
    if label == "Share here":
        message, member = await small_world.ask(ANSWERED), small_world.noor
    else:
        message, member = await small_world.menu(await write(small_world)), small_world.sam

    clicks = [small_world.start_click(member, message, label) for _ in range(2)]
    await small_world.env.settle()

    assert len(small_world.public_messages()) == 1
    assert all(click.acknowledged for click in clicks)
    told = [texts_in(followup) for click in clicks for followup in click.followups if followup.ephemeral]
    assert told == [small_world.says("answer.already_shared")]


async def test_another_entry_on_the_same_card_can_still_be_shared_as_a_reply(small_world):
    asked = await write(small_world)
    preview = await small_world.menu(asked)
    await small_world.sam.click(preview, label="Share as reply")
    (select,) = selects_in(preview)

    await small_world.sam.select(preview, ["grades"], custom_id=select["custom_id"])
    await small_world.sam.click(preview, label="Share as reply")

    first, second = small_world.public_messages()
    assert f"## {question_of('letters')}" in texts_in(first)
    assert f"## {question_of('grades')}" in texts_in(second)
    assert second.reference.message_id == asked.id


async def test_an_answer_reached_by_choices_topics_or_a_miss_can_be_shared_as_a_reply(small_world):
    offered = await small_world.menu(await write(small_world, OFFERED))
    await small_world.sam.click(offered, label=question_of("visas"))
    unknown = await small_world.menu(await write(small_world, UNKNOWN))
    topics = (await small_world.sam.click(unknown, label="Basics")).followups[0]
    await small_world.sam.select(topics, ["grades"], custom_id=selects_in(topics)[0]["custom_id"])
    missed = await small_world.menu(await write(small_world))
    await small_world.sam.click(missed, label="Not what I meant")
    await small_world.sam.click(missed, label=question_of("visas"))

    for preview in (offered, topics, missed):
        await small_world.sam.click(preview, label="Share as reply")

    assert [posted.reference is not None for posted in small_world.public_messages()] == [True] * 3


async def test_a_member_who_may_not_write_there_cannot_share(small_world):
    asked = await write(small_world)
    preview = await small_world.menu(asked)
    message = await small_world.ask(ANSWERED)
    await small_world.forbid(small_world.sam.id, small_world.noor.id, send_messages=True)

    replied = await small_world.sam.click(preview, label="Share as reply")
    shared = await small_world.noor.click(message, label="Share here")

    for click in (replied, shared):
        assert texts_in(click.followups[0]) == small_world.says("error.member_may_not_write")
    assert small_world.public_messages() == []


async def test_a_message_without_words_gets_a_sentence(small_world):
    picture = await small_world.noor.send(small_world.channel, "", attachments=[("paper.png", b"\x89PNG")])

    preview = await small_world.menu(picture)

    assert preview.ephemeral
    assert texts_in(preview) == small_world.says("error.message_blank")


async def test_the_menu_on_an_unknown_question_passes_it_on_without_names(small_world):
    preview = await small_world.menu(await write(small_world, UNKNOWN))

    assert small_world.says("unknown.text") in texts_in(preview)
    assert "Tell me when this is answered" in buttons_in(preview)
