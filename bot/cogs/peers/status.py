"""How it stands, pausing and leaving, whom one does not want to meet, and asking between rounds."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands

from bot.cogs.moderators.showing import show
from bot.cogs.peers.here import peer_settings_of, who_of
from bot.cogs.routes import Route
from bot.core.models import UserId
from bot.core.moderation import Capability
from bot.core.peers import MemberState
from bot.views.answers import sentence
from bot.views.moderators.shown import Shown
from bot.views.peers.profile import Step
from bot.views.peers.status import leave_card, not_now_text, paused_text, started_card, status_card

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from bot.cogs.desk import Desk
    from bot.cogs.gate import Interaction
    from bot.cogs.peers.profile import ProfileDesk

PAUSES: Mapping[int, str] = {
    7: "status.week",
    14: "status.fortnight",
    30: "status.month",
    0: "status.open_end",
}
"""Days a pause can last; 0 = until they say so."""


class StatusDesk:
    """What somebody who opted in asks about it, and how they end it. Works where introductions are off, too."""

    def __init__(self, desk: Desk, profile: ProfileDesk) -> None:
        self._desk = desk
        self._texts = desk.texts
        self._membership = desk.lantern.membership
        self._profile = profile
        self.routes = {
            ("resume", 0): Route(Capability.MEET, self._resume),
            ("leave", 0): Route(Capability.ALWAYS, self._leave),
        }

    def add_to(self, _tree: app_commands.CommandTree[Any], peers: app_commands.Group) -> None:
        """Add the commands."""
        texts = self._texts
        ask, meet = Capability.ASK, Capability.MEET  # whoever lost a role can still look and pause
        plain: dict[tuple[str, str], tuple[Callable[[Interaction], Awaitable[None]], Capability]] = {
            ("command.peers_status.name", "command.peers_status.description"): (self._show, ask),
            ("command.peers_resume.name", "command.peers_resume.description"): (self._resume, meet),
            ("command.peers_leave.name", "command.peers_leave.description"): (self._ask_leave, Capability.ALWAYS),
            ("command.peers_now.name", "command.peers_now.description"): (self._ask_now, meet),
        }
        for (name, description), (do, needed) in plain.items():
            peers.add_command(self._desk.command(name, description, _deferred(do), needed))
        choices = [app_commands.Choice(name=texts(key), value=days) for days, key in PAUSES.items()]

        @app_commands.rename(length=texts("command.peers_pause.length"))
        @app_commands.describe(length=texts("command.peers_pause.length_description"))
        @app_commands.choices(length=choices)
        async def pause(interaction: Interaction, length: app_commands.Choice[int] | None = None) -> None:
            await interaction.response.defer(ephemeral=True)
            await self._pause(interaction, length.value if length else 0)

        name, description = "command.peers_pause.name", "command.peers_pause.description"
        peers.add_command(self._desk.command(name, description, pause, Capability.ASK))
        about: dict[tuple[str, str], Callable[[Interaction, UserId], Awaitable[None]]] = {
            ("command.peers_block.name", "command.peers_block.description"): self._block,
            ("command.peers_unblock.name", "command.peers_unblock.description"): self._unblock,
        }
        for (name, description), act in about.items():
            peers.add_command(self._desk.command(name, description, self._about_somebody(act), Capability.ASK))

    def _about_somebody(self, do: Callable[[Interaction, UserId], Awaitable[None]]) -> Callable[..., Awaitable[None]]:
        """Return a command that names somebody."""

        @app_commands.rename(person=self._texts("command.peers_block.person"))
        @app_commands.describe(person=self._texts("command.peers_block.person_description"))
        async def command(interaction: Interaction, person: discord.User) -> None:
            await interaction.response.defer(ephemeral=True)
            await do(interaction, UserId(person.id))

        return command

    async def _show(self, interaction: Interaction) -> None:
        member = await self._profile.member(interaction)
        missing = self._membership.missing(member.profile)
        blocks = await self._membership.blocks(*who_of(interaction))
        obstacle = await self._desk.lantern.introductions.obstacle(*who_of(interaction))
        outlook = replace(await self._profile.outlook(interaction), obstacle=obstacle)
        await show(interaction, Shown(status_card(member, missing, blocks, outlook, self._texts)))

    async def _pause(self, interaction: Interaction, days: int) -> None:
        now = datetime.now(UTC)
        until = now + timedelta(days=days) if days else None
        await self._membership.pause(*who_of(interaction), until, now)
        await self._tell(interaction, paused_text(until, self._texts))

    async def _resume(self, interaction: Interaction) -> None:
        peer_settings_of(interaction)
        member = await self._membership.resume(*who_of(interaction), datetime.now(UTC))
        if member.state is MemberState.ACTIVE:
            card = started_card(await self._profile.outlook(interaction), self._texts)
        else:
            card = await self._profile.panel(interaction, Step.YOU, member)
        await show(interaction, Shown(card))

    async def _ask_leave(self, interaction: Interaction) -> None:
        """Ask once. Nothing is read for it: whose profile does not open any more can leave all the same."""
        await show(interaction, Shown(leave_card(self._texts)))

    async def _leave(self, interaction: Interaction) -> None:
        was_in = await self._membership.leave(*who_of(interaction), datetime.now(UTC))
        text = self._texts("status.left" if was_in else "status.was_not_in")
        await show(interaction, Shown(sentence(text)))

    async def _block(self, interaction: Interaction, other: UserId) -> None:
        guild, user = who_of(interaction)
        if other == user:
            await self._tell(interaction, self._texts("status.not_yourself"))
            return
        await self._membership.block(guild, user, other, datetime.now(UTC))
        await self._tell(interaction, self._texts("status.blocked"))

    async def _unblock(self, interaction: Interaction, other: UserId) -> None:
        was_blocked = await self._membership.unblock(*who_of(interaction), other)
        await self._tell(interaction, self._texts("status.unblocked" if was_blocked else "status.was_not_blocked"))

    async def _ask_now(self, interaction: Interaction) -> None:
        peer_settings_of(interaction)
        member = await self._profile.member(interaction)
        if member.state is not MemberState.ACTIVE:
            await self._tell(interaction, self._texts("status.not_active"))
            return
        asked = await self._desk.lantern.rounds.ask_now(*who_of(interaction), datetime.now(UTC))
        text = self._texts("status.offered") if asked.is_offered else not_now_text(asked.next_at, self._texts)
        await self._tell(interaction, text)

    async def _tell(self, interaction: Interaction, text: str) -> None:
        await show(interaction, Shown(sentence(text)))


def _deferred(do: Callable[[Interaction], Awaitable[None]]) -> Callable[[Interaction], Awaitable[None]]:
    """Return a command that only its caller sees the answer of."""

    async def command(interaction: Interaction) -> None:
        await interaction.response.defer(ephemeral=True)
        await do(interaction)

    return command
