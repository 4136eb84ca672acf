"""`lantern doctor` asks Discord over HTTP alone, and finds what is not as it should be there.

discord.py is the real one, with its arithmetic of permissions; a local server answers in Discord's place.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sqlite3
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import discord
import pytest

from bot import app
from bot.cogs.client import LanternClient
from bot.cogs.portal import INVITED_WITH
from bot.core.errors import Exit
from bot.core.models import GuildId
from bot.core.moderation import Capability, Duty, ForumMode, GuildSettings
from bot.core.peers import PeerSettings
from bot.doctor.examination import examine
from bot.doctor.findings import Area, Level
from bot.doctor.remote import names_of_commands, of_discord
from bot.doctor.servers import INVITATION
from bot.settings import ENV_FILE, Settings
from bot.storage.backup import make_backup
from bot.storage.database import Database
from bot.storage.guilds import GuildSettingsTable
from support import run_against_fake
from support.embedders import WordEmbedder
from support.fake_portal import (
    BOT_ROLE,
    FORUM,
    GRANTED,
    GUILD,
    MEETING,
    MODERATORS,
    MODS,
    TOKEN,
    Guild,
    overwrite,
    posing_as_portal,
    role,
)
from support.packs import write_small_bot
from support.terminal import ROOT, environment

CHOSEN = GuildSettings(
    roles={Capability.PUBLISH: frozenset({MODS})},
    moderators_channel=MODERATORS,
    forums={FORUM: ForumMode.ON},
    peers=PeerSettings(is_on=True, channel=MEETING),
    duty=Duty(MODS),
)
GONE = 999
"""The id of what was deleted."""


@pytest.fixture
async def portal():
    """A server in Discord's place, with one server the bot is on."""
    async with posing_as_portal() as fake:
        fake.guilds.append(Guild())
        yield fake


@pytest.fixture
def settings(tmp_path):
    """Settings of a bot with a token and the small FAQ."""
    (tmp_path / "state").mkdir(mode=0o700)
    small = write_small_bot(tmp_path)
    given = {"discord_token": TOKEN, "model": WordEmbedder.model_id, "exports": tmp_path / "models", "contact": "x"}
    return Settings(_env_file=None, state=tmp_path / "state", watch_port=0, **given, **small)


@pytest.fixture
def content(settings):
    """What that bot says."""
    return app.load_content(settings)


@pytest.fixture
def ask(settings, content):
    """Ask Discord, and return what is found by subject: `await ask()`, or with some settings changed."""

    async def asked(*, offline=False, **changed):
        given = settings.model_copy(update=changed)
        return by_subject(await of_discord(given, content, silently, offline=offline))

    return asked


@pytest.fixture
def look(settings, content):
    """Let `/setup` have set something, and return what is found of the server."""

    async def found(chosen):
        await choose(settings, chosen)
        told = await of_discord(settings, content, silently, offline=False)
        return [each for each in told if each.area is Area.SERVERS]

    return found


async def choose(settings, chosen, guild=GUILD) -> None:
    """Save what `/setup` sets."""
    database = await Database.open(settings.database)
    await GuildSettingsTable(database).update_settings(GuildId(guild), lambda _: chosen)
    await database.close()


def by_subject(found):
    """Return findings by their subject, each of which is there once."""
    assert len(found) == len({each.subject for each in found})
    return {each.subject: each for each in found}


def silently(_what, _done, _of) -> None:
    """Tell nobody."""


async def test_where_all_is_well_every_finding_says_so(portal, settings, content, tmp_path, monkeypatch):
    """Of the machine that runs this test nothing is asked but that it can run Lantern."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / ENV_FILE).touch(mode=0o600)
    portal.commands = sorted(names_of_commands(content.texts))
    async with app.lantern(content, settings.database, settings.database, WordEmbedder):
        pass
    await choose(settings, CHOSEN)
    await asyncio.to_thread(make_backup, settings.database, settings.backup_folder, datetime.now(UTC), silently)
    told = []
    found = await examine(settings, lambda *what: told.append(what))

    assert [] == [each for each in found if each.level is not Level.OK and each.area is not Area.MACHINE]
    assert [] == [each for each in found if each.level is Level.WRONG]
    assert list(Area) == sorted({each.area for each in found}, key=list(Area).index)
    assert ("Asking Discord about each server", 0, 1) in told


async def test_a_bot_that_runs_is_not_disturbed(portal, ask):
    await ask()

    assert [0, []] == [portal.connections, portal.told_commands]
    assert {f"Bot {TOKEN}"} == set(portal.tokens)


async def test_discord_is_asked_nothing_offline_without_a_token_or_with_none_that_could_be_one(portal, ask):
    for found, level in (
        (await ask(offline=True), Level.OK),
        (await ask(discord_token=None), Level.WRONG),
        (await ask(discord_token=Settings(_env_file=None, discord_token="Bot x").discord_token), Level.WRONG),
    ):
        assert level is found["token"].level
        assert Level.NOT_ASKED is found["Discord"].level
        assert {"token", "Discord"} == found.keys()
    assert [] == portal.tokens + portal.asked


async def test_a_refused_token_is_said_to_be_refused(portal, ask):
    portal.logins = [401]
    found = await ask()

    assert ["token"] == list(found)
    assert Level.WRONG is found["token"].level
    assert "refused the token" in found["token"].text
    assert "Reset Token" in found["token"].mend


async def test_discord_out_of_reach_is_a_finding_and_the_rest_is_looked_at_all_the_same(portal, settings):
    await portal.close()
    found = by_subject(await examine(settings, silently))

    assert Level.WRONG is found["Discord"].level
    assert "cannot be reached" in found["Discord"].text
    assert "network" in found["Discord"].mend
    assert {"database", "content", "disk"} <= found.keys()


async def test_where_discord_stops_answering_what_it_said_before_is_kept(portal, ask):
    portal.statuses["/api/applications/42/commands"] = 403
    found = await ask()

    assert [Level.OK, Level.WRONG] == [found[subject].level for subject in ("token", "Discord")]
    assert "HTTP 403" in found["Discord"].text


@pytest.mark.parametrize(
    ("flags", "named"),
    [
        (discord.ApplicationFlags(gateway_presence=True), "Presence Intent"),
        (discord.ApplicationFlags(gateway_guild_members_limited=True), "Server Members Intent"),
        (discord.ApplicationFlags(gateway_message_content=True), "Message Content Intent"),
    ],
)
async def test_a_privileged_intent_that_is_switched_on_is_not_needed(portal, ask, flags, named):
    fine = (await ask())["intents"]
    portal.application["flags"] = flags.value
    found = (await ask())["intents"]

    assert [Level.OK, Level.WARNING] == [fine.level, found.level]
    assert named in found.text


async def test_an_endpoint_that_takes_the_interactions_away_is_wrong(portal, ask):
    fine = await ask()
    portal.application["interactions_endpoint_url"] = "https://example.org/"
    found = (await ask())["endpoint"]

    assert "endpoint" not in fine
    assert Level.WRONG is found.level


@pytest.mark.parametrize(("hours", "way"), [(1, "behind"), (-1, "ahead of")])
async def test_a_clock_that_is_wrong_is_found(portal, ask, hours, way):
    fine = (await ask())["clock"]
    portal.date = format_datetime(datetime.now(UTC) + timedelta(hours=hours), usegmt=True)
    found = (await ask())["clock"]

    assert [Level.OK, Level.WRONG] == [fine.level, found.level]
    assert f" s {way} Discord's" in found.text
    assert "timedatectl" in found.mend


async def test_connecting_too_often_is_worth_knowing(portal, ask):
    fine = await ask()
    portal.sessions_left = 3
    found = (await ask())["sessions"]

    assert "sessions" not in fine
    assert Level.WARNING is found.level


async def test_the_names_of_commands_are_those_that_a_start_tells_discord(small_lantern):
    tree = LanternClient(small_lantern).tree

    names = {command.name for command in tree.get_commands(type=None)}
    parts = {command.qualified_name for command in tree.walk_commands()}

    assert len(parts - names) > 20, "there are groups"
    assert names | parts == names_of_commands(small_lantern.texts)


async def test_commands_that_are_not_the_present_ones_are_found(portal, ask, content):
    ours = sorted(names_of_commands(content.texts))
    levels, texts = [], []
    for commands in (ours, [], [name for name in ours if name != "faq add"], [*ours, "weather"]):
        portal.commands = commands
        found = (await ask())["commands"]
        levels.append(found.level)
        texts.append(f"{found.text} {found.mend}")

    assert [Level.OK, *[Level.WARNING] * 3] == levels
    assert ["--sync" in text for text in texts] == [False, True, True, True]
    assert "lacks faq add." in texts[2]
    assert "has weather, which Lantern does not know" in texts[3]


async def test_a_bot_that_is_on_no_server_is_told_how_to_be_invited(portal, ask):
    portal.guilds.clear()
    found = (await ask())["servers"]

    assert Level.WARNING is found.level
    assert "&permissions=343597452288&client_id=42" in found.mend


def test_the_invitation_asks_for_what_the_doctor_looks_for():
    asked = f"permissions={INVITED_WITH.value}"

    assert asked in INVITATION
    assert asked in (ROOT / "README.md").read_text(encoding="utf-8")


async def test_a_server_where_nobody_has_used_setup_is_fine(portal, look):
    (found,) = await look(GuildSettings())

    assert Level.OK is found.level
    assert "/setup" in found.text


DENIED = {
    MODERATORS: ("attach_files", "The moderators' channel, #moderators: Lantern lacks Attach Files."),
    MEETING: (
        "create_private_threads",
        "The channel where people meet, #meeting: Lantern lacks Create Private Threads.",
    ),
    FORUM: ("send_messages_in_threads", "A help forum, #help: Lantern lacks Send Messages in Threads."),
}


@pytest.mark.parametrize("channel", DENIED)
async def test_what_is_denied_in_a_chosen_channel_is_named(portal, look, channel):
    permission, told = DENIED[channel]
    denied = overwrite(BOT_ROLE, deny=discord.Permissions(**{permission: True}))
    portal.guild().channel(channel)["permission_overwrites"] = [denied]
    (found,) = await look(CHOSEN)

    assert (Level.WRONG, told) == (found.level, found.text)
    assert "Permissions" in found.mend


async def test_a_channel_that_is_hidden_from_the_bot_lacks_everything(portal, look):
    hidden = overwrite(GUILD, deny=discord.Permissions(view_channel=True))
    portal.guild().channel(MEETING)["permission_overwrites"] = [hidden]
    portal.guild().roles[1] = role(BOT_ROLE, "Lantern", discord.Permissions(GRANTED.value, view_channel=False))
    found = [each.text for each in await look(CHOSEN)]

    assert any("#meeting: Lantern lacks View Channel, Send Messages, " in text for text in found)


async def test_an_administrator_lacks_nothing_whatever_a_channel_denies(portal, look):
    portal.guild().roles[1] = role(BOT_ROLE, "Lantern", discord.Permissions(administrator=True))
    denied = overwrite(BOT_ROLE, deny=discord.Permissions.all())
    portal.guild().channel(MEETING)["permission_overwrites"] = [denied]
    (found,) = await look(CHOSEN)

    assert Level.OK is found.level


async def test_in_shadow_mode_a_forum_is_only_worth_knowing_of(portal, look):
    denied = overwrite(BOT_ROLE, deny=discord.Permissions(send_messages_in_threads=True))
    portal.guild().channel(FORUM)["permission_overwrites"] = [denied]
    (found,) = await look(replace(CHOSEN, forums={FORUM: ForumMode.SHADOW}))

    assert Level.WARNING is found.level


async def test_what_lacks_on_the_whole_server_is_named_with_the_way_to_invite_it_again(portal, look):
    portal.guild().roles[1] = role(
        BOT_ROLE, "Lantern", discord.Permissions(GRANTED.value & ~discord.Permissions.create_private_threads.flag)
    )
    (found,) = await look(GuildSettings(moderators_channel=MODERATORS))

    assert (Level.WARNING, "Lantern lacks, on the whole server: Create Private Threads.") == (found.level, found.text)
    assert "client_id=42" in found.mend


DELETED = {
    "The moderators' channel was deleted.": replace(CHOSEN, moderators_channel=GONE),
    "The channel where people meet was deleted.": replace(CHOSEN, peers=PeerSettings(is_on=True, channel=GONE)),
    "A help forum was deleted.": replace(CHOSEN, forums={GONE: ForumMode.ON}),
    "The role on duty was deleted, so nobody in a crisis can ask for a person.": replace(CHOSEN, duty=Duty(GONE)),
    "Of the roles that may publish, 1 no longer exist; only who has Manage Server may.": replace(
        CHOSEN, roles={Capability.PUBLISH: frozenset({GONE})}
    ),
}


@pytest.mark.parametrize("told", DELETED)
async def test_what_setup_named_and_was_deleted_is_found_with_its_page(portal, look, told):
    (found,) = await look(DELETED[told])

    assert (Level.WRONG, told) == (found.level, found.text)
    assert found.mend.startswith("/setup, page ")


async def test_of_several_roles_one_that_was_deleted_is_only_worth_knowing_of(portal, look):
    (found,) = await look(replace(CHOSEN, roles={Capability.PUBLISH: frozenset({GONE, MODS})}))

    assert Level.WARNING is found.level


async def test_a_role_on_duty_that_cannot_be_told_is_wrong(portal, look):
    found = await look(replace(CHOSEN, moderators_channel=None, peers=PeerSettings()))

    assert [Level.WRONG] == [each.level for each in found]
    assert "cannot tell it that somebody asks" in found[0].text


async def test_introductions_without_channels_are_worth_knowing_of(portal, look):
    found = await look(GuildSettings(peers=PeerSettings(is_on=True)))

    assert [Level.WARNING] * 2 == [each.level for each in found]
    assert any("no channel is chosen" in each.text for each in found)
    assert any("/matching reports" in each.text for each in found)


async def test_a_moderators_channel_that_everybody_reads_is_wrong(portal, look):
    portal.guild().roles[0] = role(GUILD, "@everyone", discord.Permissions(view_channel=True))
    (found,) = await look(CHOSEN)

    assert Level.WRONG is found.level
    assert "@everyone" in found.mend


async def test_a_server_that_discord_does_not_tell_of_hides_no_other(portal, ask):
    portal.guilds.append(Guild("Other", 900, status=403))
    found = await ask()

    assert Level.OK is found[f"Helpdesk ({GUILD})"].level
    assert Level.WARNING is found["Other (900)"].level
    assert "HTTP 403" in found["Other (900)"].text


async def test_settings_of_servers_the_bot_left_are_only_counted(portal, settings, ask):
    await choose(settings, CHOSEN, guild=5)
    found = (await ask())["left servers"]

    assert Level.OK is found.level
    assert found.text.startswith("Of 1 servers ")


async def test_settings_of_a_server_that_cannot_be_read_are_found_and_the_server_is_looked_at_without(
    portal, settings, ask
):
    await choose(settings, CHOSEN)
    with contextlib.closing(sqlite3.connect(settings.database)) as db:
        db.execute("""UPDATE guild_settings SET settings = '{"roles": {"conjure": [1]}, "forums": {}}'""")
        db.commit()
    found = await ask()

    assert Level.WRONG is found["settings of servers"].level
    assert Level.OK is found[f"Helpdesk ({GUILD})"].level


async def test_a_name_cannot_write_over_the_terminal(portal, ask):
    portal.guild().name = "Good\x1b[2K\rname\u202e"

    assert f"Good[2K name ({GUILD})" in await ask()


async def test_the_command_ends_with_0_or_1_and_writes_nothing_of_the_token(portal, settings, tmp_path):
    """As operators run it: a process, whose output is read by a program."""
    given = {name: getattr(settings, name) for name in ("data", "prompts", "model", "watch_port", "exports")}
    clean = environment(tmp_path, discord_token=TOKEN, **given)
    program = [sys.executable, str(Path(run_against_fake.__file__)), str(portal.port), "doctor"]

    async def run(*arguments):
        command = [*program, *arguments]
        options = {"cwd": tmp_path, "env": clean, "capture_output": True, "text": True, "check": False}
        return await asyncio.to_thread(subprocess.run, command, **options)

    fine = await run("--json")
    portal.application["interactions_endpoint_url"] = "https://example.org/"
    wrong = await run()

    assert (Exit.OK, Exit.PROBLEMS) == (fine.returncode, wrong.returncode)
    assert {"area", "subject", "level", "text", "mend"} == set.union(*map(set, json.loads(fine.stdout)))
    assert "\n1 wrong, " in wrong.stdout
    assert "Interactions Endpoint URL" in wrong.stdout
    assert "" == fine.stderr.strip()
    assert not any(part in fine.stdout + fine.stderr + wrong.stdout + wrong.stderr for part in TOKEN.split("."))
