"""`/faq queue`: moderators see what the FAQ does not know, the most people first, and each thing is dealt with once."""

from __future__ import annotations

import pytest

from bot import app
from bot.core.models import EntryId
from bot.core.unanswered import QuestionState
from support.editor import answer_question, guild_of, prefilled, second_moderator, set_up
from support.parts import WordEmbedder
from support.small import ANSWERED, UNKNOWN, question_of
from support.worlds import buttons_in, open_world, selects_in, texts_in

TEA = "green tea with lemon"
LETTERS = EntryId("letters")
ANSWER, OTHER, DISMISS, UNDO, NEXT = "Answer", "It is another entry", "Not for the FAQ", "Undo", "Next question"
LINK, MERGE = "It is this entry", "Merge: it is the same as this question"


async def open_queue(world, who=None):
    """Return the live card of the first question."""
    return (await (who or world.mika).slash(world.channel, "faq queue")).response


async def pick(world, card, placeholder, value, who=None):
    """Pick a value of the select with a placeholder."""
    custom_id = next(each["custom_id"] for each in selects_in(card) if each["placeholder"] == placeholder)
    return await (who or world.mika).select(card, [value], custom_id=custom_id)


def offered(card):
    """Return the ids of the entries offered as the one that answers."""
    return [option["value"] for each in selects_in(card) if each["placeholder"] == LINK for option in each["options"]]


async def one(world, number=1):
    return await world.lantern.queue.one(guild_of(world), number)


class TestCard:
    async def test_it_shows_the_question_of_most_people_with_its_wordings_and_its_nearest_entry(self, small_world):
        for _ in range(10):
            await small_world.ask(TEA, who=small_world.ines)
        for who, text in ((small_world.noor, UNKNOWN), (small_world.sam, "landing, the moon")):
            await small_world.ask(text, who=who)

        card = await open_queue(small_world)

        said = texts_in(card)
        assert small_world.says("queue.title", number=1, total=2) in said
        assert f"## {UNKNOWN}" in said
        assert "landing, the moon" in said
        assert "People who asked: **2**" in said
        assert small_world.says("queue.nearest", entry="\0", percent=0).split("\0")[0][:16] in said
        assert 5 == len(offered(card))

    async def test_it_is_private_and_pages_through_all(self, small_world):
        for text in (UNKNOWN, TEA, "bread and butter"):
            await small_world.ask(text)
        card = await open_queue(small_world)

        seen = []
        for _ in range(4):
            seen.append(texts_in(card).split("## ")[1].splitlines()[0])
            await small_world.mika.click(card, label=NEXT)
        await small_world.mika.click(card, label="Previous question")

        assert card.ephemeral
        assert ["bread and butter", TEA, UNKNOWN, "bread and butter"] == seen
        assert "## bread and butter" in texts_in(card)

    async def test_of_many_wordings_five_are_shown_and_the_rest_is_counted(self, small_world):
        for number in range(10):
            await small_world.ask(f"{UNKNOWN} {'!' * number}")

        said = texts_in(await open_queue(small_world))

        assert small_world.says("queue.more_wordings", number=4) in said

    async def test_an_empty_queue_says_so(self, small_world):
        await small_world.ask(ANSWERED)

        assert small_world.says("queue.empty") == texts_in(await open_queue(small_world))

    async def test_the_longest_question_and_wordings_fit(self, small_world):
        for letter in "abcdefgh":
            await small_world.ask(f"{UNKNOWN} " * 50 + "*" * 200 + letter)

        card = await open_queue(small_world)

        assert len(texts_in(card)) <= 4000
        assert UNKNOWN in texts_in(card)

    async def test_members_are_refused(self, small_world):
        refused = await small_world.noor.slash(small_world.channel, "faq queue")

        assert small_world.says("error.not_allowed") == texts_in(refused.response)


class TestAnswering:
    async def test_the_form_holds_the_question_and_its_wordings(self, small_world):
        for text in (UNKNOWN, "landing, the moon"):
            await small_world.ask(text)
        shown = await small_world.mika.click(await open_queue(small_world), label=ANSWER)

        fields = prefilled(shown)
        assert (UNKNOWN, "landing, the moon") == (fields["question"], fields["phrasings"])

    async def test_the_published_answer_resolves_the_question(self, small_world):
        await small_world.ask(UNKNOWN)
        card = await open_queue(small_world)
        shown = await small_world.mika.click(card, label=ANSWER)
        await answer_question(small_world, card, shown, question="Which rocket flies?", phrasings="")

        resolved = await one(small_world)
        assert [] == await small_world.queue()
        assert (QuestionState.RESOLVED, "which-rocket-flies") == (resolved.state, resolved.entry_id)

    async def test_an_hour_and_a_restart_between_opening_and_saving_lose_nothing(self, small_world):
        await small_world.ask(UNKNOWN)
        card = await open_queue(small_world)
        shown = await small_world.mika.click(card, label=ANSWER)
        await small_world.env.advance_time(3600)
        await small_world.restart()
        await answer_question(small_world, card, shown)

        assert [] == await small_world.queue()


class TestLinking:
    async def test_the_picked_entry_answers_the_question_from_now_on(self, small_world):
        await small_world.ask(UNKNOWN)
        card = await open_queue(small_world)
        linked = offered(card)[0]
        await pick(small_world, card, LINK, linked)

        assert small_world.says("queue.linked", entry=question_of(linked)) in texts_in(card)
        assert f"## {question_of(linked)}" in texts_in(await small_world.ask(UNKNOWN, who=small_world.sam))
        assert [] == await small_world.queue()

    @pytest.mark.parametrize("typed", ["posters", "id:posters", "about posters"])
    async def test_another_entry_is_found_by_its_id_or_some_words(self, small_world, typed):
        await small_world.ask(UNKNOWN)
        card = await open_queue(small_world)
        shown = await small_world.mika.click(card, label=OTHER)
        await small_world.mika.submit_modal(shown, {"entry": typed})
        await pick(small_world, card, LINK, "posters")

        assert f"## {question_of('posters')}" in texts_in(await small_world.ask(UNKNOWN))

    async def test_words_of_no_entry_say_so_and_lead_back(self, small_world):
        await small_world.ask(UNKNOWN)
        card = await open_queue(small_world)
        shown = await small_world.mika.click(card, label=OTHER)
        await small_world.mika.submit_modal(shown, {"entry": "zzzzqqqq"})
        said = texts_in(card)
        await small_world.mika.click(card, label="Back to the question")

        assert small_world.says("queue.found_none") in said
        assert f"## {UNKNOWN}" in texts_in(card)


class TestDismissing:
    async def test_the_asker_is_told_the_truth_and_undo_takes_it_back(self, small_world):
        await small_world.ask(UNKNOWN)
        card = await open_queue(small_world)
        await small_world.mika.click(card, label=DISMISS)
        dismissed = await small_world.ask(UNKNOWN, who=small_world.sam)
        waiting = await small_world.queue()
        await small_world.mika.click(card, label=UNDO)

        assert small_world.says("unknown.dismissed") in texts_in(dismissed)
        assert "Tell me when this is answered" not in buttons_in(dismissed)
        assert [] == waiting
        assert f"## {UNKNOWN}" in texts_in(card)
        assert [(UNKNOWN, 2)] == [(each.question, each.askers) for each in await small_world.queue()]


class TestMerging:
    async def test_two_questions_become_one_of_the_people_of_both(self, small_world):
        await small_world.ask(UNKNOWN, who=small_world.noor)
        await small_world.ask(TEA, who=small_world.sam)
        into = next(each.id for each in await small_world.queue() if each.question == UNKNOWN)
        card = await open_queue(small_world)
        await pick(small_world, card, MERGE, str(into))

        assert small_world.says("queue.merged", gone=TEA, question=UNKNOWN) in texts_in(card)
        (merged,) = await small_world.queue()
        assert ((UNKNOWN, TEA), 2) == (merged.wordings, merged.askers)


class TestTwoModerators:
    @pytest.mark.parametrize("label", [ANSWER, OTHER, DISMISS])
    async def test_the_second_learns_who_was_first(self, small_world, label):
        await small_world.ask(UNKNOWN)
        kim = second_moderator(small_world)
        first, second = await open_queue(small_world), await open_queue(small_world, kim)
        await small_world.mika.click(first, label=DISMISS)

        click = await kim.click(second, label=label)

        said = small_world.says("queue.dealt_dismissed", who=f"<@{small_world.mika.id}>")
        assert said in texts_in(second) + texts_in(click.response or click.followups[0])

    async def test_picking_in_an_old_card_changes_nothing(self, small_world):
        await small_world.ask(UNKNOWN)
        kim = second_moderator(small_world)
        first, second = await open_queue(small_world), await open_queue(small_world, kim)
        linked, instead = offered(first)[:2]
        await pick(small_world, first, LINK, linked)

        await pick(small_world, second, LINK, instead, kim)

        who = f"<@{small_world.mika.id}>"
        assert small_world.says("queue.dealt_answered", who=who, entry=question_of(linked)) in texts_in(second)
        assert linked == (await one(small_world)).entry_id

    async def test_a_merged_question_is_not_dismissed_with_its_old_card(self, small_world):
        for text in (UNKNOWN, TEA):
            await small_world.ask(text)
        kim = second_moderator(small_world)
        first, second = await open_queue(small_world), await open_queue(small_world, kim)
        await pick(small_world, first, MERGE, "1")

        await kim.click(second, label=DISMISS)

        assert small_world.says("queue.dealt_merged", who=f"<@{small_world.mika.id}>") in texts_in(second)
        assert [UNKNOWN] == [each.question for each in await small_world.queue()]

    async def test_one_that_an_edit_answered_says_so(self, small_world):
        await small_world.ask(UNKNOWN)
        card = await open_queue(small_world)
        await small_world.lantern.editing.add_phrasing(guild_of(small_world), small_world.mika.id, LETTERS, UNKNOWN)
        await small_world.lantern.queue.settled()

        await small_world.mika.click(card, label=DISMISS)

        assert small_world.says("queue.dealt_itself", entry=question_of("letters")) in texts_in(card)


async def test_every_card_works_after_a_restart(start_small, tmp_path):
    async with start_small(tmp_path / "notes.db") as first, open_world(first) as world:
        for text in (UNKNOWN, TEA, "bread and butter"):
            await world.ask(text)
        cards = [await open_queue(world) for _ in range(3)]
        async with start_small(tmp_path / "notes.db") as second:
            await world.restart(second)
            await world.mika.click(cards[0], label=NEXT)
            await pick(world, cards[1], MERGE, "1")
            await world.mika.click(cards[0], label=DISMISS)
            await world.mika.click(cards[0], label=UNDO)

            assert {UNKNOWN: ("bread and butter",), TEA: ()} == {
                each.question: each.others for each in await world.queue()
            }


class BrokenEmbedder(WordEmbedder):
    """Knows the FAQ, and fails at whatever is asked."""

    def embed(self, texts):
        if UNKNOWN in texts:
            raise RuntimeError("the model broke")
        return super().embed(texts)


class TestOutage:
    async def test_a_model_that_fails_logs_no_question(self, small_content, small_vectors_path):
        async with (
            app.lantern(small_content, small_vectors_path, None, BrokenEmbedder) as lantern,
            open_world(lantern) as world,
        ):
            said = texts_in(await world.ask(UNKNOWN))
            rows = await lantern.activity._database.read("SELECT count(*) FROM unanswered")

        assert "tell a moderator this number" in said
        assert [(0,)] == rows

    async def test_notes_that_fail_log_no_question(self, small_world):
        await small_world.lantern.activity._database.run(lambda db: db.execute("DROP TABLE guild_entries"))

        said = texts_in(await small_world.ask(UNKNOWN))

        assert small_world.says("error.storage") in said
        rows = await small_world.lantern.activity._database.read("SELECT count(*) FROM unanswered")
        assert [(0,)] == rows


class TestModeratorsChannel:
    async def test_one_line_when_the_third_person_asked_and_a_way_to_the_card(self, small_world):
        mods = small_world.guild.create_text_channel("mods")
        await set_up(small_world, moderators_channel=mods.id)
        for who in (small_world.noor, small_world.noor, small_world.sam):
            await small_world.ask(UNKNOWN, who=who)
        before = list(mods.history())
        for who in (small_world.ines, small_world.mika):
            await small_world.ask(UNKNOWN, who=who)

        (line,) = mods.history()
        click = await small_world.mika.click(line, label="Look at it")

        assert [] == before
        assert small_world.says("queue.wanted", people=3, question=UNKNOWN) == texts_in(line)
        assert click.followups[0].ephemeral
        assert f"## {UNKNOWN}" in texts_in(click.followups[0])
        assert small_world.says("queue.wanted", people=3, question=UNKNOWN) == texts_in(line)

    @pytest.mark.parametrize(("status", "code", "lines"), [(503, 0, 1), (403, 0, 1), (403, 50013, 0)])
    async def test_a_line_that_discord_did_not_take_comes_later_but_not_where_the_bot_may_not_write(
        self, small_world, status, code, lines
    ):
        """A refusal without a code is not Discord's own, but e.g. Cloudflare's."""
        mods = small_world.guild.create_text_channel("mods")
        await set_up(small_world, moderators_channel=mods.id)
        small_world.env.inject_error("POST", "/channels/*/messages", status=status, code=code)
        for who in (small_world.noor, small_world.sam, small_world.ines):
            await small_world.ask(UNKNOWN, who=who)
        await small_world.client.delivery.settled()
        before = list(mods.history())
        for _ in range(2):
            await small_world.client.delivery.deliver()

        assert [] == before
        assert lines == len(mods.history())
        assert [] == await small_world.lantern.notices.waiting()

    async def test_without_a_channel_nothing_is_said_and_nothing_kept(self, small_world):
        for who in (small_world.noor, small_world.sam, small_world.ines):
            await small_world.ask(UNKNOWN, who=who)

        assert [] == await small_world.lantern.notices.waiting()
