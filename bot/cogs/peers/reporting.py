"""Something felt wrong: two clicks from any introduction, and `/peers report`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from bot.cogs.peers.here import who_of
from bot.cogs.peers.people import name_of
from bot.cogs.routes import Route, fields_of, pick_in
from bot.core.errors import LanternError
from bot.core.introductions import IntroductionId, ReportReason
from bot.core.models import UserId
from bot.core.moderation import Capability
from bot.views.answers import sentence
from bot.views.ids import name_in, number_in
from bot.views.moderators.matching import arrived_card
from bot.views.peers.reports import REASON, TEXT, report_form, reportable_card, returned_report
from bot.views.peers.words import Words

if TYPE_CHECKING:
    from discord import app_commands

    from bot.cogs.desk import Desk
    from bot.cogs.gate import Interaction
    from bot.core.introductions import Introduction


class Reporting:
    """Takes reports. Nobody but moderators learns who made one."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._texts = desk.texts
        self._reports = desk.lantern.reports
        self.routes = {
            ("wrong", 1): Route(Capability.ASK, self._ask, opens_modal=True),
            ("wrong_pick", 0): Route(Capability.ASK, self._ask_picked, opens_modal=True),
            ("report", 1): Route(Capability.ASK, self._report),
        }

    def add_to(self, _tree: app_commands.CommandTree[Any], peers: app_commands.Group) -> None:
        """Add the command."""

        async def report(interaction: Interaction) -> None:
            await interaction.response.defer(ephemeral=True)
            await self._choose(interaction)

        name, description = "command.peers_report.name", "command.peers_report.description"
        peers.add_command(self._desk.command(name, description, report, Capability.ASK))

    async def _choose(self, interaction: Interaction) -> None:
        guild, user = who_of(interaction)
        introductions = await self._reports.reportable(guild, user, datetime.now(UTC))
        names = {one.id: await self._name(interaction, one) for one in introductions if one.revealed_at is not None}
        words = Words(self._texts, await self._desk.lantern.membership.taxonomy(guild))
        await interaction.edit_original_response(view=reportable_card(introductions, names, words, user))

    async def _name(self, interaction: Interaction, introduction: Introduction) -> str:
        other = introduction.other_of(UserId(interaction.user.id)).user
        name = await name_of(interaction.guild, other) if interaction.guild is not None else None
        return name or self._texts("wrong.unnamed")

    async def _ask_picked(self, interaction: Interaction) -> None:
        await self._ask(interaction, pick_in(interaction))

    async def _ask(self, interaction: Interaction, number: str) -> None:
        await interaction.response.send_modal(report_form(number_in(number), self._texts))

    async def _report(self, interaction: Interaction, number: str) -> None:
        (guild, user), typed = who_of(interaction), fields_of(interaction)
        text = typed.get(TEXT, "").strip()
        try:
            reason = name_in(ReportReason, typed.get(REASON, ""))
            introduction = IntroductionId(number_in(number))
            await self._reports.report(guild, user, introduction, reason, text, datetime.now(UTC))
        except LanternError:
            if text:
                await interaction.followup.send(view=returned_report(text, self._texts), ephemeral=True)
            raise
        help_first = self._desk.care.card_if_needed(interaction, text, kept="care.reported")
        if help_first is not None:
            await interaction.followup.send(view=help_first, ephemeral=True)
        await interaction.followup.send(view=sentence(self._texts("wrong.thanks")), ephemeral=True)
        await self._desk.tell_moderators(guild, arrived_card(self._texts))
