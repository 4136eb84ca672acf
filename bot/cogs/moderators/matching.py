"""`/matching`: reports, how rounds went, whom to look for, topics, and two accounts of one person."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands

from bot.cogs.gate import guild_of
from bot.cogs.moderators.showing import following, show
from bot.cogs.routes import Route, fields_of, pick_in
from bot.cogs.tell import guarded, say
from bot.core.errors import FormError, VersionGoneError
from bot.core.introductions import ReportState
from bot.core.models import UserId
from bot.core.moderation import Capability
from bot.peers.taxonomy import LABEL_LENGTHS
from bot.views.answers import sentence
from bot.views.ids import name_in, number_in
from bot.views.moderators.matching import (
    DECISIONS,
    KIND,
    SENSITIVE,
    TOPIC,
    InQueue,
    report_card,
    rounds_card,
    shortages_card,
    sure_card,
    topic_form,
    topics_card,
)
from bot.views.moderators.shown import Shown, decided_card, next_button
from bot.views.peers.words import Words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.cogs.desk import Desk
    from bot.cogs.gate import Interaction
    from bot.core.introductions import Report

ROUNDS = 5
"""How many of the last rounds are shown."""


class MatchingDesk:
    """What moderators do for people who meet. Nobody sees a report that is about themselves, or that they made."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._texts = desk.texts
        self._membership = desk.lantern.membership
        self._reports = desk.lantern.reports
        self._rounds = desk.lantern.rounds
        publish = Capability.PUBLISH
        self.routes = {
            ("matching_open", 0): Route(publish, self._show),
            ("matching_show", 1): Route(publish, self._show),
            ("matching_sure", 2): Route(publish, self._ask),
            ("matching_decide", 2): Route(publish, self._decide),
            ("matching_topic_add", 0): Route(publish, self._ask_topic, opens_modal=True),
            ("matching_topic_save", 0): Route(publish, self._add_topic),
            ("matching_topic_remove", 0): Route(publish, self._remove_topic),
        }

    def add_to(self, tree: app_commands.CommandTree[Any], _faq: app_commands.Group) -> None:
        """Add the group and its commands."""

        async def reports(interaction: Interaction) -> None:
            await interaction.response.defer(ephemeral=True)
            await self._show(interaction)

        async def rounds(interaction: Interaction) -> None:
            await interaction.response.defer(ephemeral=True)
            await self._show_rounds(interaction)

        async def shortages(interaction: Interaction) -> None:
            await interaction.response.defer(ephemeral=True)
            await self._show_shortages(interaction)

        async def topics(interaction: Interaction) -> None:
            await interaction.response.defer(ephemeral=True)
            await self._show_topics(interaction)

        @app_commands.rename(
            one=self._texts("command.matching_same.one"), other=self._texts("command.matching_same.other")
        )
        @app_commands.describe(
            one=self._texts("command.matching_same.one_description"),
            other=self._texts("command.matching_same.other_description"),
        )
        async def same(interaction: Interaction, one: discord.User, other: discord.User) -> None:
            await guarded(interaction, self._declare_same(interaction, one, other), self._texts)

        texts, command = self._texts, self._desk.command
        group = app_commands.Group(
            name=texts("command.matching.name"), description=texts("command.matching.description")
        )
        for name, description, do in (
            ("command.matching_reports.name", "command.matching_reports.description", reports),
            ("command.matching_round.name", "command.matching_round.description", rounds),
            ("command.matching_shortages.name", "command.matching_shortages.description", shortages),
            ("command.matching_topics.name", "command.matching_topics.description", topics),
            ("command.matching_same.name", "command.matching_same.description", same),
        ):
            group.add_command(command(name, description, do, Capability.PUBLISH))
        tree.add_command(group)

    async def _show(self, interaction: Interaction, number: str = "0") -> None:
        """Show a report; the oldest where it no longer waits."""
        waiting = await self._waiting(interaction)
        if not waiting:
            await show(interaction, Shown(sentence(self._texts("matching.no_reports"))))
            return
        report = next((one for one in waiting if one.id == number_in(number)), waiting[0])
        place = InQueue(report, len(waiting), following(report, waiting))
        await show(interaction, Shown(report_card(place, self._texts)))

    async def _ask(self, interaction: Interaction, number: str, name: str) -> None:
        report, _ = await self._open(interaction, number)
        await show(interaction, Shown(sure_card(report, _decision_in(name), self._texts)))

    async def _decide(self, interaction: Interaction, number: str, name: str) -> None:
        report, after = await self._open(interaction, number)
        state, by = _decision_in(name), UserId(interaction.user.id)
        await self._reports.decide(guild_of(interaction), report.id, state, by, datetime.now(UTC))
        text = self._texts(DECISIONS[state][2], reported=f"<@{report.reported}>")
        card = decided_card(text, *next_button(self._texts, "matching_show", after))
        await show(interaction, Shown(card))

    async def _waiting(self, interaction: Interaction) -> Sequence[Report]:
        reports = await self._reports.open(guild_of(interaction))
        return [one for one in reports if interaction.user.id not in {one.reported, one.reporter}]

    async def _open(self, interaction: Interaction, number: str) -> tuple[Report, Report | None]:
        """Return a report that waits, and the one to look at after it. Raises VersionGoneError."""
        waiting = await self._waiting(interaction)
        for report in waiting:
            if report.id == number_in(number):
                return report, following(report, waiting)
        raise VersionGoneError(f"Report {number} was dealt with.")

    async def _show_rounds(self, interaction: Interaction) -> None:
        records = await self._rounds.records(guild_of(interaction), ROUNDS)
        card = rounds_card(records, self._texts) if records else sentence(self._texts("matching.no_rounds"))
        await show(interaction, Shown(card))

    async def _show_shortages(self, interaction: Interaction) -> None:
        guild = guild_of(interaction)
        records = await self._rounds.records(guild, 1)
        shortages = records[0].shortages if records else ()
        card = sentence(self._texts("matching.no_shortages"))
        if shortages:
            card = shortages_card(shortages, Words(self._texts, await self._membership.taxonomy(guild)))
        await show(interaction, Shown(card))

    async def _show_topics(self, interaction: Interaction, note: str = "") -> None:
        guild = guild_of(interaction)
        topics, own = await self._membership.taxonomy(guild), await self._membership.own_setbacks(guild)
        await show(interaction, Shown(topics_card(topics.values(), own, self._texts, note)))

    async def _ask_topic(self, interaction: Interaction) -> None:
        await interaction.response.send_modal(topic_form(self._texts, LABEL_LENGTHS[1]))

    async def _add_topic(self, interaction: Interaction) -> None:
        typed = fields_of(interaction)
        try:
            await self._membership.add_setback(
                guild_of(interaction), typed.get(TOPIC, ""), is_sensitive=typed.get(KIND) == SENSITIVE
            )
        except FormError as error:
            note = "\n".join(self._texts(fault.text_key, **fault.values) for fault in error.faults)
            await self._show_topics(interaction, note)
        else:
            await self._show_topics(interaction)

    async def _remove_topic(self, interaction: Interaction) -> None:
        await self._membership.remove_setback(guild_of(interaction), pick_in(interaction))
        await self._show_topics(interaction)

    async def _declare_same(self, interaction: Interaction, one: discord.User, other: discord.User) -> None:
        await interaction.response.defer(ephemeral=True)
        if one.id == other.id:
            await say(interaction, self._texts("matching.same_account"))
            return
        people = UserId(one.id), UserId(other.id)
        await self._membership.declare_same(guild_of(interaction), *people, datetime.now(UTC))
        text = self._texts("matching.same", one=f"<@{one.id}>", other=f"<@{other.id}>")
        await interaction.edit_original_response(view=sentence(text))


def _decision_in(name: str) -> ReportState:
    """Return the decision that is an argument of a custom id. Raises OldButtonError, also for no decision."""
    state = name_in(ReportState, name)
    if state not in DECISIONS:
        raise VersionGoneError("Open is no decision.")
    return state
