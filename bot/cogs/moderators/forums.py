"""`/faq forums`: how suggestions do in each help forum, and the switch between shadow mode and on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord

from bot.cogs.forum import may_suggest_in
from bot.cogs.gate import Interaction, actor_of, guild_of
from bot.cogs.routes import Route, pick_in
from bot.cogs.tell import say
from bot.core.moderation import Capability, ForumMode
from bot.faq.rights import may
from bot.views.answers import sentence
from bot.views.forum import standing_card
from bot.views.ids import number_in

if TYPE_CHECKING:
    from discord import app_commands

    from bot.cogs.desk import Desk


class Forums:
    """Lets moderators judge suggestions before members see any, and administrators turn them on."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._forums = desk.lantern.forums
        self._texts = desk.texts
        self.routes: dict[tuple[str, int], Route] = {
            ("forum_look", 0): Route(Capability.EDIT, self._look),
            ("forum_on", 1): Route(Capability.ADMINISTER, self._turn_on),
            ("forum_sure", 1): Route(Capability.ADMINISTER, self._turn_on_surely),
            ("forum_shadow", 1): Route(Capability.ADMINISTER, self._turn_off),
        }

    def add_to(self, _tree: app_commands.CommandTree[Any], faq: app_commands.Group) -> None:
        """Add the command."""
        name, description = "command.faq_forums.name", "command.faq_forums.description"
        faq.add_command(self._desk.command(name, description, self._command(), Capability.EDIT))

    def _command(self) -> Any:
        async def forums(interaction: Interaction) -> None:
            await interaction.response.defer(ephemeral=True)
            settings = await self._desk.gate.guilds.settings(guild_of(interaction))
            await self._show(interaction, next(iter(settings.forums), 0))

        return forums

    async def _look(self, interaction: Interaction) -> None:
        await self._show(interaction, number_in(pick_in(interaction)))

    async def _turn_on(self, interaction: Interaction, forum: str) -> None:
        standing = await self._forums.standing(guild_of(interaction), number_in(forum))
        if standing is not None and not standing.is_judged:
            await self._show(interaction, number_in(forum), asks_again=True)
        else:
            await self._switch(interaction, forum, ForumMode.ON)

    async def _turn_on_surely(self, interaction: Interaction, forum: str) -> None:
        await self._switch(interaction, forum, ForumMode.ON)

    async def _turn_off(self, interaction: Interaction, forum: str) -> None:
        await self._switch(interaction, forum, ForumMode.SHADOW)

    async def _switch(self, interaction: Interaction, forum: str, mode: ForumMode) -> None:
        if not await self._forums.switch(guild_of(interaction), number_in(forum), mode):
            await say(interaction, self._texts("forum.not_listed"))
        await self._show(interaction, number_in(forum))

    async def _show(self, interaction: Interaction, forum: int, *, asks_again: bool = False) -> None:
        """Show one forum; where it was taken off the list meanwhile, the first that is on it."""
        guild = guild_of(interaction)
        settings = await self._desk.gate.guilds.settings(guild)
        listed = {each: self._desk.client.get_channel(each) for each in settings.forums}
        standing = await self._forums.standing(guild, forum if forum in listed else next(iter(listed), 0))
        if standing is None:
            await interaction.edit_original_response(view=sentence(self._texts("forum.none")))
            return
        shown = listed[standing.forum]
        card = standing_card(
            standing,
            {each: getattr(channel, "name", None) or str(each) for each, channel in listed.items()},
            self._texts,
            may_switch=may(actor_of(interaction), Capability.ADMINISTER, settings),
            may_write=isinstance(shown, discord.ForumChannel) and may_suggest_in(shown),
            asks_again=asks_again,
        )
        await interaction.edit_original_response(view=card)
