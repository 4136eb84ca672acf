"""`/setup`: who may do what, where Lantern writes, and its habits. Each choice is one change of one field."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands

from bot.cogs.gate import guild_of
from bot.cogs.routes import Route, fields_of, pick_in, picked_in
from bot.cogs.tell import say
from bot.core.countries import COUNTRIES
from bot.core.errors import OldButtonError
from bot.core.moderation import Capability, ForumMode
from bot.core.texts import SPOKEN
from bot.faq.rights import OPEN
from bot.safety.text import clean, escape
from bot.views.ids import name_in, number_in
from bot.views.moderators.setup import (
    CROWDS,
    GRACES,
    HOURS,
    NO_DAY,
    Page,
    Place,
    country_modal,
    duty_modal,
    setup_card,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection, Iterable

    from bot.cogs.desk import Desk
    from bot.cogs.gate import Interaction
    from bot.core.moderation import GuildSettings

    Change = Callable[[GuildSettings], GuildSettings]

NEEDED = ("view_channel", "send_messages", "attach_files")
NEEDED_IN_FORUMS = ("view_channel", "send_messages_in_threads", "read_message_history")
NEEDED_TO_MEET = ("view_channel", "send_messages", "create_private_threads", "send_messages_in_threads")
"""What Lantern needs to write in the moderators' channel, to answer a post, and where people meet."""


class Setup:
    """The panel, and what its choices do."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        verbs: dict[tuple[str, int], Callable[..., Awaitable[None]]] = {
            ("setup_page", 1): self._turn,
            ("setup_roles", 1): self._name_roles,
            ("setup_channel", 0): self._choose_channel,
            ("setup_forums", 0): self._choose_forums,
            ("setup_digest", 0): self._choose_day,
            ("setup_four_eyes", 1): self._set_four_eyes,
            ("setup_language", 0): self._choose_language,
            ("setup_country", 0): self._choose_country,
            ("setup_country_save", 0): self._save_country,
            ("setup_forget", 1): self._forget,
            ("setup_meeting", 1): self._set_meeting,
            ("setup_peers_channel", 0): self._choose_peers_channel,
            ("setup_round_day", 0): self._choose_round_day,
            ("setup_round_hour", 0): self._choose_round_hour,
            ("setup_grace", 0): self._choose_grace,
            ("setup_crowd", 0): self._choose_crowd,
            ("setup_duty_role", 0): self._choose_duty,
            ("setup_duty_hours_save", 0): self._save_duty_hours,
        }
        self.routes = {verb: Route(Capability.ADMINISTER, do) for verb, do in verbs.items()}
        self.routes["setup_country_ask", 0] = Route(Capability.ADMINISTER, self._ask_country, opens_modal=True)
        self.routes["setup_duty_hours", 0] = Route(Capability.ADMINISTER, self._ask_duty_hours, opens_modal=True)

    def add_to(self, tree: app_commands.CommandTree[Any], _faq: app_commands.Group) -> None:
        """Add the command."""

        async def setup(interaction: Interaction) -> None:
            await interaction.response.defer(ephemeral=True)
            await self._show(interaction, Page.ROLES)

        name, description = "command.setup.name", "command.setup.description"
        tree.add_command(self._desk.command(name, description, setup, Capability.ADMINISTER))

    async def _show(self, interaction: Interaction, page: Page) -> None:
        settings = await self._desk.gate.guilds.settings(guild_of(interaction))
        place = place_of(_server(interaction), settings)
        await interaction.edit_original_response(view=setup_card(page, settings, place, self._desk.texts))

    async def _save(self, interaction: Interaction, page: Page, change: Change) -> None:
        await self._desk.gate.guilds.update(guild_of(interaction), change)
        await self._show(interaction, page)

    async def _refuse(self, interaction: Interaction, page: Page, text: str) -> None:
        """Show again what is set, and say why that was left as it is."""
        await self._show(interaction, page)
        await say(interaction, text)

    async def _turn(self, interaction: Interaction, page: str) -> None:
        await self._show(interaction, name_in(Page, page))

    async def _name_roles(self, interaction: Interaction, name: str) -> None:
        capability, roles = name_in(Capability, name), frozenset(_picked_ids(interaction))
        if _server(interaction).id in roles:  # the role @everyone
            if capability not in OPEN:
                await self._refuse(interaction, Page.ROLES, self._desk.texts("setup.not_everyone"))
                return
            roles = frozenset()
        await self._save(
            interaction,
            Page.ROLES,
            lambda settings: replace(settings, roles={**settings.roles, capability: roles}),
        )

    async def _choose_channel(self, interaction: Interaction) -> None:
        picked = _picked_ids(interaction)
        if not _are_all(interaction, picked, discord.TextChannel):
            await self._refuse(interaction, Page.CHANNELS, self._desk.texts("setup.channel_kind"))
            return
        channel = picked[0] if picked else None
        await self._save(interaction, Page.CHANNELS, lambda settings: replace(settings, moderators_channel=channel))

    async def _set_meeting(self, interaction: Interaction, state: str) -> None:
        await self._save_meeting(interaction, is_on=state == "on")

    async def _choose_peers_channel(self, interaction: Interaction) -> None:
        picked = _picked_ids(interaction)
        if not _are_all(interaction, picked, discord.TextChannel):
            await self._refuse(interaction, Page.MEETING, self._desk.texts("setup.channel_kind"))
            return
        await self._save_meeting(interaction, channel=picked[0] if picked else None)

    async def _choose_round_day(self, interaction: Interaction) -> None:
        await self._save_meeting(interaction, round_day=_number_picked(interaction, range(7)))

    async def _choose_round_hour(self, interaction: Interaction) -> None:
        await self._save_meeting(interaction, round_hour=_number_picked(interaction, range(HOURS)))

    async def _choose_grace(self, interaction: Interaction) -> None:
        await self._save_meeting(interaction, grace=_number_picked(interaction, GRACES))

    async def _choose_crowd(self, interaction: Interaction) -> None:
        await self._save_meeting(interaction, k=_number_picked(interaction, CROWDS))

    async def _save_meeting(self, interaction: Interaction, **chosen: Any) -> None:
        """Change what was chosen of the PeerSettings."""

        def change(settings: GuildSettings) -> GuildSettings:
            return replace(settings, peers=replace(settings.peers, **chosen))

        await self._save(interaction, Page.MEETING, change)

    async def _choose_forums(self, interaction: Interaction) -> None:
        picked = _picked_ids(interaction)
        if not _are_all(interaction, picked, discord.ForumChannel):
            await self._refuse(interaction, Page.FORUMS, self._desk.texts("setup.channel_kind"))
            return

        def choose(settings: GuildSettings) -> GuildSettings:
            return replace(settings, forums={forum: settings.forums.get(forum, ForumMode.SHADOW) for forum in picked})

        await self._save(interaction, Page.FORUMS, choose)

    async def _choose_day(self, interaction: Interaction) -> None:
        picked = pick_in(interaction)
        day = None if picked == NO_DAY else number_in(picked)
        await self._save(interaction, Page.HABITS, lambda settings: replace(settings, digest_day=day))

    async def _set_four_eyes(self, interaction: Interaction, state: str) -> None:
        await self._save(interaction, Page.HABITS, lambda settings: replace(settings, four_eyes=state == "on"))

    async def _choose_language(self, interaction: Interaction) -> None:
        language = pick_in(interaction)
        SPOKEN.set(language)
        await self._save(interaction, Page.HABITS, lambda settings: replace(settings, language=language))

    async def _choose_country(self, interaction: Interaction) -> None:
        country = next(iter(picked_in(interaction)), None)
        await self._save(interaction, Page.HABITS, lambda settings: replace(settings, country=country))

    async def _ask_country(self, interaction: Interaction) -> None:
        await interaction.response.send_modal(country_modal(self._desk.texts))

    async def _save_country(self, interaction: Interaction) -> None:
        typed = fields_of(interaction).get("country", "")
        country = typed.strip().upper()
        if country not in COUNTRIES:
            text = self._desk.texts("setup.country_unknown", letters=escape(typed))
            await self._refuse(interaction, Page.HABITS, text)
            return
        await self._save(interaction, Page.HABITS, lambda settings: replace(settings, country=country))

    async def _choose_duty(self, interaction: Interaction) -> None:
        role = next(iter(_picked_ids(interaction)), None)
        if role == _server(interaction).id:  # the role @everyone
            await self._refuse(interaction, Page.CARE, self._desk.texts("setup.duty_everyone"))
            return
        await self._save(
            interaction, Page.CARE, lambda settings: replace(settings, duty=replace(settings.duty, role=role))
        )

    async def _ask_duty_hours(self, interaction: Interaction) -> None:
        settings = await self._desk.gate.guilds.settings(guild_of(interaction))
        await interaction.response.send_modal(duty_modal(settings, self._desk.texts))

    async def _save_duty_hours(self, interaction: Interaction) -> None:
        hours = " ".join(clean(fields_of(interaction).get("hours", "")).split())
        await self._save(
            interaction, Page.CARE, lambda settings: replace(settings, duty=replace(settings.duty, hours=hours))
        )

    async def _forget(self, interaction: Interaction, page: str) -> None:
        server = _server(interaction)
        roles = {role.id for role in server.roles}
        channels = {channel.id for channel in server.channels}

        def forget(settings: GuildSettings) -> GuildSettings:
            match name_in(Page, page):
                case Page.ROLES:
                    return replace(settings, roles={each: named & roles for each, named in settings.roles.items()})
                case Page.CHANNELS:
                    here = settings.moderators_channel in channels
                    return replace(settings, moderators_channel=settings.moderators_channel if here else None)
                case Page.FORUMS:
                    forums = {forum: mode for forum, mode in settings.forums.items() if forum in channels}
                    return replace(settings, forums=forums)
                case Page.MEETING:
                    here = settings.peers.channel in channels
                    peers = replace(settings.peers, channel=settings.peers.channel if here else None)
                    return replace(settings, peers=peers)
                case Page.HABITS | Page.CARE:
                    return settings

        await self._save(interaction, name_in(Page, page), forget)


def place_of(server: discord.Guild, settings: GuildSettings) -> Place:
    """Return what there is of the settings on a server, and what Lantern may do there."""
    return place_among(server.channels, server.me, settings)


def place_among(channels: Iterable[discord.abc.GuildChannel], me: discord.Member, settings: GuildSettings) -> Place:
    """As `place_of`, of channels and a member that were asked for: a client that is not connected has none of them."""
    server, by_id = me.guild, {channel.id: channel for channel in channels}
    chosen_roles = {role for named in settings.roles.values() for role in named} | {settings.duty.role or 0}
    roles = {role for role in chosen_roles if server.get_role(role)}
    needed = dict.fromkeys(settings.forums, NEEDED_IN_FORUMS)
    for chosen, permissions in ((settings.moderators_channel, NEEDED), (settings.peers.channel, NEEDED_TO_MEET)):
        if chosen is not None:
            needed[chosen] = tuple(dict.fromkeys((*needed.get(chosen, ()), *permissions)))
    lacking = {}
    is_open = False
    for channel_id, permissions in needed.items():
        channel = by_id.get(channel_id)
        if channel is None:
            continue
        own = channel.permissions_for(me)
        lacking[channel_id] = tuple(name for name in permissions if not getattr(own, name))
        if channel_id == settings.moderators_channel:
            is_open = channel.permissions_for(server.default_role).view_channel
    return Place(frozenset(roles), lacking, is_open)


def _server(interaction: Interaction) -> discord.Guild:
    if interaction.guild is None:
        raise ValueError("the panel belongs to a server")
    return interaction.guild


def _picked_ids(interaction: Interaction) -> list[int]:
    return list(map(number_in, picked_in(interaction)))


def _number_picked(interaction: Interaction, offered: Collection[int]) -> int:
    """Return the number that was picked. Raises OldButtonError for one that is not offered."""
    number = number_in(pick_in(interaction))
    if number not in offered:
        raise OldButtonError(f"{number} is not offered.")
    return number


def _are_all(interaction: Interaction, ids: list[int], kind: type[discord.abc.GuildChannel]) -> bool:
    return all(isinstance(_server(interaction).get_channel(each), kind) for each in ids)
