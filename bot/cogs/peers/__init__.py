"""Meeting others from inside Discord: what `/peers` does, one file for each kind of work."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from discord import app_commands

from bot.cogs.peers.inbox import InboxDesk
from bot.cogs.peers.joining import Joining
from bot.cogs.peers.profile import ProfileDesk
from bot.cogs.peers.reporting import Reporting
from bot.cogs.peers.status import StatusDesk

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.cogs.desk import Desk
    from bot.cogs.moderators import Part
    from bot.cogs.routes import Route


def peers(tree: app_commands.CommandTree[Any], desk: Desk) -> Mapping[tuple[str, int], Route]:
    """Add the group `/peers` to the tree, and return the routes of its buttons and modals."""
    name, description = desk.texts("command.peers.name"), desk.texts("command.peers.description")
    group = app_commands.Group(name=name, description=description)
    group.allowed_contexts = app_commands.AppCommandContext(guild=True, dm_channel=False)
    group.allowed_installs = app_commands.AppInstallationType(guild=True, user=False)
    tree.add_command(group)
    profile = ProfileDesk(desk)
    parts: list[Part] = [
        Joining(desk, profile),
        profile,
        StatusDesk(desk, profile),
        InboxDesk(desk),
        Reporting(desk),
    ]
    routes: dict[tuple[str, int], Route] = {}
    for part in parts:
        part.add_to(tree, group)
        if twice := routes.keys() & part.routes.keys():
            raise ValueError(f"two parts route {sorted(twice)}")
        routes |= part.routes
    return routes
