"""Help in a crisis: a question to whoever's words sound like one, `/help-now`, and nobody told without a click."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands

from bot.cogs.gate import Interaction, country_of, guild_of, settings_of
from bot.cogs.moderators.showing import is_private
from bot.cogs.once import Sending
from bot.cogs.routes import Route, pick_in
from bot.cogs.tell import UNSENT, is_discord_down
from bot.core.countries import COUNTRIES, flagged
from bot.core.errors import StorageError
from bot.core.models import UserId
from bot.core.moderation import Capability
from bot.core.texts import SPOKEN
from bot.safety.care import Due, Recently, likely_country
from bot.safety.text import escape
from bot.views.answers import Card, sentence
from bot.views.care import ANYWHERE, asking_card, now_card, person_card, tomorrow_card, when, yes_card

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.app import Lantern
    from bot.cogs.desk import Desk
    from bot.core.moderation import Duty
    from bot.storage.check_backs import CheckBack

LOOKS_IN_AFTER = timedelta(days=1)
ROWS = 25
"""As many rows as Discord shows while somebody types."""

log = logging.getLogger(__name__)


class Care:
    """Asks whoever wrote of a crisis, once a day in full, and never again about words that were only venting."""

    def __init__(self, lantern: Lantern) -> None:
        self._lantern = lantern
        self.recently = Recently()

    def card(self, interaction: Interaction, text: str, *, kept: str = "care.not_kept") -> Card | None:
        """Return what to show the author of a text in which a crisis was seen; None where they were only venting.

        `kept`: the sentence that says what becomes of the text.
        """
        user, texts = UserId(interaction.user.id), self._lantern.texts
        due = self.recently.due(user, text)
        if due is Due.NOTHING:
            return None
        return asking_card(
            texts,
            self._lantern.helplines,
            country_for(interaction),
            self.recently.mark(user, text),
            kept=kept,
            is_again=due is Due.AGAIN,
        )

    def card_if_needed(self, interaction: Interaction, text: str, *, kept: str) -> Card | None:
        """Look for words of crisis first."""
        return self.card(interaction, text, kept=kept) if self._lantern.asking.is_personal(text) else None


class CareDesk:
    """What the answers to the question do, and the command that needs no question."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._texts = desk.texts
        self._helplines = desk.lantern.helplines
        self._written_to: set[CheckBack] = set()
        """Those of whom that could not be noted yet."""
        verbs: dict[tuple[str, int], Callable[..., Awaitable[None]]] = {
            ("yes", 1): self._yes,
            ("no", 1): self._no,
            ("person", 1): self._person,
            ("tell", 1): self._tell,
            ("lines", 1): self._lines,
            ("tomorrow", 1): self._tomorrow,
            ("country", 0): self._pick,
        }
        self.routes = {verb: Route(Capability.ALWAYS, do) for verb, do in verbs.items()}

    def add_to(self, tree: app_commands.CommandTree[Any]) -> None:
        """Add the command, which works everywhere and for everybody."""

        @app_commands.rename(country=self._texts("command.help_now.country"))
        @app_commands.describe(country=self._texts("command.help_now.country_description"))
        async def help_now(interaction: Interaction, country: str | None = None) -> None:
            chosen = known_country(country) or country_for(interaction)
            await interaction.response.send_message(view=self._now(chosen), ephemeral=True)

        async def countries(_interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
            begun = typed.strip().upper()
            found = [code for code in sorted(self._helplines.countries) if code.startswith(begun)]
            return [app_commands.Choice(name=flagged(code), value=code) for code in found[:ROWS]]

        name, description = "command.help_now.name", "command.help_now.description"
        command = self._desk.command(name, description, help_now, Capability.ALWAYS)
        command.autocomplete("country")(countries)
        command.allowed_contexts = app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=False)
        command.allowed_installs = app_commands.AppInstallationType(guild=True, user=False)
        tree.add_command(command)

    async def look_in(self, now: datetime) -> None:
        """Write to everybody who asked to be written to by now, once. Where Discord cannot be reached, later."""
        check_backs = self._desk.lantern.check_backs
        for one in await check_backs.due(now):
            # Where that cannot be noted, as on a full disk, nobody is written to again and again.
            if one not in self._written_to:
                try:
                    await self._look_in(one)
                except UNSENT as error:
                    log.warning("Somebody who asked for it was not written to: %s", error)
                    if is_discord_down(error):
                        return
                self._written_to.add(one)
            await check_backs.drop(one)
            self._written_to.discard(one)

    async def _look_in(self, one: CheckBack) -> None:
        SPOKEN.set((await self._desk.gate.guilds.settings(one.guild)).language or "")
        sending = Sending(f"care:{one.user}:{one.at}", datetime.fromisoformat(one.at))
        await self._desk.tell_person(one.user, tomorrow_card(self._texts, self._helplines, one.country), sending)

    def _now(self, country: str) -> Card:
        return now_card(self._texts, self._helplines, country)

    async def _yes(self, interaction: Interaction, country: str) -> None:
        await _show(interaction, yes_card(self._texts, self._helplines, country_in(country)))

    async def _no(self, interaction: Interaction, mark: str) -> None:
        self._desk.care.recently.vented(UserId(interaction.user.id), mark)
        await _show(interaction, sentence(self._texts("care.said_no")))

    async def _lines(self, interaction: Interaction, country: str) -> None:
        await _show(interaction, self._now(country_in(country)))

    async def _pick(self, interaction: Interaction) -> None:
        # What was asked stays on the screen, with its answers; the lines come below it.
        card = self._now(country_in(pick_in(interaction)))
        await interaction.followup.send(view=card, ephemeral=True)

    async def _person(self, interaction: Interaction, country: str) -> None:
        settings = settings_of(interaction)
        if settings is None:
            await self._show_person(interaction, self._texts("care.not_known"), country)
            return
        duty = settings.duty
        if interaction.guild is None or duty.role is None or interaction.guild.get_role(duty.role) is None:
            await self._show_person(interaction, self._texts("care.nobody"), country)
            return
        channel = self._channel(interaction)
        parts = [self._who(duty)]
        if channel is not None:
            parts.append(self._texts("care.will_tell", role=f"<@&{duty.role}>"))
        await self._show_person(interaction, "\n\n".join(parts), country, may_tell=channel is not None)

    def _who(self, duty: Duty) -> str:
        role = f"<@&{duty.role}>"
        if duty.hours:
            return self._texts("care.there", role=role, hours=escape(duty.hours))
        return self._texts("care.there_anytime", role=role)

    def _channel(self, interaction: Interaction) -> int | None:
        """Return the moderators' channel, where there is one that not everybody reads."""
        settings = settings_of(interaction)
        chosen = settings.moderators_channel if settings else None
        channel = interaction.guild.get_channel(chosen) if interaction.guild and chosen else None
        if channel is None or channel.permissions_for(channel.guild.default_role).view_channel:
            return None
        return channel.id

    async def _tell(self, interaction: Interaction, country: str) -> None:
        """Tell those on duty that somebody would like to talk: their name, and nothing else."""
        settings, channel = settings_of(interaction), self._channel(interaction)
        text = self._texts("care.not_told")
        if settings is not None and settings.duty.role is not None and channel is not None:
            role, person = f"<@&{settings.duty.role}>", interaction.user.mention
            card = sentence(self._texts("care.wants_to_talk", role=role, person=person))
            only_them = discord.AllowedMentions(everyone=False, users=False, roles=[discord.Object(settings.duty.role)])
            try:
                await self._desk.post_to_moderators(guild_of(interaction), card, allowed_mentions=only_them)
                text = self._texts("care.told")
            except (*UNSENT, StorageError) as error:
                log.warning("Those on duty could not be told: %s", error)
        await self._show_person(interaction, text, country)

    async def _show_person(self, interaction: Interaction, text: str, country: str, *, may_tell: bool = False) -> None:
        card = person_card(self._texts, self._helplines, text, country_in(country), may_tell=may_tell)
        await _show(interaction, card)

    async def _tomorrow(self, interaction: Interaction, country: str) -> None:
        at = datetime.now(UTC) + LOOKS_IN_AFTER
        user = UserId(interaction.user.id)
        await self._desk.lantern.check_backs.keep(guild_of(interaction), user, at, country_in(country))
        await interaction.followup.send(view=sentence(self._texts("care.tomorrow_kept", at=when(at))), ephemeral=True)


def country_for(interaction: Interaction) -> str:
    """Return whose helplines to show, as likely as can be told; ANYWHERE where nothing tells it."""
    return likely_country(str(interaction.locale), country_of(interaction)) or ANYWHERE


def known_country(typed: str | None) -> str | None:
    """Return the country that was picked or typed; None for anything else."""
    code = (typed or "").strip().upper()
    return code if code in COUNTRIES else None


def country_in(argument: str) -> str:
    """Return the country in a custom id or a pick, ANYWHERE for any other text."""
    return argument if argument in COUNTRIES else ANYWHERE


async def _show(interaction: Interaction, card: Card) -> None:
    """Change the private card that was clicked; give whoever clicks elsewhere their own, privately."""
    if is_private(interaction):
        await interaction.edit_original_response(view=card)
    else:
        await interaction.followup.send(view=card, ephemeral=True)
