"""The one door for every save: drafts that outlive failures, conflicts, history, undo."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date

import pytest

from bot.core.errors import ConflictError, FormError, VersionGoneError
from bot.core.models import EntryId, GuildId, UserId
from bot.core.moderation import ChangeKind, DraftState, Form, revision_of
from bot.faq.editing import Editing
from bot.faq.forms import form_of
from bot.faq.library import Library
from bot.storage.database import Database
from bot.storage.drafts import DraftStore
from bot.storage.faq import GuildEntries
from support.edits import edit as change
from support.keyrings import keyring_of
from support.small import small_pack

HERE, THERE = GuildId(1), GuildId(2)
MIKA, ADA = UserId(1), UserId(2)
TODAY = date(2027, 1, 2)
LETTERS, CATS = EntryId("letters"), EntryId("how-do-cats-travel")
FORM = Form("How do cats travel?", "In a box.", "my cat flies", "Basics", "somebody with cats")


@pytest.fixture
async def editing():
    """An editor over the small FAQ, in memory."""
    database = await Database.open(None)
    entries = GuildEntries(database)
    made = Editing(Library(small_pack(), entries), entries, DraftStore(database, keyring_of(database)))
    yield made
    await database.close()


async def draft_of(editing, entry_id, by=MIKA, **changes):
    """Return a kept draft of an entry with some fields typed anew."""
    draft = await editing.open(HERE, by, entry_id)
    return await editing.keep(replace(draft, form=replace(draft.form, **changes)))


async def new_draft(editing, form=FORM, by=MIKA):
    return await editing.keep(await editing.open(HERE, by, None, form))


async def entry(editing, entry_id, guild=HERE):
    return (await editing._library.shelf(guild)).entries.get(entry_id)


async def kinds(editing, entry_id):
    return [version.kind for version in await editing.history(HERE, entry_id)]


async def test_a_draft_becomes_an_entry_of_its_server_alone(editing):
    saved = await editing.publish(await new_draft(editing), MIKA, TODAY)

    assert CATS == saved.entry_id
    assert "In a box." == (await entry(editing, CATS)).answer
    assert await entry(editing, CATS, THERE) is None
    assert [] == await editing.drafts(HERE)
    assert [ChangeKind.ADDED] == (await kinds(editing, CATS))[-1:]


async def test_an_edit_keeps_how_the_entry_was_shipped(editing):
    await editing.publish(await draft_of(editing, LETTERS, answer="Better."), MIKA, TODAY)

    assert [ChangeKind.SHIPPED, ChangeKind.EDITED] == await kinds(editing, LETTERS)


async def test_two_people_who_save_the_same_entry_never_overwrite_each_other(editing):
    mine, theirs = [await draft_of(editing, LETTERS, by, answer=f"By {by}.") for by in (MIKA, ADA)]
    await editing.publish(theirs, ADA, TODAY)
    with pytest.raises(ConflictError) as caught:
        await editing.publish(mine, MIKA, TODAY)

    assert ("letters",) == caught.value.entry_ids
    assert "By 2." == (await entry(editing, LETTERS)).answer
    assert "By 1." == (await editing.draft(HERE, mine.id)).form.answer
    assert DraftState.OPEN == (await editing.draft(HERE, mine.id)).state


async def test_of_two_who_save_at_the_same_moment_one_is_told(editing):
    drafts = [await draft_of(editing, LETTERS, by, answer=f"By {by}.") for by in (MIKA, ADA)]
    done = await asyncio.gather(*(editing.publish(one, one.by, TODAY) for one in drafts), return_exceptions=True)

    assert 1 == sum(isinstance(one, ConflictError) for one in done)
    assert 2 == len(await kinds(editing, LETTERS))


async def test_publishing_twice_at_once_publishes_once(editing):
    draft = await new_draft(editing)
    done = await asyncio.gather(*(editing.publish(draft, MIKA, TODAY) for _ in range(3)), return_exceptions=True)

    assert 2 == sum(isinstance(one, VersionGoneError) for one in done), done
    assert [ChangeKind.ADDED] == [kind for kind in await kinds(editing, CATS) if kind is not ChangeKind.SHIPPED]
    assert DraftState.PUBLISHED == (await editing.draft(HERE, draft.id)).state


async def test_a_published_draft_is_not_published_again(editing):
    draft = await new_draft(editing)
    await editing.publish(draft, MIKA, TODAY)
    with pytest.raises(VersionGoneError):
        await editing.publish(await editing.draft(HERE, draft.id), MIKA, TODAY)

    assert 1 == len(await editing.history(HERE, CATS))


async def test_what_was_typed_over_a_removed_entry_brings_it_back_with_what_no_form_shows(editing):
    await change(editing._library, HERE, LETTERS, replace(await entry(editing, LETTERS), setbacks=("a no",)))
    draft = await draft_of(editing, LETTERS, answer="Still needed.")
    await editing.remove(HERE, ADA, LETTERS, revision_of(await entry(editing, LETTERS)))
    with pytest.raises(ConflictError):
        await editing.publish(draft, MIKA, TODAY)
    draft = await editing.rewrite(draft, draft.form, expected="")
    await editing.publish(draft, MIKA, TODAY)

    assert ("Still needed.", ("a no",)) == (
        (await entry(editing, LETTERS)).answer,
        (await entry(editing, LETTERS)).setbacks,
    )


async def test_text_that_cannot_be_published_stays_a_draft(editing):
    draft = await new_draft(editing, replace(FORM, answer="Ask @everyone"))
    with pytest.raises(FormError):
        await editing.publish(draft, MIKA, TODAY)

    assert [draft] == [replace(one, at=draft.at) for one in await editing.drafts(HERE)]


async def test_text_typed_into_a_draft_that_was_dealt_with_is_a_new_draft(editing):
    draft = await new_draft(editing)
    await editing.publish(draft, MIKA, TODAY)
    again = await editing.rewrite(await editing.draft(HERE, draft.id), replace(FORM, answer="In a bag."))

    assert draft.id != again.id
    assert "In a bag." == (await editing.draft(HERE, again.id)).form.answer


async def test_a_draft_somebody_else_wrote_names_its_writer_in_the_history(editing):
    await editing.publish(await new_draft(editing, by=ADA), MIKA, TODAY)
    version = (await editing.history(HERE, CATS))[-1]

    assert (MIKA, str(ADA)) == (version.by, version.note)


async def test_a_restored_state_is_the_same_to_the_last_letter(editing):
    before = await entry(editing, LETTERS)
    await editing.publish(await draft_of(editing, LETTERS, answer="Better."), MIKA, TODAY)
    shipped = (await editing.history(HERE, LETTERS))[0]
    await editing.restore(HERE, ADA, shipped.id)

    assert repr(before) == repr(await entry(editing, LETTERS))
    assert LETTERS not in await editing._edits.edits_of(HERE), "it follows the pack's updates again"


async def test_a_restore_over_a_state_nobody_looked_at_is_refused(editing):
    looked_at = revision_of(await entry(editing, LETTERS))
    await editing.publish(await draft_of(editing, LETTERS, answer="Better."), MIKA, TODAY)
    shipped = (await editing.history(HERE, LETTERS))[0]
    with pytest.raises(ConflictError):
        await editing.restore(HERE, ADA, shipped.id, expected=looked_at)

    assert "Better." == (await entry(editing, LETTERS)).answer


async def test_undo_takes_back_ones_own_last_change_and_no_one_elses(editing):
    await editing.publish(await draft_of(editing, LETTERS, answer="Better."), MIKA, TODAY)
    await editing.publish(await new_draft(editing, by=ADA), ADA, TODAY)
    await editing.undo(HERE, MIKA)

    assert "Better." != (await entry(editing, LETTERS)).answer
    assert await entry(editing, CATS) is not None


async def test_undo_is_refused_where_somebody_went_on_from_there(editing):
    await editing.publish(await draft_of(editing, LETTERS, answer="Better."), MIKA, TODAY)
    await editing.publish(await draft_of(editing, LETTERS, ADA, answer="Best."), ADA, TODAY)
    with pytest.raises(ConflictError):
        await editing.undo(HERE, MIKA)

    assert "Best." == (await entry(editing, LETTERS)).answer


async def test_who_changed_nothing_has_nothing_to_undo(editing):
    with pytest.raises(VersionGoneError):
        await editing.undo(HERE, MIKA)


async def test_removed_entries_are_named_as_they_last_were_and_only_where_they_were_removed(editing):
    await editing.publish(await draft_of(editing, LETTERS, answer="Better."), MIKA, TODAY)
    last = await entry(editing, LETTERS)
    await editing.remove(HERE, MIKA, LETTERS, revision_of(last))

    assert [last] == list(await editing.removed(HERE))
    assert [] == list(await editing.removed(THERE))


async def test_an_entry_of_the_servers_own_is_among_the_removed_until_it_is_back(editing):
    saved = await editing.publish(await new_draft(editing), MIKA, TODAY)
    removed = await editing.remove(HERE, MIKA, CATS, revision_of(saved.entry))

    assert [saved.entry] == list(await editing.removed(HERE))

    await editing.undo(HERE, MIKA, removed.change)

    assert [] == list(await editing.removed(HERE))


async def test_the_state_a_form_was_opened_from_can_be_had_later(editing):
    opened = await entry(editing, LETTERS)
    await editing.publish(await draft_of(editing, LETTERS, answer="Better."), MIKA, TODAY)
    topics = (await editing._library.shelf(HERE)).topics

    assert form_of(opened, topics) == await editing.form_at(HERE, LETTERS, revision_of(opened))
    assert "Better." == (await editing.form_at(HERE, LETTERS, "no such revision")).answer
    assert Form() == await editing.form_at(HERE, EntryId("never-was"), "")


async def test_what_listens_cannot_undo_a_save(editing):
    heard = []

    async def fails(*_):
        raise RuntimeError("no")

    async def hears(guild, change_id, made):
        heard.append((guild, change_id, made.kind))

    editing.announce = fails
    editing.after_change += [fails, hears]
    saved = await editing.publish(await new_draft(editing), MIKA, TODAY)

    assert [(HERE, saved.change, ChangeKind.ADDED)] == heard
    assert await entry(editing, CATS) is not None


async def test_a_phrasing_another_entry_owns_is_refused(editing):
    with pytest.raises(ConflictError):
        await editing.add_phrasing(HERE, MIKA, LETTERS, "tell me about visas")
    await editing.add_phrasing(HERE, MIKA, LETTERS, "who signs for me")

    assert "who signs for me" in (await entry(editing, LETTERS)).texts


async def test_a_draft_is_moved_once(editing):
    draft = await new_draft(editing)
    await editing.move(draft, DraftState.DISCARDED)
    with pytest.raises(VersionGoneError):
        await editing.move(draft, DraftState.SUBMITTED)

    assert DraftState.DISCARDED == (await editing.draft(HERE, draft.id)).state


async def test_a_draft_belongs_to_its_server(editing):
    draft = await new_draft(editing)
    with pytest.raises(VersionGoneError):
        await editing.draft(THERE, draft.id)

    assert [] == list(await editing.drafts(THERE))
