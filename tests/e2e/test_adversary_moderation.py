"""Moderators in a hurry, two at once, with a Discord that loses answers, and texts that want to be something else."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace

import pytest

from bot.core.models import EntryId, Phrasing
from bot.safety.text import normalise
from support.acts import do, picture_of, press_of, said, start
from support.editor import (
    GOOD,
    add,
    card_of,
    edit,
    entries_of,
    guild_of,
    ids_in,
    press,
    second_moderator,
    set_up,
    submit,
)
from support.edits import edit as put
from support.limits import faults_of
from support.small import ANSWERED, UNKNOWN, question_of
from support.worlds import buttons_in, open_world, selects_in, texts_in

LETTERS, CATS = EntryId("letters"), EntryId("how-do-i-get-a-cat-through-quarantine")
ZALGO = "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢L͠G̴̻͈͍͔̹̑͗̎̅͛́Ǫ̵̹̻̝̳ what?"


@pytest.fixture
async def world(small_world):
    """A server with two moderators, Mika and Ada, and a channel for them."""
    small_world.ada = second_moderator(small_world)
    small_world.desk = small_world.guild.create_text_channel("moderators")
    await set_up(small_world, moderators_channel=small_world.desk.id)
    return small_world


async def publish(world, actor=None, entry=None, **typed):
    """Publish an edit, or a new entry, and return the card that answers."""
    actor = actor or world.mika
    preview = await (edit(world, entry, actor, **typed) if entry else add(world, actor, **typed))
    return await press(actor, preview, "Publish")


async def remove(world, entry):
    card = card_of(await world.mika.slash(world.channel, "faq remove", entry=f"id:{entry}"))
    return await press(world.mika, card, "Remove")


async def held_twice(world):
    """Return the wordings that more than one entry holds."""
    entries = (await entries_of(world)).values()
    counted = Counter(wording for entry in entries for wording in {normalise(text) for text in entry.texts})
    return [wording for wording, times in counted.items() if times > 1]


def id_of(card, begin):
    """Return the custom id on a card that begins so."""
    return next(each for each in ids_in(card) if each.startswith(begin))


class TestOneWordingHasOneEntry:
    """Only one answer can be right for it, and the search could not tell which."""

    async def test_not_by_restoring_what_was_removed(self, world):
        await remove(world, "letters")
        await publish(world, question=question_of("letters"))
        history = card_of(await world.mika.slash(world.channel, "faq history", entry="id:letters"))
        asked = await world.mika.click(history, custom_id=[each for each in ids_in(history) if "restoring" in each][-1])
        sure = card_of(asked) or history
        forged = await do(world, world.mika, press_of(id_of(sure, "faq:restore:")), picture_of(world, sure))

        assert f"“{question_of('letters')}” holds one of its wordings" in texts_in(sure).replace("\\", "")
        assert buttons_in(sure)["Restore"]["disabled"]
        assert world.says("error.wording_taken") == said(forged)[-1]
        assert LETTERS not in await entries_of(world)

    async def test_not_by_undoing_a_removal(self, world):
        removed = await remove(world, "letters")
        await publish(world, world.ada, question=question_of("letters"))
        result = await world.mika.click(removed, label="Undo")

        assert world.says("error.wording_taken") == texts_in(card_of(result))
        assert [] == await held_twice(world)

    async def test_not_by_undoing_an_edit_whose_wording_went_elsewhere(self, world):
        edited = await publish(world, entry="letters", phrasings="letters, what else")
        await publish(world, world.ada, entry="visas", phrasings="tell me about letters")
        result = await world.mika.click(edited, label="Undo")

        assert world.says("error.wording_taken") == texts_in(card_of(result))
        assert [] == await held_twice(world)

    async def test_not_by_two_moderators_who_publish_at_the_same_moment(self, world):
        """Both previews were right when they were shown."""
        one, other = await add(world), await add(world, world.ada, question="May my cat come with me?")
        results = [world.start_click(who, card, "Publish") for who, card in ((world.mika, one), (world.ada, other))]
        await world.env.settle()
        taken = world.says("fault.wording_taken", text="\0", question="\0").split("\0")[1]

        assert 1 == sum(world.says("editor.faults") in said(each)[-1] and taken in said(each)[-1] for each in results)
        assert [] == await held_twice(world)

    async def test_not_by_another_process_that_wrote_since_the_preview(self, start_small, tmp_path):
        """As `lantern faq import` does while the bot runs."""
        notes = tmp_path / "notes.db"
        async with start_small(notes) as bot, start_small(notes) as other, open_world(bot) as world:
            preview = await add(world, phrasings="cats at the border")
            entry = (await other.library.shelf(guild_of(world))).entry(LETTERS)
            longer = replace(entry, phrasings=(*entry.phrasings, Phrasing("cats at the border")))
            await put(other.library, guild_of(world), LETTERS, longer)
            await press(world.mika, preview, "Publish")

            assert [] == await held_twice(world)

    async def test_not_by_any_clicks_of_three_at_once(self, world):
        """Edits, new entries, removals and restores, each pressed twice, in rounds."""
        chosen, people = random.Random(7), [world.mika, world.ada, second_moderator(world, "bo")]
        words = ["aa bb", "cc dd", "ee ff", "tell me about letters", "tell me about visas"]
        for _ in range(3):
            cards = [
                await edit(world, name, who, phrasings="\n".join(chosen.sample(words, 3)))
                for who, name in zip(people, chosen.sample(["visas", "grades", "grants", "thesis"], 3), strict=True)
            ]
            cards += [
                await add(world, who, question=f"New {chosen.choice(words)}?", phrasings="gg hh") for who in people
            ]
            for who, card in zip([*people, *people] * 2, cards * 2, strict=True):
                ids = [each for each in ids_in(card) if each.startswith("faq:publish:")]
                for custom_id in ids:
                    start(world, who, press_of(custom_id), picture_of(world, card))
            await world.env.settle()

            assert [] == await held_twice(world)


class TestASecondClick:
    async def answers(self, world, actor, card, custom_id, *picked):
        """Press the same twice at the same moment, and return what each press was told last."""
        act, picture = press_of(custom_id, *picked), picture_of(world, card)
        results = [start(world, actor, act, picture) for _ in range(2)]
        await world.env.settle()
        return [said(each)[-1] for each in results]

    async def changes(self, world, entry="letters"):
        return [version.kind for version in await world.lantern.editing.history(guild_of(world), EntryId(entry))]

    async def test_on_remove_and_undo_does_nothing_and_says_so(self, world):
        """It does not look as if somebody else had been faster."""
        sure = card_of(await world.mika.slash(world.channel, "faq remove", entry="id:letters"))
        removing = await self.answers(world, world.mika, sure, id_of(sure, "faq:remove:"))
        undoing = await self.answers(world, world.mika, sure, id_of(sure, "faq:undo:"))

        assert ["shipped", "removed", "undone"] == await self.changes(world)
        assert world.says("error.conflict") not in [*removing, *undoing]
        assert world.says("error.version_gone") in undoing

    async def test_on_a_dismissed_question_leaves_the_way_back(self, world):
        await world.ask(UNKNOWN)
        card = card_of(await world.mika.slash(world.channel, "faq queue"))
        await self.answers(world, world.mika, card, id_of(card, "faq:queue_dismiss:"))
        await world.mika.click(card, label="Undo")

        assert [UNKNOWN] == [one.question for one in await world.queue()]

    async def test_on_a_proposal_confirms_it_once(self, world):
        await world.noor.click(await world.ask(ANSWERED), label="That helped")
        card = card_of(await world.mika.slash(world.channel, "faq proposals"))
        answers = await self.answers(world, world.mika, card, id_of(card, "faq:prop_yes:"))

        assert ["shipped", "phrasing"] == await self.changes(world)
        assert world.says("error.version_gone") in answers

    async def test_on_an_import_applies_it_once(self, world):
        file = ("new.csv", b"question,answer\nIs there one thing?,Yes.\n")
        card = card_of(await world.mika.slash(world.channel, "faq import", file=file))
        await self.answers(world, world.mika, card, id_of(card, "faq:imp_apply:"))

        assert ["imported"] == await self.changes(world, "is-there-one-thing")


class TestDiscordLosesTheAnswer:
    """What was done is done; whoever should hear of it does, although the click looked as if it had failed."""

    def lose(self, world):
        world.env.inject_error("PATCH", "/webhooks/*/messages/@original", status=500)

    async def test_the_author_of_an_approved_draft_is_told(self, world):
        await set_up(world, four_eyes=True)
        await press(world.mika, await add(world), "Hand in")
        card = world.desk.history()[-1]
        self.lose(world)
        await world.ada.click(card, label="Approve")

        assert CATS in await entries_of(world)
        assert GOOD["question"] in texts_in(world.mika.user.dm_channel.history()[-1])

    async def test_whoever_handed_in_a_file_is_told(self, world):
        await set_up(world, four_eyes=True)
        file = ("new.csv", b"question,answer\nIs there one thing?,Yes.\n")
        await world.mika.slash(world.channel, "faq import", file=file)
        card = world.desk.history()[-1]
        self.lose(world)
        await world.ada.click(card, custom_id=id_of(card, "faq:imp_apply:"))

        assert EntryId("is-there-one-thing") in await entries_of(world)
        assert "new\\.csv" in texts_in(world.mika.user.dm_channel.history()[-1])

    async def test_the_moderators_channel_hears_of_a_confirmed_negative(self, world):
        await world.noor.click(await world.ask(ANSWERED), label="Not what I meant")
        card = card_of(await world.mika.slash(world.channel, "faq proposals"))
        self.lose(world)
        await world.mika.click(card, custom_id=id_of(card, "faq:prop_yes:"))

        assert ANSWERED in texts_in(world.desk.history()[-1])


class TestTwoModerators:
    async def test_who_accept_the_same_suggestion_make_one_entry_of_it_and_it_is_told_once(self, world):
        form = await world.noor.slash(world.channel, "suggest")
        await world.noor.submit_modal(form, {"question": GOOD["question"], "answer": "Ask the vet.", "why": ""})
        previews = []
        for who in (world.mika, world.ada):
            card = card_of(await who.slash(world.channel, "faq suggestions"))
            form = await who.click(card, custom_id=id_of(card, "faq:sugg_accept:"))
            previews.append((who, card_of(await submit(who, form, topic="Basics", sources=f"What {who.id} knows"))))
        for who, preview in previews:
            world.start_click(who, preview, "Publish")
        await world.env.settle()
        await world.client.delivery.settled()

        assert 13 == len(await entries_of(world))
        assert 1 == len(world.noor.user.dm_channel.history())

    async def test_who_merge_two_questions_into_each_other_lose_neither(self, world):
        for text in (UNKNOWN, "green tea with lemon"):
            await world.ask(text)
        first, second = [one.id for one in await world.queue()]
        card = card_of(await world.mika.slash(world.channel, "faq queue"))
        picture = picture_of(world, card)
        for who, gone, into in ((world.mika, first, second), (world.ada, second, first)):
            start(world, who, press_of(f"faq:queue_merge:{gone}", str(into)), picture)
        await world.env.settle()

        (left,) = await world.queue()
        assert {UNKNOWN, "green tea with lemon"} == set(left.wordings)


async def test_a_question_in_an_entrys_own_words_can_be_given_back_to_it(world):
    """Who says "Not what I meant" often enough queues words that the entry has already."""
    card = await world.ask("so worried about letters")
    while True:
        offered = [label for label in ("Not what I meant", "None of these") if label in buttons_in(card)]
        if not offered:
            break
        card = card_of(await world.noor.click(card, label=offered[0])) or card
    queue = card_of(await world.mika.slash(world.channel, "faq queue"))
    link = next(each["custom_id"] for each in selects_in(queue) if "queue_link" in each["custom_id"])
    result = await do(world, world.mika, press_of(link, "letters"), picture_of(world, queue))

    assert world.says("queue.linked", entry=question_of("letters")) in said(result)[-1].replace("\\", "")
    assert [] == await world.queue()


async def test_a_faq_of_which_everything_was_removed_still_answers_every_command(world):
    for entry in list(await entries_of(world)):
        await remove(world, entry)
    answer = await world.ask(ANSWERED)
    commands = ("queue", "upkeep", "stats", "proposals", "suggestions", "drafts", "forums", "export", "undo")
    results = [await world.mika.slash(world.channel, f"faq {name}") for name in commands]
    tried = await world.mika.slash(world.channel, "faq try", question=ANSWERED)

    assert world.says("unknown.text").splitlines()[0] in texts_in(answer)
    assert [] == await world.suggestions("")
    assert all(said(each) and "incident" not in said(each)[-1] for each in (*results, tried))
    assert 1 == len(await entries_of(world))


@pytest.mark.parametrize(
    "question",
    [
        "w" + "*" * 149,
        "a" + "`" * 149,
        "||spoiler|| ~~gone~~ **bold** # head",
        "-# small > quote \u202eright to left\u202c",
        ZALGO,
        "שאלה בעברית על דוקטורט?",
        "🐱" * 100 + " and words",
        "x" * 150,
        "<t:1:R> </ask:1> <:emoji:123> <a:b:1> what?",
        "Was \\*this\\* escaped \\\\ before?",
        "{question} {0} %s {number}",
        "half \ud800 of a character?",
    ],
    ids=str.__repr__,
)
async def test_a_text_that_wants_to_be_something_else_is_shown_as_it_is_everywhere(world, question):
    typed = {
        "question": question,
        "answer": f"```py\nprint('@x')\n```\n{question}\n> # **`",
        "phrasings": f"{question} again",
        "topic": f"{question[:70]} abc",
        "sources": f"{question[:100]} | https://example.org/a?b=c | {question[:90]}",
    }
    await publish(world, **typed)
    (added,) = (await entries_of(world)).keys() - {entry.id for entry in world.lantern.library.pack.entries}
    for name in ("history", "remove", "edit"):
        await world.mika.slash(world.channel, f"faq {name}", entry=f"id:{added}")
    await world.mika.slash(world.channel, "faq try", question=question)
    again = []
    for form in ("yaml", "csv", "jsonl"):
        (file,) = card_of(await world.mika.slash(world.channel, "faq export", form=form)).attachments
        brought = await world.mika.slash(world.channel, "faq import", file=(file.filename, await file.read()))
        again.append(said(brought)[-1])

    assert added == (await world.lantern.asking.ask(guild_of(world), question)).entry.id
    assert [world.says("import.nothing")] * 3 == again
    assert [] == [fault for _, _, body in world.sent() for fault in faults_of(body["components"])]
