"""What another process changes while the bot runs."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from bot.cogs.elsewhere import Watch
from bot.core.errors import Exit
from bot.core.models import Bundle, EntryId
from support import terminal
from support.editor import edit, entries_of, guild_of, press
from support.edits import edit as edit_elsewhere
from support.exchange import (
    LETTERS,
    PASTED,
    public_card,
    with_moderators,
)
from support.small import ANSWERED
from support.worlds import open_world, texts_in


async def test_a_change_from_another_process_is_answered_with_and_told(start_small, tmp_path):
    """Here the other process is another set of parts on the same file; real ones: test_servers_terminal."""
    notes = tmp_path / "notes.db"
    async with start_small(notes) as lantern, open_world(lantern) as world, start_small(notes) as other:
        await with_moderators(world)
        assert "What we know about letters." in texts_in(await world.ask(ANSWERED))
        guild = guild_of(world)
        new = replace((await entries_of(world))[LETTERS], answer="From afar.")
        plan = await other.importing.plan(guild, Bundle((), (new,)), replace=False)
        await other.importing.carry_out(guild, None, plan, "in.yaml")
        await other.guilds.update(guild, lambda settings: replace(settings, four_eyes=True))
        await lantern.elsewhere.look()
        told = public_card(world)

        assert "From afar." in texts_in(await world.ask(ANSWERED))
        assert texts_in(told).startswith(world.says("history.terminal") + ": Imported")
        assert (await lantern.guilds.settings(guild)).four_eyes

        await lantern.elsewhere.look()

        assert told.id == public_card(world).id, "each change is told once"


async def test_an_import_from_the_terminal_reaches_the_running_bot(start_small, tmp_path):
    """A real process on the notes of a running bot: the next question is answered by it, and all of it is told."""
    notes = tmp_path / "state" / "lantern.db"
    (tmp_path / "in.txt").write_text(PASTED, encoding="utf-8")
    async with start_small(notes) as lantern, open_world(lantern) as world:
        await with_moderators(world)
        question = "may i bring my cat to the lab"
        await world.noor.click(await world.ask(question), label=world.says("unknown.notify"))
        command = ("faq", "import", "in.txt", "--apply", "--guild", world.guild.id)
        done = await asyncio.to_thread(terminal.lantern, tmp_path, *command)

        assert Exit.OK == done.returncode, done.stderr

        await lantern.elsewhere.look()
        await lantern.queue.settled()
        await world.env.settle()
        told = public_card(world)
        history = await lantern.editing.history(guild_of(world), EntryId("may-i-bring-my-cat-to-the-lab"))

        assert "of your institute" in texts_in(await world.ask(question))
        assert [] == await world.queue()
        assert texts_in(told).startswith(world.says("history.terminal") + ": Imported")
        assert [("imported", None, "in.txt")] == [(each.kind, each.by, each.note) for each in history]

        await press(world.mika, told, "What changed")
        undone = await asyncio.to_thread(
            terminal.lantern, tmp_path, "faq", "undo", history[0].change, "--guild", world.guild.id
        )
        await lantern.elsewhere.look()

        assert Exit.OK == undone.returncode, undone.stderr
        assert "of your institute" not in texts_in(await world.ask(question))


async def test_a_change_of_the_bots_own_is_told_once(start_small, tmp_path):
    async with start_small(tmp_path / "notes.db") as lantern, open_world(lantern) as world:
        await with_moderators(world)
        await press(world.mika, await edit(world, "letters", answer="New."), "Publish")
        told = public_card(world)
        await lantern.elsewhere.look()

        assert told.id == public_card(world).id
        assert await asyncio.wait_for(lantern.queue.settled(), 10) is None


async def test_the_running_bot_looks_by_itself(start_small, tmp_path):
    notes = tmp_path / "notes.db"
    async with start_small(notes) as lantern, open_world(lantern) as world, start_small(notes) as other:
        await with_moderators(world)
        watch = Watch(world.client.desk, every_seconds=0.001)
        watch.start()
        await edit_elsewhere(other.library, guild_of(world), LETTERS, None)
        async with asyncio.timeout(30):
            while not world.desk.history():
                await asyncio.sleep(0)
        await watch.close()

        assert ": Edited: " in texts_in(public_card(world)).replace("\\", "")
        assert LETTERS not in await entries_of(world)
