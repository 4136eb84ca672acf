"""Looking after a FAQ from inside Discord: what `/faq`, `/matching` and `/setup` do, one file for each kind of work."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from discord import app_commands

from bot.cogs.moderators.editor import Editor
from bot.cogs.moderators.exchange import Exchange
from bot.cogs.moderators.forums import Forums
from bot.cogs.moderators.matching import MatchingDesk
from bot.cogs.moderators.proposals import ProposalsDesk
from bot.cogs.moderators.queue import QueueDesk
from bot.cogs.moderators.setup import Setup
from bot.cogs.moderators.stats import Stats
from bot.cogs.moderators.suggestions import SuggestionsDesk
from bot.cogs.moderators.try_out import TryOut
from bot.cogs.moderators.upkeep import UpkeepDesk

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.cogs.desk import Desk
    from bot.cogs.routes import Route


class Part(Protocol):
    """One kind of work: its commands, and what its buttons and modals do."""

    routes: dict[tuple[str, int], Route]

    def add_to(self, tree: app_commands.CommandTree[Any], faq: app_commands.Group, /) -> None:
        """Add its commands, to the tree or to the group `/faq`."""


def moderators(tree: app_commands.CommandTree[Any], desk: Desk) -> Mapping[tuple[str, int], Route]:
    """Add the commands to the tree, and return the routes of their buttons and modals."""
    members = tree.get_commands(type=None)
    faq = app_commands.Group(name=desk.texts("command.faq.name"), description=desk.texts("command.faq.description"))
    tree.add_command(faq)
    parts: list[Part] = [
        Editor(desk),
        Exchange(desk),
        TryOut(desk),
        QueueDesk(desk),
        Setup(desk),
        Forums(desk),
        ProposalsDesk(desk),
        SuggestionsDesk(desk),
        UpkeepDesk(desk),
        Stats(desk),
        MatchingDesk(desk),
    ]
    routes: dict[tuple[str, int], Route] = {}
    for part in parts:
        part.add_to(tree, faq)
        if twice := routes.keys() & part.routes.keys():
            raise ValueError(f"two parts route {sorted(twice)}")
        routes |= part.routes
    for command in tree.get_commands(type=None):
        if command not in members:
            command.allowed_contexts = app_commands.AppCommandContext(guild=True, dm_channel=False)
            command.allowed_installs = app_commands.AppInstallationType(guild=True, user=False)
    return routes
