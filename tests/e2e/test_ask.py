"""/ask from the command to the answer, and every button below it."""

from __future__ import annotations

from support.worlds import buttons_in, texts_in


async def test_a_question_in_own_words_gets_the_curated_answer_privately(world):
    message = await world.ask("how do I get into a PhD without publications")

    assert message.ephemeral
    assert "## How do I get into a PhD without publications?" in texts_in(message)
    assert {"That helped", "Not what I meant", "Share here"} <= buttons_in(message).keys()
