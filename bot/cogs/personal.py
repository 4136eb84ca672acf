"""`/mydata` and `/privacy`: for everybody, everywhere, whatever roles they have or lost."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from discord import app_commands

from bot.cogs.moderators.showing import show
from bot.cogs.routes import Route
from bot.core.models import UserId
from bot.core.moderation import Capability
from bot.views.answers import sentence
from bot.views.ids import number_in
from bot.views.moderators.shown import Shown
from bot.views.personal import privacy_card, shown_data, sure_card

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.cogs.desk import Desk
    from bot.cogs.gate import Interaction


class PersonalDesk:
    """Shows people what is stored about them, and deletes it."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._texts = desk.texts
        self._personal = desk.lantern.personal
        self.routes = {("delete", 1): Route(Capability.ALWAYS, self._delete)}

    def add_to(self, tree: app_commands.CommandTree[Any]) -> None:
        """Add the commands, for servers and direct messages."""
        texts = self._texts
        own = app_commands.Group(name=texts("command.mydata.name"), description=texts("command.mydata.description"))
        commands: dict[tuple[str, str], Callable[[Interaction], Awaitable[None]]] = {
            ("command.mydata_show.name", "command.mydata_show.description"): self._show,
            ("command.mydata_delete.name", "command.mydata_delete.description"): self._ask,
        }
        for (name, description), do in commands.items():
            own.add_command(self._desk.command(name, description, _deferred(do), Capability.ALWAYS))
        policy = self._desk.command(
            "command.privacy.name", "command.privacy.description", _deferred(self._policy), Capability.ALWAYS
        )
        for command in (own, policy):
            command.allowed_contexts = app_commands.AppCommandContext(
                guild=True, dm_channel=True, private_channel=False
            )
            command.allowed_installs = app_commands.AppInstallationType(guild=True, user=False)
            tree.add_command(command)

    async def _show(self, interaction: Interaction) -> None:
        found = await self._personal.everything(UserId(interaction.user.id), datetime.now(UTC))
        await show(interaction, shown_data(found, self._texts))

    async def _ask(self, interaction: Interaction) -> None:
        await show(interaction, Shown(sure_card(self._texts, UserId(interaction.user.id))))

    async def _delete(self, interaction: Interaction, whose: str) -> None:
        user = UserId(interaction.user.id)
        if number_in(whose) != user:
            await interaction.followup.send(view=sentence(self._texts("mydata.not_yours")), ephemeral=True)
            return
        await self._personal.erase(user, datetime.now(UTC))
        await show(interaction, Shown(sentence(self._texts("mydata.deleted"))))

    async def _policy(self, interaction: Interaction) -> None:
        lantern = self._desk.lantern
        await show(interaction, privacy_card(self._texts, lantern.retention, lantern.operator))


def _deferred(do: Callable[[Interaction], Awaitable[None]]) -> Callable[[Interaction], Awaitable[None]]:
    """Return a command that only its caller sees the answer of."""

    async def command(interaction: Interaction) -> None:
        await interaction.response.defer(ephemeral=True)
        await do(interaction)

    return command
