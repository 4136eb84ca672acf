"""Whatever is typed: nobody is pinged, no card breaks, and the question is read back as it was asked."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core.models import EntryId, GuildId
from bot.safety.text import QUESTION_LENGTH, clean, cut
from bot.views.answers import asked_in
from support.edits import edit
from support.small import ANSWERED, question_of
from support.worlds import buttons_in, parts, texts_in

MARKDOWN = "**bold** _it_ ~~no~~ ||spoiler|| # head\n> quote\n- list `code` ```block``` 1. one"
LINKS = "[free money](https://evil.example) <https://evil.example> https://evil.example http://a.b/c_d_e"
NASTY = {
    "everyone": "@everyone @here who knows about the moon",
    "member": "<@{noor}> <@!{noor}> who knows about the moon",
    "role": "<@&{role}> who knows about the moon",
    "channel": "<#{channel}> </ask:{role}> <t:1700000000:R> <:smile:{role}> who knows",
    "markdown": MARKDOWN,
    "links": LINKS,
    "backticks": "`````` ``a`` ` the moon ```py\nprint(1)```",
    "backslashes": r"\\ \* \\* the \@everyone moon \_(ツ)_/ \\",
    "zero-width": "the\u200b mo\u200bon\u2060 \ufeffland\u00ading\u180e",
    "bidi": "\u202ethe moon\u202c \u2066landing\u2069 \u200f\u200e",
    "emoji": "👩\u200d🔬 ❤️ the moon 🇩🇪 👍🏽",
    "scripts": "月はきれいですか هل القمر جميل Как дела на Луне",
    "combining": "z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢ the moon",
    "braces": "{question} {0} {} %s $HOME the moon",
    "nul": "the\x00 moon\x1b[31m landing\x7f",
    "lines": "the\r\n\n\nmoon\u2028landing\u2029\x0b\x0c",
    "custom id": "ask:share:letters ask:reply:letters:0",
}


@pytest.mark.parametrize("question", NASTY.values(), ids=NASTY.keys())
@pytest.mark.parametrize("visibility", ["private", "public"])
async def test_no_question_pings_breaks_the_card_or_is_changed(small_world, question, visibility):
    role = small_world.guild.create_role("Everyone else", mentionable=True)
    question = question.replace("{noor}", str(small_world.noor.id)).replace("{role}", str(role.id))
    question = question.replace("{channel}", str(small_world.channel.id))

    message = await small_world.ask(question, visibility=visibility)

    assert asked_in(message.message, small_world.lantern.texts) == clean(question)
    assert small_world.pinged() == []
    assert all(len(button["label"]) <= 80 for button in buttons_in(message).values())


@pytest.mark.parametrize("question", NASTY.values(), ids=NASTY.keys())
async def test_what_is_queued_after_a_click_is_what_was_asked(small_world, question):
    message = await small_world.ask(question)
    if "None of these" in buttons_in(message):
        await small_world.noor.click(message, label="None of these")

    (queued,) = await small_world.queue()
    assert queued.question == clean(question)


@pytest.mark.parametrize("question", NASTY.values(), ids=NASTY.keys())
async def test_nobody_is_pinged_by_what_a_message_holds(small_world, question):
    written = await small_world.noor.send(small_world.channel, question)

    preview = await small_world.menu(written)

    assert asked_in(preview.message, small_world.lantern.texts) == clean(question)
    assert small_world.public_messages() == []


@pytest.mark.parametrize("blank", [" ", "\u200b\u200b", "\u202e\u2066", "⠀", "\u3164", "\ufeff \u00ad"])
@pytest.mark.parametrize("visibility", ["private", "public"])
async def test_a_blank_question_gets_its_sentence_in_private(small_world, blank, visibility):
    message = await small_world.ask(blank, visibility=visibility)

    assert message.ephemeral
    assert texts_in(message) == small_world.says("error.question_blank")


@pytest.mark.parametrize("symbols", ["🙂🙂🙂", "???", "…", "❤️‍🔥", "-_-", "@!#"])
@pytest.mark.parametrize("visibility", ["private", "public"])
async def test_a_question_without_words_gets_its_sentence_in_private(small_world, symbols, visibility):
    message = await small_world.ask(symbols, visibility=visibility)

    assert message.ephemeral
    assert texts_in(message) == small_world.says("error.question_wordless")


@pytest.mark.parametrize("written", ["🙂", "\u200b", "???", "⠀"])
async def test_a_message_without_words_gets_its_sentence(small_world, written):
    message = await small_world.noor.send(small_world.channel, written)

    preview = await small_world.menu(message)

    assert texts_in(preview) == small_world.says("error.message_blank")


@pytest.mark.parametrize(
    "question",
    ["the moon landing " * 352, "x" * 6000, "*" * 5990 + " the moon", "🙂 moon " * 750, "tell " + "\\" * 5000],
    ids=["words", "one word", "markup", "emoji", "backslashes"],
)
async def test_a_question_of_6000_characters_gets_an_answer_and_says_what_was_read(small_world, question):
    message = await small_world.ask(question)

    said = texts_in(message)
    assert small_world.says("answer.shortened", characters=QUESTION_LENGTH) in said
    assert len("".join(part.get("content", "") for part in parts(message))) <= 4000


async def test_a_question_of_1000_characters_is_read_back_whole(small_world):
    question = cut("Is it true, as they say, that the moon (our moon) is far away? " * 20, QUESTION_LENGTH)

    message = await small_world.ask(question)

    assert asked_in(message.message, small_world.lantern.texts) == question
    assert small_world.says("answer.shortened", characters=QUESTION_LENGTH) not in texts_in(message)


async def test_a_guilds_own_answer_full_of_mentions_pings_nobody_when_shared(small_world):
    guild, letters = GuildId(small_world.guild.id), EntryId("letters")
    entry = (await small_world.lantern.library.shelf(guild)).entries[letters]
    mentions = f"@everyone <@{small_world.ines.id}> [click](https://evil.example)"
    await edit(small_world.lantern.library, guild, letters, replace(entry, answer=mentions))
    written = await small_world.noor.send(small_world.channel, ANSWERED)

    await small_world.sam.click(await small_world.menu(written), label="Share as reply")
    await small_world.noor.click(await small_world.ask(ANSWERED), label="Share here")

    assert small_world.pinged() == [small_world.noor.id]
    assert f"## {question_of('letters')}" in texts_in(small_world.public_messages()[0])
