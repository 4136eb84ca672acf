"""What the client asks of Discord: no privileged intent, no pings, and commands told only when they changed."""

from __future__ import annotations

from dataclasses import replace

import discord
import pytest

from bot.cogs.client import LanternClient
from support.worlds import NOBODY, new_client, open_world


def with_sentences(lantern, **changed):
    """Return the inside with other sentences; keys are written with `__` for dots."""
    sentences = {**lantern.texts.sentences, **{key.replace("__", "."): text for key, text in changed.items()}}
    return replace(lantern, texts=replace(lantern.texts, sentences=sentences))


def times_told(world):
    """Return how often Discord was told the commands."""
    return len(world.requests("PUT", "/commands"))


async def test_no_privileged_intent_is_asked_for(small_lantern):
    intents = new_client(small_lantern).intents

    assert [] == [name for name in ("members", "presences", "message_content") if getattr(intents, name)]
    assert intents == discord.Intents(guilds=True)


async def test_nobody_is_pinged_unless_a_message_says_so(small_lantern):
    assert new_client(small_lantern).allowed_mentions.to_dict() == NOBODY


async def test_discord_is_told_the_commands_once(start_small, tmp_path):
    async with start_small(tmp_path / "notes.db") as first, open_world(first) as world:
        after_first_start = times_told(world)
        async with start_small(tmp_path / "notes.db") as second:
            await world.restart(second)
            after_second_start = times_told(world)

    assert (after_first_start, after_second_start) == (1, 1)


async def test_discord_is_told_again_once_a_command_changed(start_small, tmp_path):
    async with start_small(tmp_path / "notes.db") as first, open_world(first) as world:
        changed = with_sentences(first, command__ask__description="Ask another way")
        for lantern in (changed, changed):
            await world.restart(lantern)
        told = times_told(world)
        described = world.env.backend.commands[None][("ask", 1)]["description"]

    assert told == 2
    assert described == "Ask another way"


async def test_a_sentence_that_is_no_command_changes_nothing_for_discord(start_small, tmp_path):
    async with start_small(tmp_path / "notes.db") as first, open_world(first) as world:
        await world.restart(with_sentences(first, answer__helped="It helped"))

        assert times_told(world) == 1


async def test_sync_can_be_forced(start_small, tmp_path):
    async with start_small(tmp_path / "notes.db") as lantern, open_world(lantern) as world:
        forced = LanternClient(lantern, force_sync=True)
        old, world.client = world.client, forced
        await world.env.restart_bot(forced)
        await old.close()

        assert times_told(world) == 2


@pytest.mark.parametrize("sql", ["DROP TABLE facts", "PRAGMA query_only = 1"])
async def test_notes_that_fail_do_not_keep_the_bot_from_starting(small_lantern, sql):
    await small_lantern.activity._database.read(sql)

    async with open_world(small_lantern) as world:
        message = await world.ask("id:letters")

        assert times_told(world) == 1
        assert message.ephemeral


async def test_the_commands_work_under_whatever_names_prompts_give_them(small_lantern):
    renamed = with_sentences(
        small_lantern,
        command__ask__name="frag",
        command__ask__question="frage",
        command__ask__visibility="sichtbar",
    )

    async with open_world(renamed) as world:
        rows = await world.noor.autocomplete(world.channel, "frag", "frage", "visas")
        result = await world.noor.slash(world.channel, "frag", frage="id:visas", sichtbar="public")

    assert rows[0]["value"] == "id:visas"
    assert not result.ephemeral


async def test_what_members_use_works_in_direct_messages_and_the_rest_on_servers_alone(small_world):
    """Contexts: 0 is a server, 1 a direct message with the bot. Nobody installs it for themselves alone."""
    for member in (small_world.noor, small_world.mika):
        assert set(member.available_commands(small_world.channel)) >= {"ask", "about"}
    commands = small_world.env.backend.commands[None]
    typed = ("ask", "about", "help-now", "mydata", "privacy")
    for_members = {*((name, 1) for name in typed), ("Answer from the FAQ", 3)}

    assert for_members | {("faq", 1)} <= set(commands)
    assert for_members == {name for name, command in commands.items() if command["contexts"] == [0, 1]}
    assert all([0] == command["contexts"] for name, command in commands.items() if name not in for_members)
    assert all([0] == command["integration_types"] for command in commands.values())
