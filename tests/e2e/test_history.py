"""What an entry was before, the way back to it, and the line in the moderators' channel."""

from __future__ import annotations

import pytest

from bot.core.models import EntryId, UserId
from bot.core.moderation import Change, ChangeKind, Edit, revision_of
from support.editor import add, card_of, edit, entries_of, guild_of, press, second_moderator, set_up
from support.net import Wire
from support.parts import make_entry
from support.small import question_of
from support.worlds import buttons_in, links_in, open_world, texts_in

LETTERS, CATS = EntryId("letters"), EntryId("how-do-i-get-a-cat-through-quarantine")


async def history(world, entry="letters", actor=None):
    return card_of(await (actor or world.mika).slash(world.channel, "faq history", entry=f"id:{entry}"))


async def publish(world, entry, actor=None, **typed):
    actor = actor or world.mika
    return await press(actor, await edit(world, entry, actor, **typed), "Publish")


async def remove(world, entry="letters"):
    sure = card_of(await world.mika.slash(world.channel, "faq remove", entry=f"id:{entry}"))
    return await press(world.mika, sure, "Remove")


class TestHistory:
    async def test_each_version_says_who_when_and_what_changed_newest_first(self, small_world):
        ada = second_moderator(small_world)
        await publish(small_world, "letters", answer="Second state.")
        await publish(small_world, "letters", ada, answer="Third state.")
        said = texts_in(await history(small_world))

        assert said.index("-Second state.\n+Third state.") < said.index("-What we know about letters.\n+Second state.")
        assert f"**Edited** by <@{ada.id}> <t:" in said
        assert small_world.says("history.shipped") in said
        assert [] == small_world.pinged()

    async def test_an_entry_nobody_touched_says_so(self, small_world):
        assert small_world.says("history.nothing") == texts_in(await history(small_world))

    async def test_an_entry_that_never_was_is_named_as_gone(self, small_world):
        assert small_world.says("error.entry_gone") == texts_in(await history(small_world, "never-was"))

    async def test_it_turns_pages(self, small_world):
        for number in range(5):
            await publish(small_world, "letters", answer=f"State {number}.")
        second = await press(small_world.mika, await history(small_world), "Next page")

        assert "+State 1." in texts_in(second)
        assert "+State 4." not in texts_in(second)

    async def test_restoring_asks_first_and_gives_back_the_same_bytes_and_vectors(self, start_small, tmp_path):
        async with start_small(tmp_path / "notes.db") as lantern, open_world(lantern) as world:
            before = (await entries_of(world))[LETTERS]
            await publish(world, "letters", answer="Second state.", phrasings="tell me about letters")
            await world.ask("so worried about letters")
            vectors = await lantern.search._preparation._vectors._database.read("SELECT * FROM vectors ORDER BY hash")
            lantern.search._pack.model.embedder.texts.clear()
            sure = await press_last(world, await history(world), "Restore")

            assert "What we know about letters." in texts_in(sure)
            assert "Second state." == (await entries_of(world))[LETTERS].answer

            done = await press(world.mika, sure, "Restore")
            await world.ask("so worried about letters, all of you")

            assert repr(before) == repr((await entries_of(world))[LETTERS])
            assert "Undo" in buttons_in(done)
            assert vectors == await lantern.search._preparation._vectors._database.read(
                "SELECT * FROM vectors ORDER BY hash"
            )
            assert ["so worried about letters, all of you"] == lantern.search._pack.model.embedder.texts

    async def test_a_state_somebody_changed_since_it_was_asked_about_is_not_overwritten(self, small_world):
        ada = second_moderator(small_world)
        await publish(small_world, "letters", answer="Second state.")
        sure = await press_last(small_world, await history(small_world), "Restore")
        await publish(small_world, "letters", ada, answer="By Ada.")
        result = await small_world.mika.click(sure, label="Restore")

        assert small_world.says("error.conflict") in texts_in(card_of(result))
        assert "By Ada." == (await entries_of(small_world))[LETTERS].answer

    async def test_a_wording_that_moved_to_another_entry_is_pointed_out(self, small_world):
        await publish(small_world, "letters", phrasings="letters help please")
        await publish(small_world, "visas", phrasings="so worried about letters")
        sure = await press_last(small_world, await history(small_world), "Restore")

        assert f"“{question_of('visas')}” holds one of its wordings" in texts_in(sure).replace("\\", "")

    async def test_a_removed_entry_is_found_and_restored(self, small_world):
        await remove(small_world)
        rows = await small_world.mika.autocomplete(small_world.channel, "faq history", "entry", "letters")

        assert {"name": f"Removed: {question_of('letters')}", "value": "id:letters"} in [
            {"name": row["name"], "value": row["value"]} for row in rows
        ]

        sure = await press_last(small_world, await history(small_world), "Restore")
        await press(small_world.mika, sure, "Restore")

        assert LETTERS in await entries_of(small_world)

    async def test_rows_of_another_server_or_for_members_name_nothing_that_was_removed(self, small_world):
        await remove(small_world)

        assert [] == await small_world.sam.autocomplete(small_world.channel, "faq history", "entry", "letters")

    async def test_there_are_never_more_rows_than_discord_shows(self, small_world):
        guild = guild_of(small_world)
        for number in range(40):
            entry = make_entry(f"gone-{number}", f"Gone {number} {'very ' * 25}long?")
            for state in (entry, None):
                now = (await entries_of(small_world)).get(entry.id)
                await small_world.lantern.editing.apply(
                    guild, Change(ChangeKind.ADDED, None, (Edit(entry.id, revision_of(now), state),))
                )
        rows = await small_world.mika.autocomplete(small_world.channel, "faq history", "entry", "")

        assert 25 == len(rows)
        assert all(len(row["name"]) <= 100 for row in rows)


async def press_last(world, card, label):
    """Press the last button of a card with a label, e.g. that of its oldest version."""
    from support.worlds import parts

    custom_id = [part["custom_id"] for part in parts(card) if part.get("label") == label][-1]
    return card_of(await world.mika.click(card, custom_id=custom_id))


class TestUndo:
    async def test_undo_takes_back_ones_own_last_change(self, small_world):
        await publish(small_world, "letters", answer="Second state.")
        result = card_of(await small_world.mika.slash(small_world.channel, "faq undo"))

        assert small_world.says("editor.undone", number=1) in texts_in(result)
        assert "What we know about letters." == (await entries_of(small_world))[LETTERS].answer

    async def test_undo_of_somebody_who_did_nothing_says_so(self, small_world):
        result = card_of(await small_world.mika.slash(small_world.channel, "faq undo"))

        assert small_world.says("error.version_gone") == texts_in(result)

    async def test_the_button_under_a_publication_takes_it_back_after_a_restart(self, small_world):
        done = await press(small_world.mika, await add(small_world), "Publish")
        await small_world.restart()
        await press(small_world.mika, done, "Undo")

        assert CATS not in await entries_of(small_world)

    async def test_undo_over_somebodys_newer_text_is_refused(self, small_world):
        ada = second_moderator(small_world)
        done = await publish(small_world, "letters", answer="Second state.")
        await publish(small_world, "letters", ada, answer="By Ada.")
        result = await small_world.mika.click(done, label="Undo")

        assert small_world.says("error.conflict") in texts_in(card_of(result))
        assert "By Ada." == (await entries_of(small_world))[LETTERS].answer


class TestAudit:
    @pytest.fixture
    async def audited(self, small_world):
        """A server with a moderators' channel."""
        small_world.desk = small_world.guild.create_text_channel("moderators")
        await set_up(small_world, moderators_channel=small_world.desk.id)
        return small_world

    async def test_a_change_is_one_line_that_shows_what_changed_and_the_confirmation_links_to_it(self, audited):
        done = await publish(audited, "letters", answer="Second state.")
        (line,) = audited.desk.history()

        assert f"<@{audited.mika.id}>: Edited: “{question_of('letters')}”" == texts_in(line).replace("\\", "")
        assert [f"https://discord.com/channels/{audited.guild.id}/{audited.desk.id}/{line.id}"] == links_in(done)

        shown = card_of(await audited.mika.click(line, label="What changed"))

        assert shown.ephemeral
        assert "-What we know about letters.\n+Second state." in texts_in(shown)

    async def test_members_who_see_the_channel_see_no_more_than_the_line(self, audited):
        await publish(audited, "letters", answer="Second state.")
        result = await audited.sam.click(audited.desk.history()[0], label="What changed")

        assert audited.says("error.not_allowed") == texts_in(card_of(result))

    async def test_a_change_of_many_entries_is_one_line_and_is_undone_as_one(self, audited):
        entries = await entries_of(audited)
        edits = tuple(
            Edit(one, revision_of(entries[one]), None) for one in map(EntryId, ("letters", "visas", "grades"))
        )
        await audited.lantern.editing.apply(
            guild_of(audited), Change(ChangeKind.IMPORTED, UserId(audited.mika.id), edits)
        )
        (line,) = audited.desk.history()

        assert "and 2 more" in texts_in(line)

        shown = card_of(await audited.mika.click(line, label="What changed"))

        assert ["changes.txt"] == [file.filename for file in shown.attachments]
        assert question_of("visas") in (await shown.attachments[0].read()).decode()

        await audited.mika.click(line, label="Undo this change")

        assert entries.keys() == (await entries_of(audited)).keys()

    @pytest.mark.parametrize("status", [403, 404, 500])
    async def test_a_channel_that_cannot_be_written_costs_nothing(self, audited, status):
        audited.env.inject_error("POST", f"/channels/{audited.desk.id}/messages", status=status, times=None)
        done = await publish(audited, "letters", answer="Second state.")

        assert "Second state." == (await entries_of(audited))[LETTERS].answer
        assert "What changed" in buttons_in(done)
        assert [] == links_in(done)

    async def test_a_channel_that_was_deleted_costs_nothing(self, audited):
        audited.env.backend.delete_channel(audited.desk.id)
        await audited.env.settle()
        done = await publish(audited, "letters", answer="Second state.")

        assert "Undo" in buttons_in(done)

    async def test_a_line_that_takes_long_keeps_nobody_waiting(self, audited):
        Wire(audited).cut("POST", f"/channels/{audited.desk.id}/messages", None)
        result = audited.start_click(audited.mika, await edit(audited, "letters", answer="Second state."), "Publish")
        await audited.env.advance_time(3)

        assert "Second state." == (await entries_of(audited))[LETTERS].answer
        assert result.response is not None

    async def test_after_a_restart_a_change_is_still_told_once(self, audited):
        await audited.restart()
        await publish(audited, "letters", answer="Second state.")

        assert 1 == len(audited.desk.history())
