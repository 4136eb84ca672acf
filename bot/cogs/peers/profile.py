"""The profile: a panel on which every choice is saved at once, and two forms that lose nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from bot.cogs.gate import SETTINGS, guild_of
from bot.cogs.moderators.showing import defer_form, show
from bot.cogs.peers.choices import chosen
from bot.cogs.peers.here import account_of, peer_settings_of, who_of
from bot.cogs.routes import Route, fields_of, picked_in
from bot.core.errors import (
    CardFaultsError,
    FreshAccountError,
    LanternError,
    NotMemberError,
    UnfinishedProfileError,
)
from bot.core.moderation import Capability
from bot.safety.cards import doubts_in_sentence, faults_in_sentence
from bot.views.ids import name_in
from bot.views.moderators.shown import Shown
from bot.views.peers.forms import words_form, zone_form
from bot.views.peers.profile import (
    STEP_OF,
    Choice,
    Panel,
    Step,
    faults_note,
    preview_card,
    profile_card,
)
from bot.views.peers.status import Outlook, started_card
from bot.views.peers.unsaved import Typed, given_back_card, unsaved_in
from bot.views.peers.words import Words

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from discord import app_commands

    from bot.cogs.desk import Desk
    from bot.cogs.gate import Interaction
    from bot.core.errors import Fault
    from bot.core.models import GuildId
    from bot.core.moderation import GuildSettings
    from bot.core.peers import Member, Profile
    from bot.views.answers import Card


class ProfileDesk:
    """Shows somebody's own profile to them alone, and does what its choices and forms say."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._texts = desk.texts
        self._membership = desk.lantern.membership
        meet = Capability.MEET
        self.routes = {
            ("step", 1): Route(meet, self._turn),
            ("next", 1): Route(meet, self._turn),
            ("choose", 1): Route(meet, self._choose),
            ("words", 0): Route(meet, self._ask_words, opens_modal=True),
            ("zone", 0): Route(meet, self._ask_zone, opens_modal=True),
            ("words_save", 0): Route(meet, self._save_words, keeps_first=True),
            ("zone_save", 0): Route(meet, self._save_zone, keeps_first=True),
            ("preview", 0): Route(meet, self._preview),
            ("start", 0): Route(meet, self._start),
        }

    def add_to(self, _tree: app_commands.CommandTree[Any], peers: app_commands.Group) -> None:
        """Add the command."""

        async def edit(interaction: Interaction) -> None:
            await interaction.response.defer(ephemeral=True)
            peer_settings_of(interaction)
            await show(interaction, Shown(await self.panel(interaction, Step.YOU, await self.member(interaction))))

        name, description = "command.peers_edit.name", "command.peers_edit.description"
        peers.add_command(self._desk.command(name, description, edit, Capability.MEET))

    async def member(self, interaction: Interaction) -> Member:
        """Return who acts. Raises NotMemberError."""
        member = await self._membership.member(*who_of(interaction))
        if member is None:
            raise NotMemberError("Somebody who did not opt in asked for their profile.")
        return member

    async def panel(
        self,
        interaction: Interaction,
        step: Step,
        member: Member,
        unsaved: Mapping[Typed, str] | None = None,
        note: str = "",
    ) -> Card:
        """Return the panel. Without `unsaved`, what is not saved stays on it."""
        if unsaved is None:
            unsaved = unsaved_in(interaction.message, self._texts)
        missing = self._membership.missing(member.profile)
        return profile_card(Panel(step, member, missing, unsaved, note), await self.words(guild_of(interaction)))

    async def words(self, guild: GuildId) -> Words:
        """Return what a server chooses from, in words."""
        return Words(self._texts, await self._membership.taxonomy(guild))

    async def outlook(self, interaction: Interaction) -> Outlook:
        """Return what may be expected on this server."""
        settings: GuildSettings = interaction.extras[SETTINGS]
        rounds = self._desk.lantern.rounds
        next_at = rounds.next_at(settings.peers, datetime.now(UTC)) if settings.peers.is_on else None
        return Outlook(next_at, await rounds.waiting_times(guild_of(interaction)))

    async def change(self, interaction: Interaction, change: Callable[[Profile], Profile]) -> Member:
        """Save a change of somebody's own profile. Raises what Membership.change raises, and MeetingOffError."""
        peer_settings_of(interaction)
        now, account = datetime.now(UTC), account_of(interaction)
        return await self._membership.change(*who_of(interaction), change, now=now, account=account)

    async def _turn(self, interaction: Interaction, step: str) -> None:
        card = await self.panel(interaction, name_in(Step, step), await self.member(interaction))
        await show(interaction, Shown(card))

    async def _choose(self, interaction: Interaction, name: str) -> None:
        choice, picked, note = name_in(Choice, name), picked_in(interaction), ""
        try:
            member = await self.change(interaction, lambda profile: chosen(profile, choice, picked))
        except FreshAccountError as error:
            member, note = await self.member(interaction), self._texts(error.text_key)
        await show(interaction, Shown(await self.panel(interaction, STEP_OF[choice], member, note=note)))

    async def _ask_words(self, interaction: Interaction) -> None:
        profile, unsaved = (await self.member(interaction)).profile, unsaved_in(interaction.message, self._texts)
        await interaction.response.send_modal(words_form(profile, unsaved, self._texts))

    async def _ask_zone(self, interaction: Interaction) -> None:
        profile, unsaved = (await self.member(interaction)).profile, unsaved_in(interaction.message, self._texts)
        await interaction.response.send_modal(zone_form(profile, unsaved, self._texts))

    async def _save_words(self, interaction: Interaction) -> None:
        typed = _typed_in(interaction, Typed.STORY, Typed.SENTENCE)
        story, sentence = typed.values()
        await self._keep(
            interaction, Step.HAPPENED, typed, lambda profile: replace(profile, story=story, sentence=sentence)
        )

    async def _save_zone(self, interaction: Interaction) -> None:
        typed = _typed_in(interaction, Typed.ZONE)
        zone = typed[Typed.ZONE]
        await self._keep(interaction, Step.TALKING, typed, lambda profile: replace(profile, zone=zone))

    async def _keep(
        self,
        interaction: Interaction,
        step: Step,
        typed: Mapping[Typed, str],
        change: Callable[[Profile], Profile],
    ) -> None:
        """Save what was typed. What cannot be saved, for whatever reason, stays on the message for another try."""
        await defer_form(interaction)
        note, unsaved = "", unsaved_in(interaction.message, self._texts)
        try:
            await self._admit(interaction, typed)
            member = await self.change(interaction, change)
            refused: Sequence[Fault] = ()
        except CardFaultsError as error:
            member, refused = error.member, error.faults
            note = faults_note(self._texts(error.text_key), refused, self._texts)
        except LanternError:
            await show(interaction, Shown(given_back_card({**unsaved, **typed}, self._texts)))
            raise
        wrong = {_place_of(fault) for fault in refused}
        left = {each: text for each, text in {**unsaved, **typed}.items() if each not in typed or each in wrong}
        await show(interaction, Shown(await self.panel(interaction, step, member, left, note)))

    async def _admit(self, interaction: Interaction, typed: Mapping[Typed, str]) -> None:
        """Ask the gate. Where to find help comes first for who needs it, whatever they may do here."""
        try:
            await self._desk.gate.require(interaction, Capability.MEET)
        finally:
            help_first = self._desk.care.card_if_needed(interaction, "\n".join(typed.values()), kept="care.kept")
            if help_first is not None:
                await interaction.followup.send(view=help_first, ephemeral=True)

    async def _preview(self, interaction: Interaction) -> None:
        profile, unsaved = (await self.member(interaction)).profile, unsaved_in(interaction.message, self._texts)
        faults = faults_in_sentence(unsaved.get(Typed.SENTENCE, ""))
        doubts = doubts_in_sentence(profile.sentence)
        card = preview_card(profile, faults, doubts, await self.words(guild_of(interaction)))
        await interaction.followup.send(view=card, ephemeral=True)

    async def _start(self, interaction: Interaction) -> None:
        peer_settings_of(interaction)
        try:
            await self._membership.finish(*who_of(interaction), datetime.now(UTC))
        except UnfinishedProfileError as error:
            member, note = await self.member(interaction), self._texts(error.text_key)
            card = await self.panel(interaction, Step.YOU, member, note=note)
        else:
            card = started_card(await self.outlook(interaction), self._texts)
        await show(interaction, Shown(card))


def _typed_in(interaction: Interaction, *names: Typed) -> dict[Typed, str]:
    fields = fields_of(interaction)
    return {name: fields.get(name, "") for name in names}


def _place_of(fault: Fault) -> Typed:
    """Return the field that a fault is about, which its text key says."""
    if fault.text_key.startswith("zone."):
        return Typed.ZONE
    return Typed.STORY if fault.text_key == "card.story_long" else Typed.SENTENCE
