"""Opting in, by `/peers join` or from an answer: nothing is stored before somebody agreed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from bot.cogs.gate import guild_of
from bot.cogs.moderators.showing import show
from bot.cogs.peers.here import peer_settings_of, who_of
from bot.cogs.routes import Route, message_of, pick_in
from bot.core.models import EntryId
from bot.core.moderation import Capability
from bot.views.answers import asked_in
from bot.views.ids import name_in
from bot.views.moderators.shown import NOTHING, Shown
from bot.views.peers.consent import Age, consent_card, not_adult_card
from bot.views.peers.profile import Step
from bot.views.peers.unsaved import Typed, unsaved_in

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from discord import app_commands

    from bot.cogs.desk import Desk
    from bot.cogs.gate import Interaction
    from bot.cogs.peers.profile import ProfileDesk
    from bot.core.peers import Member
    from bot.views.answers import Card


class Joining:
    """Tells what opting in means, asks for the age, and opens the profile for who agreed.

    What led somebody here, an entry or a question, goes along on the message: as a custom id, and as a first draft.
    """

    def __init__(self, desk: Desk, profile: ProfileDesk) -> None:
        self._desk = desk
        self._texts = desk.texts
        self._membership = desk.lantern.membership
        self._profile = profile
        verbs: dict[tuple[str, int], Callable[..., Awaitable[None]]] = {
            ("from", 1): self._come_from_entry,
            ("asked", 0): self._come_from_question,
            ("age", 1): self._hear_age,
            ("agree", 1): self._agree,
        }
        self.routes = {verb: Route(Capability.MEET, do) for verb, do in verbs.items()}

    def add_to(self, _tree: app_commands.CommandTree[Any], peers: app_commands.Group) -> None:
        """Add the command."""

        async def join(interaction: Interaction) -> None:
            await interaction.response.defer(ephemeral=True)
            await interaction.edit_original_response(view=await self._begin(interaction, NOTHING, {}))

        name, description = "command.peers_join.name", "command.peers_join.description"
        peers.add_command(self._desk.command(name, description, join, Capability.MEET))

    async def _come_from_entry(self, interaction: Interaction, entry: str) -> None:
        await interaction.followup.send(view=await self._begin(interaction, entry, {}), ephemeral=True)

    async def _come_from_question(self, interaction: Interaction) -> None:
        draft = {Typed.STORY: asked_in(message_of(interaction), self._texts)}
        await interaction.followup.send(view=await self._begin(interaction, NOTHING, draft), ephemeral=True)

    async def _begin(self, interaction: Interaction, came_from: str, draft: Mapping[Typed, str]) -> Card:
        """Return what opting in means; for who opted in before, their profile."""
        peer_settings_of(interaction)
        member = await self._membership.member(*who_of(interaction))
        if member is None:
            return consent_card(self._texts, came_from, draft)
        # A draft is not offered in place of own words that are there.
        unsaved = {} if member.profile.story else draft
        is_command = came_from == NOTHING and not draft
        note = self._texts("join.is_in") if is_command else ""
        return await self._open(interaction, member, came_from, unsaved, note)

    async def _hear_age(self, interaction: Interaction, came_from: str) -> None:
        peer_settings_of(interaction)
        age = name_in(Age, pick_in(interaction))
        if age is Age.ADULT:
            card = consent_card(self._texts, came_from, unsaved_in(interaction.message, self._texts), age=age)
        else:
            card = not_adult_card(self._texts, age)
        await show(interaction, Shown(card))

    async def _agree(self, interaction: Interaction, came_from: str) -> None:
        peer_settings_of(interaction)
        member = await self._membership.join(*who_of(interaction), is_adult=True, now=datetime.now(UTC))
        unsaved, note = unsaved_in(interaction.message, self._texts), self._texts("join.welcome")
        await show(interaction, Shown(await self._open(interaction, member, came_from, unsaved, note)))

    async def _open(
        self, interaction: Interaction, member: Member, came_from: str, unsaved: Mapping[Typed, str], note: str
    ) -> Card:
        """Return the profile, with the topics of the answer that led here among those chosen.

        Health and money are left to people to name.
        """
        guild, words = guild_of(interaction), await self._profile.words(guild_of(interaction))
        entry = (await self._desk.lantern.library.shelf(guild)).entries.get(EntryId(came_from))
        topics = [
            each
            for each in (entry.setbacks if entry else ())
            if each in words.taxonomy and not words.taxonomy[each].is_sensitive
        ]
        if not member.profile.setbacks.issuperset(topics):
            member = await self._profile.change(
                interaction, lambda profile: replace(profile, setbacks=profile.setbacks.union(topics))
            )
            note = "\n\n".join(filter(None, [note, self._texts("join.prefilled", topics=words.topics(topics))]))
        step = Step.HAPPENED if entry or unsaved else Step.YOU
        return await self._profile.panel(interaction, step, member, unsaved, note)
