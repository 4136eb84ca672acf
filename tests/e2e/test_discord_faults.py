"""Discord answers 500, 429, 404, or nothing; people and channels vanish. A sentence where somebody can read it."""

from __future__ import annotations

import pytest

from support.net import Wire
from support.small import ANSWERED, OFFERED, question_of
from support.worlds import buttons_in, texts_in

ORIGINAL = "/webhooks/*/messages/@original"


def incidents(caplog):
    return [record for record in caplog.records if record.msg == "Incident %s"]


@pytest.mark.parametrize("status", [500, 502, 429])
async def test_an_answer_discord_does_not_take_gets_a_sentence_instead(small_world, status, caplog):
    small_world.env.inject_error("PATCH", ORIGINAL, status=status)

    message = await small_world.ask(ANSWERED)

    assert texts_in(message) == small_world.says("error.discord_down")
    assert incidents(caplog) == []


@pytest.mark.parametrize("code", [10062, 10015, 10008, 10003])
async def test_where_nobody_is_left_to_read_nothing_is_said_and_nothing_breaks(small_world, code, caplog):
    small_world.env.inject_error("PATCH", ORIGINAL, status=404, code=code)

    result = await small_world.noor.slash(small_world.channel, "ask", question=ANSWERED)
    after = await small_world.ask(ANSWERED)

    assert result.followups == []
    assert f"## {question_of('letters')}" in texts_in(after)
    assert incidents(caplog) == []


@pytest.mark.parametrize(("status", "code"), [(404, 10062), (400, 40060), (500, 0)])
async def test_an_acknowledgement_that_fails_breaks_nothing_for_the_next_one(small_world, status, code):
    message = await small_world.ask(ANSWERED)
    small_world.env.inject_error("POST", "/interactions/*/callback", status=status, code=code, times=2)

    await small_world.noor.slash(small_world.channel, "ask", question=ANSWERED)
    await small_world.noor.click(message, label="That helped")
    after = await small_world.ask(ANSWERED)

    assert f"## {question_of('letters')}" in texts_in(after)


async def test_a_click_whose_card_cannot_be_changed_gets_a_sentence_and_keeps_the_card(small_world):
    message = await small_world.ask(OFFERED)
    small_world.env.inject_error("PATCH", "/webhooks/*/messages/*", status=500)

    failed = await small_world.noor.click(message, label=question_of("visas"))
    still_offered = question_of("visas") in buttons_in(message)
    await small_world.noor.click(message, label=question_of("visas"))

    assert texts_in(failed.followups[0]) == small_world.says("error.discord_down")
    assert still_offered
    assert f"## {question_of('visas')}" in texts_in(message)


async def test_when_even_the_sentence_fails_the_log_says_so_and_the_bot_goes_on(small_world, caplog):
    for method in ("PATCH", "POST"):
        small_world.env.inject_error(method, "/webhooks/*", status=500)

    await small_world.noor.slash(small_world.channel, "ask", question=ANSWERED)
    after = await small_world.ask(ANSWERED)

    assert "could not be told" in caplog.text
    assert f"## {question_of('letters')}" in texts_in(after)


async def test_a_refused_connection_gets_a_sentence(small_world):
    Wire(small_world).cut("PATCH", "@original")

    message = await small_world.ask(ANSWERED)

    assert texts_in(message) == small_world.says("error.discord_down")


async def test_an_answer_discord_never_takes_keeps_nobody_else_waiting(small_world):
    Wire(small_world).cut("PATCH", "@original", None)

    hanging = await small_world.noor.slash(small_world.channel, "ask", question=ANSWERED)
    message = await small_world.ask(ANSWERED, who=small_world.ines)

    assert hanging.deferred
    assert f"## {question_of('letters')}" in texts_in(message)


async def test_a_request_that_times_out_gets_a_sentence(small_world):
    Wire(small_world).cut("PATCH", "@original", TimeoutError)

    message = await small_world.ask(ANSWERED)

    assert texts_in(message) == small_world.says("error.discord_down")


async def test_suggestions_discord_does_not_take_break_nothing(small_world, caplog):
    small_world.env.inject_error("POST", "/interactions/*/callback", status=404, code=10062)

    lost = await small_world.suggestions("visas")
    after = await small_world.suggestions("visas")

    assert lost == []
    assert after[0]["value"] == "id:visas"
    assert caplog.records == []


async def test_a_member_who_leaves_in_the_middle_breaks_nothing(small_world, caplog):
    leaving = small_world.start_ask(small_world.sam, ANSWERED)
    small_world.guild.remove_member(small_world.sam)
    await small_world.env.settle()
    message = await small_world.ask(ANSWERED)

    assert leaving.acknowledged
    assert f"## {question_of('letters')}" in texts_in(message)
    assert incidents(caplog) == []


async def test_a_member_who_leaves_after_asking_in_public_leaves_buttons_that_work(small_world):
    message = await small_world.ask(OFFERED, who=small_world.sam, visibility="public")
    small_world.guild.remove_member(small_world.sam)

    click = await small_world.noor.click(message, label=question_of("visas"))

    assert f"## {question_of('visas')}" in texts_in(click.followups[0])


async def test_a_channel_deleted_in_the_middle_breaks_nothing(small_world, caplog):
    other = small_world.guild.create_text_channel("short-lived")
    kept, small_world.channel = small_world.channel, other
    asked = small_world.start_ask(small_world.noor, ANSWERED)
    small_world.env.backend.delete_channel(other.id)
    await small_world.env.settle()
    small_world.channel = kept
    message = await small_world.ask(ANSWERED)

    assert asked.response is None or asked.acknowledged
    assert f"## {question_of('letters')}" in texts_in(message)
    assert incidents(caplog) == []


async def test_what_nobody_foresaw_gets_a_number_that_stands_in_the_log_without_the_question(small_world, caplog):
    """Discord refuses the card as malformed, which is a bug of ours."""
    small_world.env.inject_error("PATCH", ORIGINAL, status=400, code=50035, message="Invalid Form Body")

    message = await small_world.ask(ANSWERED)

    (incident,) = incidents(caplog)
    assert texts_in(message) == small_world.says("error.unexpected", incident=incident.args[0])
    assert ANSWERED not in caplog.text


async def test_failures_leave_no_trace_in_the_queue(small_world):
    small_world.env.inject_error("PATCH", ORIGINAL, status=500)
    await small_world.ask(ANSWERED)

    assert await small_world.queue() == []
