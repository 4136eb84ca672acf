"""Findings on each server: what `/setup` names and is gone, and what the bot may not do where it should."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from bot.core.errors import LanternError
from bot.core.moderation import ForumMode, GuildSettings
from bot.doctor.findings import Area, Finding, Level, failure
from bot.storage.guilds import settings_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bot.cogs.portal import Asking, Server
    from bot.core.models import GuildId
    from bot.doctor.findings import Tell
    from bot.settings import Settings
    from bot.views.moderators.setup import Place

SERVERS = Area.SERVERS
INVITATION = "https://discord.com/oauth2/authorize?scope=bot+applications.commands&permissions=343597452288&client_id="
"""README, 'On a real server'; the application's id follows."""


async def of_servers(asking: Asking, application: int, settings: Settings, tell: Tell) -> list[Finding]:
    """Return every finding on the servers that the bot of an application is on. Raises UnavailableError."""
    found: list[Finding] = []
    chosen: Mapping[GuildId, GuildSettings] = {}
    try:
        chosen = settings_in(settings.database)
    except LanternError as error:
        found.append(failure(SERVERS, "settings of servers", error))
    servers = await asking.servers(chosen, partial(tell, "Asking Discord about each server"))
    if not servers:
        mend = f"Invite it: {INVITATION}{application}"
        found.append(Finding(SERVERS, "servers", Level.WARNING, "The bot is on no server yet.", mend))
    found += [finding for server in servers for finding in of_server(server, application)]
    if left := chosen.keys() - {server.id for server in servers}:
        text = f"Of {len(left)} servers that the bot is no longer on there are settings; they are deleted within a day."
        found.append(Finding(SERVERS, "left servers", Level.OK, text))
    return found


def of_server(server: Server, application: int) -> Iterator[Finding]:
    """Yield what is not as it should be on a server, or that all is."""
    subject = f"{server.name} ({server.id})"
    faults = list(_faults(server, application))
    for level, text, mend in faults:
        yield Finding(SERVERS, subject, level, text, mend)
    if not faults and server.settings == GuildSettings():
        text = "Nobody has used /setup yet: everybody may ask, and who has Manage Messages edits."
        yield Finding(SERVERS, subject, Level.OK, text)
    elif not faults:
        yield Finding(SERVERS, subject, Level.OK, "Every channel and role of /setup is there, and nothing lacks.")


def _faults(server: Server, application: int) -> Iterator[tuple[Level, str, str]]:
    if server.place is None:
        yield Level.WARNING, f"Discord did not tell about it ({server.fault}).", "Run `lantern doctor` again later."
        return
    yield from _of_roles(server.settings, server.place)
    yield from _of_channels(server.settings, server.place, server.channels)
    if server.lacking:
        text = f"Lantern lacks, on the whole server: {_permissions(server.lacking)}."
        mend = f"Allow it to Lantern's role, or invite it again: {INVITATION}{application}"
        yield Level.WARNING, text, mend


def _of_roles(settings: GuildSettings, place: Place) -> Iterator[tuple[Level, str, str]]:
    for capability, named in settings.roles.items():
        if not (gone := named - place.roles):
            continue
        is_somebody_left = bool(named & place.roles)
        level = Level.WARNING if is_somebody_left else Level.WRONG
        whom = "other roles still may" if is_somebody_left else "only who has Manage Server may"
        text = f"Of the roles that may {capability.value}, {len(gone)} no longer exist; {whom}."
        yield level, text, "/setup, page Roles: choose again."
    if settings.duty.role is not None and settings.duty.role not in place.roles:
        text = "The role on duty was deleted, so nobody in a crisis can ask for a person."
        yield Level.WRONG, text, "/setup, page Care: choose it again."
    elif settings.duty.role is not None and settings.moderators_channel is None:
        text = "There is a role on duty and no moderators' channel, so Lantern cannot tell it that somebody asks."
        yield Level.WRONG, text, "/setup, page Channels: choose the moderators' channel."


def _of_channels(settings: GuildSettings, place: Place, names: Mapping[int, str]) -> Iterator[tuple[Level, str, str]]:
    chosen: dict[int, tuple[str, str]] = dict.fromkeys(settings.forums, ("A help forum", "Help forums"))
    if settings.peers.channel is not None:
        chosen[settings.peers.channel] = ("The channel where people meet", "Meeting")
    if settings.moderators_channel is not None:
        chosen[settings.moderators_channel] = ("The moderators' channel", "Channels")
    for channel, (what, page) in chosen.items():
        if channel not in names:
            yield Level.WRONG, f"{what} was deleted.", f"/setup, page {page}: choose it again."
        elif lacking := place.lacking[channel]:
            is_heard = settings.forums.get(channel) is ForumMode.SHADOW
            text = f"{what}, #{names[channel]}: Lantern lacks {_permissions(lacking)}."
            mend = "Allow it to Lantern's role in the settings of that channel, under Permissions."
            yield Level.WARNING if is_heard else Level.WRONG, text, mend
    if place.is_open:
        text = "Everybody can read the moderators' channel; what waits there for an answer is for moderators alone."
        yield Level.WRONG, text, "Take View Channel from @everyone there. Until then, Lantern tells nobody on duty."
    if settings.peers.is_on and settings.peers.channel is None:
        text = "Introductions are on and no channel is chosen: nobody is pinged there, and no two get a thread."
        yield Level.WARNING, text, "/setup, page Meeting: choose the channel."
    if settings.peers.is_on and settings.moderators_channel is None:
        text = "Introductions are on and there is no moderators' channel: reports wait unseen in /matching reports."
        yield Level.WARNING, text, "/setup, page Channels: choose it, or look there every day."


def _permissions(names: tuple[str, ...]) -> str:
    """Return permissions as Discord's settings name them."""
    return ", ".join(name.replace("_", " ").title().replace(" In ", " in ") for name in names)
