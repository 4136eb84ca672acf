"""A share that cannot be posted: its sentence, nothing lost, and it can be tried again."""

from __future__ import annotations

import pytest

from support.net import Wire
from support.small import ANSWERED, question_of
from support.worlds import buttons_in, texts_in


async def preview_of(world):
    """Return the preview of the answer to a message, and that message."""
    asked = await world.noor.send(world.channel, ANSWERED)
    return await world.menu(asked), asked


def is_still_there(world, preview):
    """Tell whether the answer can still be read and shared."""
    return f"## {question_of('letters')}" in texts_in(preview) and "Share as reply" in buttons_in(preview)


def refuse_reply(world, **how):
    """Let Discord refuse the next message to the channel."""
    world.env.inject_error("POST", f"/channels/{world.channel.id}/messages", **how)


@pytest.mark.parametrize(
    ("status", "code", "key"),
    [
        (500, 0, "error.share_failed"),
        (503, 0, "error.share_failed"),
        (429, 0, "error.share_failed"),
        (404, 10008, "error.message_gone"),
        (404, 10003, "error.message_gone"),
        (403, 50013, "error.may_not_write"),
        (403, 50001, "error.may_not_write"),
        (400, 160002, "error.may_not_write"),
    ],
)
async def test_a_reply_discord_refuses_gets_its_sentence_and_can_be_tried_again(small_world, status, code, key):
    preview, _ = await preview_of(small_world)
    refuse_reply(small_world, status=status, code=code)

    failed = await small_world.sam.click(preview, label="Share as reply")
    still_there = is_still_there(small_world, preview)
    await small_world.sam.click(preview, label="Share as reply")

    assert texts_in(failed.followups[0]) == small_world.says(key)
    assert failed.followups[0].ephemeral
    assert still_there
    assert len(small_world.public_messages()) == 1


@pytest.mark.parametrize(("status", "key"), [(500, "error.share_failed"), (429, "error.share_failed")])
async def test_share_here_that_fails_gets_its_sentence_and_can_be_tried_again(small_world, status, key):
    message = await small_world.ask(ANSWERED)
    small_world.env.inject_error("POST", "/webhooks/*", status=status)

    failed = await small_world.noor.click(message, label="Share here")
    offered_again = "Share here" in buttons_in(message)
    await small_world.noor.click(message, label="Share here")

    assert texts_in(failed.followups[0]) == small_world.says(key)
    assert offered_again
    assert len(small_world.public_messages()) == 1


async def test_a_refused_connection_gets_its_sentence_and_can_be_tried_again(small_world):
    preview, _ = await preview_of(small_world)
    Wire(small_world).cut("POST", f"/channels/{small_world.channel.id}/messages")

    failed = await small_world.sam.click(preview, label="Share as reply")
    await small_world.sam.click(preview, label="Share as reply")

    assert texts_in(failed.followups[0]) == small_world.says("error.share_failed")
    assert len(small_world.public_messages()) == 1


async def test_a_reply_whose_confirmation_got_lost_is_tried_again_under_the_same_nonce(small_world):
    """Discord posts one message for two tries that carry the same nonce and `enforce_nonce`."""
    preview, _ = await preview_of(small_world)
    Wire(small_world).cut("POST", f"/channels/{small_world.channel.id}/messages", after=True)

    await small_world.sam.click(preview, label="Share as reply")
    await small_world.sam.click(preview, label="Share as reply")

    first, second = [body for _, path, body in small_world.sent() if path.endswith("/messages")]
    assert first["nonce"] == second["nonce"]
    assert first["enforce_nonce"] is second["enforce_nonce"] is True
    assert len(first["nonce"]) <= 25


async def test_a_reply_to_a_message_deleted_meanwhile_posts_nothing_and_says_so(small_world):
    """SimCord lets a reply to nothing through; the words injected here are those of the real Discord."""
    preview, asked = await preview_of(small_world)
    await small_world.noor.delete(asked)
    gone = "Invalid Form Body\nIn message_reference: Unknown message"
    refuse_reply(small_world, status=400, code=50035, message=gone)

    failed = await small_world.sam.click(preview, label="Share as reply")

    assert texts_in(failed.followups[0]) == small_world.says("error.message_gone")
    assert is_still_there(small_world, preview)
    assert small_world.public_messages() == []


async def test_a_body_discord_refuses_is_a_bug_with_a_number_and_not_blamed_on_the_message(small_world, caplog):
    preview, _ = await preview_of(small_world)
    refuse_reply(small_world, status=400, code=50035, message="Invalid Form Body\nIn components: Too long")

    failed = await small_world.sam.click(preview, label="Share as reply")

    (incident,) = [record.args[0] for record in caplog.records if record.msg == "Incident %s"]
    assert texts_in(failed.followups[0]) == small_world.says("error.unexpected", incident=incident)


async def test_a_bot_that_may_not_write_says_whom_to_ask(small_world):
    preview, _ = await preview_of(small_world)
    await small_world.forbid(small_world.client.user.id, send_messages=True)

    failed = await small_world.sam.click(preview, label="Share as reply")
    await small_world.forbid()
    await small_world.sam.click(preview, label="Share as reply")

    assert texts_in(failed.followups[0]) == small_world.says("error.may_not_write")
    assert len(small_world.public_messages()) == 1


async def test_a_share_that_was_posted_counts_even_where_the_card_could_not_be_changed(small_world):
    preview, _ = await preview_of(small_world)
    small_world.env.inject_error("PATCH", "/webhooks/*/messages/*", status=500)

    failed = await small_world.sam.click(preview, label="Share as reply")
    again = await small_world.sam.click(preview, label="Share as reply")

    assert texts_in(failed.followups[0]) == small_world.says("error.discord_down")
    assert texts_in(again.followups[0]) == small_world.says("answer.already_shared")
    assert len(small_world.public_messages()) == 1
