"""Adding and changing entries from inside Discord: typed, kept, looked at, published."""

from __future__ import annotations

import pytest

from bot.core.models import EntryId
from bot.core.moderation import DraftState
from support.editor import (
    GOOD,
    add,
    card_of,
    edit,
    edit_form,
    entries_of,
    fields_in,
    guild_of,
    prefilled,
    press,
    submit,
)
from support.net import Wire
from support.small import ANSWERED, UNKNOWN, question_of
from support.worlds import buttons_in, open_world, texts_in

LETTERS, CATS = EntryId("letters"), EntryId("how-do-i-get-a-cat-through-quarantine")


async def drafts_of(world):
    return list(await world.lantern.editing.drafts(guild_of(world)))


async def test_an_entry_that_was_typed_looked_at_and_published_answers_members(small_world):
    preview = await add(small_world)

    assert preview.ephemeral
    assert GOOD["answer"] in texts_in(preview)
    assert {"Publish", "Edit again", "Discard"} <= buttons_in(preview).keys()
    assert CATS not in await entries_of(small_world)

    done = await press(small_world.mika, preview, "Publish")

    assert GOOD["question"] in texts_in(done)
    assert GOOD["answer"] in texts_in(await small_world.ask("my cat and I move abroad", who=small_world.sam))
    assert [] == await drafts_of(small_world)


async def test_the_preview_shows_what_members_will_see(small_world):
    preview = await add(small_world)
    looked_at = texts_in(preview)
    await press(small_world.mika, preview, "Publish")
    _, answer = texts_in(await small_world.ask(GOOD["question"])).split("\n", 1)

    assert answer.strip() in looked_at


async def test_a_form_opens_with_everything_that_stands_in_the_entry(small_world):
    form = await edit_form(small_world, "letters")

    assert {
        "question": question_of("letters"),
        "answer": "What we know about letters.",
        "phrasings": "tell me about letters\nletters help please\nquestion on letters in research\nso worried about letters",
        "topic": "Basics",
        "sources": "On letters | https://example.org/letters | it was read",
    } == prefilled(form)


async def test_a_change_reaches_members_at_once(small_world):
    preview = await edit(small_world, "letters", answer="Ask **two** people.")
    await press(small_world.mika, preview, "Publish")

    assert "Ask **two** people." in texts_in(await small_world.ask(ANSWERED))


async def test_everything_that_is_wrong_is_told_at_once_and_the_text_is_kept(small_world):
    card = await add(small_world, answer="Ask @everyone, or [uni.example](https://evil.example)", topic="x")

    assert 3 == texts_in(card).count("\n- ")
    assert {"Reopen my draft", "Discard"} == buttons_in(card).keys()
    assert ["x"] == [draft.form.topic for draft in await drafts_of(small_world)]


async def test_a_draft_reopens_with_what_was_typed_an_hour_and_a_restart_later(small_world):
    typed = {**GOOD, "topic": "x"}
    card = await add(small_world, **typed)
    await small_world.env.advance_time(3600)
    await small_world.restart()
    form = await small_world.mika.click(card, label="Reopen my draft")

    assert typed == prefilled(form)

    preview = card_of(await submit(small_world.mika, form, topic="Basics"))
    await press(small_world.mika, preview, "Publish")

    assert CATS in await entries_of(small_world)
    assert 1 == len(await small_world.lantern.editing.drafts(guild_of(small_world), states=set(DraftState)))


async def test_a_form_left_open_for_an_hour_over_a_restart_is_saved(small_world):
    form = await small_world.mika.slash(small_world.channel, "faq add")
    await small_world.env.advance_time(3600)
    await small_world.restart()
    preview = card_of(await submit(small_world.mika, form, **GOOD))

    assert GOOD["answer"] in texts_in(preview)
    assert {"faq"} == {part["custom_id"].split(":")[0] for part in buttons_in(preview).values() if "custom_id" in part}


async def test_an_empty_form_is_kept_and_told_what_it_lacks(small_world):
    form = await small_world.mika.slash(small_world.channel, "faq add")
    card = card_of(await small_world.mika.submit_modal(form, dict.fromkeys(fields_in(form), "")))

    assert "The answer is empty" in texts_in(card)


async def test_an_edit_can_be_edited_again_from_its_preview(small_world):
    preview = await edit(small_world, "letters", answer="First try.")
    form = await small_world.mika.click(preview, label="Edit again")

    assert "First try." == prefilled(form)["answer"]

    again = card_of(await submit(small_world.mika, form, answer="Second try."))
    await press(small_world.mika, again, "Publish")

    assert "Second try." == (await entries_of(small_world))[LETTERS].answer


class TestLongTexts:
    @pytest.fixture
    async def wordy(self, small_world):
        """An entry with more phrasings than a field takes."""
        lines = "\n".join(f"{number} " + "wording of letters " * 12 for number in range(30))
        preview = await small_world.mika.slash(
            small_world.channel, "faq edit", entry="id:letters", file=("l.txt", f"[phrasings]\n{lines}\n".encode())
        )
        await press(small_world.mika, card_of(preview), "Publish")
        return small_world

    async def test_a_text_too_long_for_a_field_comes_as_a_file_before_the_form(self, wordy):
        card = card_of(await edit_form(wordy, "letters"))

        assert ["phrasings.txt"] == [file.filename for file in card.attachments]
        assert 30 == len((await card.attachments[0].read()).decode().splitlines())

        form = await wordy.mika.click(card, label="Open the form")

        assert {"question", "answer", "phrasings_file", "topic", "sources"} == fields_in(form).keys()

    async def test_without_a_file_that_text_stays_as_it_is(self, wordy):
        form = await wordy.mika.click(card_of(await edit_form(wordy, "letters")), label="Open the form")
        preview = card_of(await submit(wordy.mika, form, answer="Shorter.", phrasings_file=[]))
        await press(wordy.mika, preview, "Publish")
        entry = (await entries_of(wordy))[LETTERS]

        assert ("Shorter.", 30) == (entry.answer, len(entry.phrasings))

    async def test_a_file_takes_its_place(self, wordy):
        form = await wordy.mika.click(card_of(await edit_form(wordy, "letters")), label="Open the form")
        preview = card_of(
            await submit(wordy.mika, form, phrasings_file=[("p.txt", b"\xef\xbb\xbfone wording\r\ntwo wordings\r\n")])
        )
        await press(wordy.mika, preview, "Publish")

        assert ["one wording", "two wordings"] == [each.text for each in (await entries_of(wordy))[LETTERS].phrasings]

    async def test_the_preview_holds_that_text_as_a_file_for_the_next_edit(self, wordy):
        form = await wordy.mika.click(card_of(await edit_form(wordy, "letters")), label="Open the form")
        preview = card_of(await submit(wordy.mika, form, answer="Shorter.", phrasings_file=[]))

        assert ["phrasings.txt"] == [file.filename for file in preview.attachments]
        assert "phrasings_file" in fields_in(await wordy.mika.click(preview, label="Edit again"))

    async def test_a_file_that_cannot_be_read_costs_nothing_else(self, wordy):
        form = await wordy.mika.click(card_of(await edit_form(wordy, "letters")), label="Open the form")
        card = card_of(await submit(wordy.mika, form, answer="Typed.", phrasings_file=[("p.txt", b"\xff\xfe\x00")]))

        assert wordy.says("fault.file_encoding") in texts_in(card)
        assert ["Typed."] == [draft.form.answer for draft in await drafts_of(wordy)]

    async def test_an_answer_from_a_file_that_is_too_long_is_a_draft_with_the_reason(self, small_world):
        file = ("answer.md", ("word " * 1000).encode())
        card = card_of(await small_world.mika.slash(small_world.channel, "faq edit", entry="id:letters", file=file))

        assert "at most 4000 fit" in texts_in(card)
        assert ["answer.txt"] == [each.filename for each in card.attachments]
        assert 5000 == len((await drafts_of(small_world))[0].form.answer)

        form = await small_world.mika.click(card, label="Reopen my draft")

        assert "answer_file" in fields_in(form)

        preview = card_of(await submit(small_world.mika, form, answer_file=[("a.txt", b"Short now.")]))

        assert "Short now." in texts_in(preview)

    @pytest.mark.parametrize(
        ("data", "key", "values"),
        [(b"\xff\xfe", "fault.file_encoding", {}), (b"a" * 100_001, "fault.file_large", {"most": 100})],
    )
    async def test_a_file_no_draft_can_be_made_of_is_refused_in_words(self, small_world, data, key, values):
        result = await small_world.mika.slash(small_world.channel, "faq add", file=("a.txt", data))

        assert small_world.says(key, **values) in texts_in(card_of(result))
        assert [] == await drafts_of(small_world)

    async def test_a_plain_file_is_the_answer_of_a_new_draft(self, small_world):
        result = await small_world.mika.slash(small_world.channel, "faq add", file=("a.md", b"In a box."))
        form = await small_world.mika.click(card_of(result), label="Reopen my draft")

        assert "In a box." == prefilled(form)["answer"]


class TestNearest:
    async def test_a_question_like_another_one_can_become_its_phrasing(self, small_world):
        preview = await add(small_world, question="What should anyone know about letters?", phrasings="")

        assert f"like “{question_of('letters')}”" in texts_in(preview).replace("\\", "")

        done = await press(small_world.mika, preview, f"Add to: {question_of('letters')}")

        assert "What should anyone know about letters?" in (await entries_of(small_world))[LETTERS].texts
        assert [] == await drafts_of(small_world)
        assert "Undo" in buttons_in(done)

    async def test_a_question_like_no_other_gets_no_such_offer(self, small_world):
        preview = await add(small_world)

        assert [] == [label for label in buttons_in(preview) if label.startswith("Add to")]


async def test_the_preview_tells_which_recorded_questions_would_be_answered_differently(small_world):
    await small_world.ask(UNKNOWN)
    preview = await add(
        small_world, question="What about the moon landing?", phrasings="moon landing\nthe moon\na landing on the moon"
    )

    assert f"“{UNKNOWN}”: no answer → “What about the moon landing?”" in texts_in(preview).replace("\\", "")


async def test_an_edit_that_changes_nothing_says_so(small_world):
    preview = await edit(small_world, "letters")

    assert small_world.says("editor.no_change") in texts_in(preview)
    assert small_world.says("editor.no_impact") in texts_in(preview)


async def test_publishing_twice_publishes_once(small_world):
    preview = await add(small_world)
    clicks = [small_world.start_click(small_world.mika, preview, "Publish") for _ in range(2)]
    await small_world.env.settle()
    said = [texts_in(card_of(click) or preview) for click in clicks]

    assert 1 == len(await small_world.lantern.editing.history(guild_of(small_world), CATS))
    assert not any(small_world.says("error.conflict") in text for text in said)


async def test_a_lost_confirmation_costs_nothing(small_world):
    preview = await add(small_world)
    Wire(small_world).cut("PATCH", "@original")
    await small_world.mika.click(preview, label="Publish")

    assert CATS in await entries_of(small_world)

    again = await press(small_world.mika, preview, "Publish")

    assert small_world.says("editor.published_already") in texts_in(again)


async def test_what_was_typed_is_kept_even_where_discord_does_not_take_the_answer(small_world):
    form = await small_world.mika.slash(small_world.channel, "faq add")
    Wire(small_world).cut("POST", "/callback", times=9)
    await submit(small_world.mika, form, **GOOD)

    assert [GOOD["answer"]] == [draft.form.answer for draft in await drafts_of(small_world)]


async def test_who_loses_the_role_while_writing_is_refused_and_loses_nothing(small_world):
    form = await edit_form(small_world, "letters")
    small_world.env.backend.remove_member_role(small_world.guild.id, small_world.mika.id, small_world.mods.id)
    await small_world.env.settle()
    card = card_of(await submit(small_world.mika, form, answer="Written for an hour."))

    assert small_world.says("error.not_allowed") in texts_in(card)
    assert small_world.says("editor.kept") in texts_in(card)
    assert "What we know about letters." == (await entries_of(small_world))[LETTERS].answer
    assert ["Written for an hour."] == [draft.form.answer for draft in await drafts_of(small_world)]


async def test_who_loses_the_role_after_the_preview_publishes_nothing(small_world):
    preview = await add(small_world)
    small_world.env.backend.remove_member_role(small_world.guild.id, small_world.mika.id, small_world.mods.id)
    await small_world.env.settle()
    await small_world.mika.click(preview, label="Publish")

    assert CATS not in await entries_of(small_world)


async def test_a_discarded_draft_comes_back(small_world):
    preview = await add(small_world)
    gone = await press(small_world.mika, preview, "Discard")

    assert [] == await drafts_of(small_world)

    back = await press(small_world.mika, gone, "Restore the draft")

    assert GOOD["answer"] in texts_in(back)
    assert 1 == len(await drafts_of(small_world))


class TestRemove:
    async def ask_to_remove(self, world):
        return card_of(await world.mika.slash(world.channel, "faq remove", entry="id:letters"))

    async def test_it_asks_once_more_and_shows_what_would_go(self, small_world):
        card = await self.ask_to_remove(small_world)

        assert "What we know about letters." in texts_in(card)
        assert LETTERS in await entries_of(small_world)

        left = await press(small_world.mika, card, "Leave it")

        assert small_world.says("editor.left") in texts_in(left)

    async def test_a_removed_entry_answers_nobody_and_undo_brings_it_back(self, small_world):
        done = await press(small_world.mika, await self.ask_to_remove(small_world), "Remove")

        assert "What we know about letters." not in texts_in(await small_world.ask(ANSWERED))

        await press(small_world.mika, done, "Undo")

        assert "What we know about letters." in texts_in(await small_world.ask(ANSWERED))

    async def test_what_somebody_changed_meanwhile_is_not_removed_unseen(self, small_world):
        card = await self.ask_to_remove(small_world)
        await press(small_world.mika, await edit(small_world, "letters", answer="New."), "Publish")
        again = await press(small_world.mika, card, "Remove")

        assert LETTERS in await entries_of(small_world)
        assert small_world.says("error.conflict") in texts_in(again)
        assert "New." in texts_in(again)

        await press(small_world.mika, again, "Remove")

        assert LETTERS not in await entries_of(small_world)


async def test_drafts_are_there_after_a_restart_of_everything(start_small, tmp_path):
    notes = tmp_path / "notes.db"
    async with start_small(notes) as lantern, open_world(lantern) as world:
        await add(world, topic="x")
        async with start_small(notes) as other:
            found = await other.editing.drafts(guild_of(world))

    assert [GOOD["answer"]] == [draft.form.answer for draft in found]
