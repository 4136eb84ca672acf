"""Two moderators at once, and notes that cannot be written: nothing is overwritten unseen, nothing typed is lost."""

from __future__ import annotations

from dataclasses import asdict

import pytest
from simcord.enums import InteractionType

from bot.core.models import EntryId
from bot.faq.draft_text import typed_in
from support.editor import (
    GOOD,
    add,
    card_of,
    edit,
    edit_form,
    entries_of,
    guild_of,
    prefilled,
    press,
    second_moderator,
    submit,
)
from support.notes import full, locked, read_only
from support.worlds import buttons_in, open_world, texts_in

LETTERS = EntryId("letters")
LONG = "A box. " * 570
"""Needs a page of its own in the database."""
NOTES = {"error.storage_busy": locked, "error.storage_read_only": read_only, "error.storage_full": full}


@pytest.fixture
async def noted_world(start_small, tmp_path):
    """A server whose notes are in a file."""
    async with start_small(tmp_path / "notes.db") as lantern, open_world(lantern) as world:
        world.notes = tmp_path / "notes.db"
        yield world


class TestTwoModerators:
    @pytest.fixture
    async def crossed(self, small_world):
        """Mika and Ada changed the same entry, Ada was faster; Mika's card of the conflict."""
        small_world.ada = second_moderator(small_world)
        mine = await edit(small_world, "letters", answer="Ask two people.\nBy Mika.")
        theirs = await edit(
            small_world,
            "letters",
            small_world.ada,
            answer="Ask two people.\nBy Ada, with ```.",
            phrasings="what @everyone asks",
        )
        await press(small_world.ada, theirs, "Publish")
        small_world.conflict = await press(small_world.mika, mine, "Publish")
        return small_world

    async def test_the_second_is_told_what_the_first_changed_and_nothing_is_saved(self, crossed):
        said = texts_in(crossed.conflict)

        assert crossed.says("error.conflict") in said
        assert "\n+By Mika." in said
        assert "\n-By Ada, with " in said
        assert "\n Ask two people." in said
        assert "By Ada" in (await entries_of(crossed))[LETTERS].answer

    async def test_the_difference_can_neither_ping_nor_leave_its_block(self, crossed):
        said = texts_in(crossed.conflict)

        assert 2 == said.count("```")
        assert "@everyone" not in said
        assert [] == crossed.pinged()

    async def test_the_draft_is_kept_and_reopens(self, crossed):
        form = await crossed.mika.click(crossed.conflict, label="Reopen my draft")

        assert "Ask two people.\nBy Mika." == prefilled(form)["answer"]

    async def test_after_a_look_it_can_go_over_theirs_and_both_stay_in_the_history(self, crossed):
        preview = await press(crossed.mika, crossed.conflict, "Continue with mine")

        assert "By Mika." in texts_in(preview)
        assert "By Ada" in (await entries_of(crossed))[LETTERS].answer

        await press(crossed.mika, preview, "Publish")

        assert "By Mika." in (await entries_of(crossed))[LETTERS].answer
        assert 3 == len(await crossed.lantern.editing.history(guild_of(crossed), LETTERS))

    async def test_over_theirs_means_over_what_was_shown_and_nothing_newer(self, crossed):
        newer = await edit(crossed, "letters", crossed.ada, answer="Newer still.")
        await press(crossed.ada, newer, "Publish")
        preview = await press(crossed.mika, crossed.conflict, "Continue with mine")
        again = await press(crossed.mika, preview, "Publish")

        assert crossed.says("error.conflict") in texts_in(again)
        assert "Newer still." == (await entries_of(crossed))[LETTERS].answer

    async def test_a_restart_between_changes_nothing_of_it(self, crossed):
        await crossed.env.advance_time(3600)
        await crossed.restart()
        preview = await press(crossed.mika, crossed.conflict, "Continue with mine")
        await press(crossed.mika, preview, "Publish")

        assert "By Mika." in (await entries_of(crossed))[LETTERS].answer

    async def test_a_preview_of_a_text_that_was_written_anew_publishes_nothing(self, small_world):
        old = await edit(small_world, "letters", answer="The first text.")
        (draft,) = await small_world.lantern.editing.drafts(guild_of(small_world))
        await small_world.lantern.editing.rewrite(
            draft, draft.form.__class__(**{**asdict(draft.form), "answer": "Another."})
        )
        await small_world.mika.click(old, label="Publish")

        assert "What we know about letters." == (await entries_of(small_world))[LETTERS].answer

    async def test_an_entry_removed_meanwhile_comes_back_only_when_told_to(self, small_world):
        ada = second_moderator(small_world)
        mine = await edit(small_world, "letters", answer="Still needed.")
        sure = card_of(await ada.slash(small_world.channel, "faq remove", entry="id:letters"))
        await press(ada, sure, "Remove")
        card = await press(small_world.mika, mine, "Publish")

        assert small_world.says("editor.conflict_removed") in texts_in(card)
        assert LETTERS not in await entries_of(small_world)

        preview = await press(small_world.mika, card, "Continue with mine")
        await press(small_world.mika, preview, "Publish")

        assert "Still needed." == (await entries_of(small_world))[LETTERS].answer

    async def test_an_entry_removed_while_its_form_was_open_is_kept_as_a_draft(self, small_world):
        ada = second_moderator(small_world)
        form = await edit_form(small_world, "letters")
        sure = card_of(await ada.slash(small_world.channel, "faq remove", entry="id:letters"))
        await press(ada, sure, "Remove")
        preview = card_of(await submit(small_world.mika, form, answer="Typed for long."))

        assert "Typed for long." in texts_in(preview)
        assert ["Typed for long."] == [
            draft.form.answer for draft in await small_world.lantern.editing.drafts(guild_of(small_world))
        ]

    async def test_two_new_entries_with_one_wording_cannot_both_be_published(self, small_world):
        ada = second_moderator(small_world)
        mine, theirs = await add(small_world), await add(small_world, ada)
        await press(ada, theirs, "Publish")
        card = await press(small_world.mika, mine, "Publish")

        assert "is already a wording of" in texts_in(card)
        assert "Reopen my draft" in buttons_in(card)

    async def test_nobody_reopens_or_discards_somebody_elses_draft(self, small_world):
        ada = second_moderator(small_world)
        await add(small_world, topic="x")
        (draft,) = await small_world.lantern.editing.drafts(guild_of(small_world))
        own = await add(small_world, ada)
        for verb in ("again", "discard"):
            result = small_world.emit_click(small_world.raw_click(ada, own, None, f"faq:{verb}:{draft.id}"))
            await small_world.env.settle()

            assert small_world.says("error.not_allowed") in texts_in(card_of(result))
        assert draft == await small_world.lantern.editing.draft(guild_of(small_world), draft.id)

    async def test_what_is_typed_into_somebody_elses_draft_is_ones_own(self, small_world):
        ada = second_moderator(small_world)
        await add(small_world, topic="x")
        (draft,) = await small_world.lantern.editing.drafts(guild_of(small_world))
        field = {"type": 18, "component": {"type": 4, "custom_id": "topic", "value": "y"}}
        small_world._emit(
            ada, InteractionType.MODAL_SUBMIT, {"custom_id": f"faq:save:{draft.id}", "components": [field]}
        )
        await small_world.env.settle()
        drafts = await small_world.lantern.editing.drafts(guild_of(small_world))

        assert [(small_world.mika.id, "x"), (ada.id, "y")] == [(one.by, one.form.topic) for one in drafts]


@pytest.mark.parametrize("key", NOTES)
class TestNotesThatCannotBeWritten:
    async def test_the_text_is_given_back_whole_and_saved_from_there_later(self, noted_world, key):
        form = await noted_world.mika.slash(noted_world.channel, "faq add")
        async with NOTES[key](noted_world.lantern, noted_world.notes):
            card = card_of(await submit(noted_world.mika, form, **{**GOOD, "answer": LONG}))

            assert noted_world.says(key) in texts_in(card)
            assert {**GOOD, "answer": LONG} == typed_in((await card.attachments[0].read()).decode())

            card = await press(noted_world.mika, card, "Try again")

            assert noted_world.says(key) in texts_in(card)
        preview = await press(noted_world.mika, card, "Try again")

        assert "A box. A box." in texts_in(preview)
        assert [] == preview.attachments

        await press(noted_world.mika, preview, "Publish")

        assert EntryId("how-do-i-get-a-cat-through-quarantine") in await entries_of(noted_world)

    async def test_an_edit_given_back_still_knows_which_entry_it_changes(self, noted_world, key):
        form = await edit_form(noted_world, "letters")
        async with NOTES[key](noted_world.lantern, noted_world.notes):
            card = card_of(await submit(noted_world.mika, form, answer=LONG))
        await noted_world.restart()
        preview = await press(noted_world.mika, card, "Try again")
        await press(noted_world.mika, preview, "Publish")

        assert (await entries_of(noted_world))[LETTERS].answer.startswith("A box.")

    async def test_a_draft_written_anew_is_given_back_too(self, noted_world, key):
        card = await add(noted_world, topic="x")
        form = await noted_world.mika.click(card, label="Reopen my draft")
        async with NOTES[key](noted_world.lantern, noted_world.notes):
            card = card_of(await submit(noted_world.mika, form, topic="Basics", answer=LONG))
        await press(noted_world.mika, card, "Try again")
        (draft,) = await noted_world.lantern.editing.drafts(guild_of(noted_world))

        assert "Basics" == draft.form.topic

    async def test_the_file_that_was_given_back_can_be_sent_to_add(self, noted_world, key):
        form = await noted_world.mika.slash(noted_world.channel, "faq add")
        async with NOTES[key](noted_world.lantern, noted_world.notes):
            card = card_of(await submit(noted_world.mika, form, **{**GOOD, "answer": LONG}))
        file = (card.attachments[0].filename, await card.attachments[0].read())
        preview = card_of(await noted_world.mika.slash(noted_world.channel, "faq add", file=file))

        assert GOOD["question"] in texts_in(preview)

    async def test_a_publish_that_fails_leaves_the_draft_for_the_next_try(self, noted_world, key):
        preview = await add(noted_world, answer=LONG)
        async with NOTES[key](noted_world.lantern, noted_world.notes):
            result = await noted_world.mika.click(preview, label="Publish")

            assert noted_world.says(key) in texts_in(card_of(result))
        await press(noted_world.mika, preview, "Publish")

        assert EntryId("how-do-i-get-a-cat-through-quarantine") in await entries_of(noted_world)
