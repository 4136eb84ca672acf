"""`/peers inbox`: everything about somebody's introductions, and all that can be answered there."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from bot.cogs.moderators.showing import is_private, show
from bot.cogs.peers.here import who_of
from bot.cogs.peers.people import name_of
from bot.cogs.peers.threads import is_there
from bot.cogs.routes import Route
from bot.core.errors import NotHereError, NotMemberError
from bot.core.introductions import Answer, CheckIn, IntroductionId
from bot.core.models import UserId
from bot.core.moderation import Capability
from bot.core.peers import Ping, Role
from bot.peers.steps import DIRECT, LOST
from bot.views.ids import name_in, number_in
from bot.views.moderators.shown import Shown
from bot.views.peers.inbox import Reader, hint_card, inbox_page
from bot.views.peers.introductions import Met, Place, done_card, end_card, mentoring_card, moment
from bot.views.peers.words import Words

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    import discord
    from discord import app_commands

    from bot.cogs.desk import Desk
    from bot.cogs.gate import Interaction
    from bot.core.introductions import Introduction
    from bot.core.models import GuildId
    from bot.core.peers import Member
    from bot.core.ports.introductions import Inbox
    from bot.views.answers import Card

log = logging.getLogger(__name__)


class InboxDesk:
    """Shows the inbox, and does what its buttons say. Nothing here tells what the other one did before both agreed."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._texts = desk.texts
        self._membership = desk.lantern.membership
        self._introductions = desk.lantern.introductions
        self._hinted: dict[tuple[GuildId, UserId], int] = {}
        """The newest letter that somebody was told waits; after a restart they are told once more."""
        verbs: dict[tuple[str, int], Callable[..., Awaitable[None]]] = {
            ("inbox", 1): self._show,
            ("yes", 1): self._agree,
            ("no", 1): self._decline,
            ("said", 2): self._check_in,
            ("end", 1): self._ask_end,
            ("ended", 1): self._end,
            ("direct", 1): self._go_direct,
            ("thread", 1): self._ask_thread,
            ("skip", 0): self._skip,
            ("mentoring", 0): self._show_mentoring,
        }
        self.routes = {verb: Route(Capability.ASK, do) for verb, do in verbs.items()}

    def add_to(self, _tree: app_commands.CommandTree[Any], peers: app_commands.Group) -> None:
        """Add the command."""

        async def inbox(interaction: Interaction) -> None:
            await interaction.response.defer(ephemeral=True)
            await self._show(interaction)

        name, description = "command.peers_inbox.name", "command.peers_inbox.description"
        peers.add_command(self._desk.command(name, description, inbox, Capability.ASK))

    async def hint(self, interaction: Interaction) -> None:
        """Say to who is not pinged, after something else was answered, that something waits: once for what is new."""
        guild, user = who_of(interaction)
        try:
            member = await self._membership.member(guild, user)
            if member is None or member.profile.ping is not Ping.NONE:
                return
            inbox = await self._introductions.inbox(guild, user, datetime.now(UTC))
            newest = max((letter.id for letter in inbox.letters), default=0)
            if newest > self._hinted.get((guild, user), 0):
                await interaction.followup.send(view=hint_card(self._texts), ephemeral=True)
                self._hinted[guild, user] = newest
        except Exception:
            log.exception("Somebody could not be told that something waits; it is tried again")

    async def _show(self, interaction: Interaction, page: str = "0") -> None:
        (guild, user), now = who_of(interaction), datetime.now(UTC)
        member = await self._membership.member(guild, user)
        inbox = await self._introductions.inbox(guild, user, now)
        if member is None and not (inbox.letters or inbox.offers or inbox.current):
            raise NotMemberError("Somebody who did not opt in asked for their inbox.")
        met = {one.id: somebody for one in inbox.current if (somebody := await self._met(interaction, one, now))}
        if len(met) < len(inbox.current):
            inbox = await self._introductions.inbox(guild, user, now)
        words = Words(self._texts, await self._membership.taxonomy(guild))
        shown = inbox_page(inbox, _reader(user, member, inbox, met), number_in(page), words)
        await show(interaction, Shown(shown.card))
        await self._introductions.mark_read(guild, user, shown.letters)

    async def _met(self, interaction: Interaction, introduction: Introduction, now: datetime) -> Met | None:
        """Return what is known of somebody who was met; None, and they are forgotten, where they left the server."""
        server, guild = _server(interaction), introduction.guild
        other = introduction.other_of(UserId(interaction.user.id)).user
        name = await name_of(server, other)
        if name is None:
            await self._membership.leave(guild, other, now)
            return None
        return Met(other, name, await self._where(server, introduction))

    async def _where(self, server: discord.Guild, introduction: Introduction) -> Place:
        """Return where two people talk; a thread that was deleted is noted."""
        thread = introduction.thread
        if thread is not None and thread > 0:
            if await is_there(server, thread):
                return Place.THREAD
            await self._introductions.lost_thread(introduction.id)
            thread = LOST
        if thread == DIRECT or not await self._introductions.may_have_thread(introduction):
            return Place.DIRECTLY
        return Place.LOST if thread == LOST else Place.OPENING

    async def _agree(self, interaction: Interaction, number: str) -> None:
        await self._answer(interaction, number, Answer.YES)

    async def _decline(self, interaction: Interaction, number: str) -> None:
        await self._answer(interaction, number, Answer.NO)

    async def _answer(self, interaction: Interaction, number: str, answer: Answer) -> None:
        (guild, user), now = who_of(interaction), datetime.now(UTC)
        answered = await self._introductions.answer(guild, user, _id_in(number), answer, now)
        key = "offer.noted_yes" if answer is Answer.YES else "offer.noted_no"
        text = self._texts(key, until=moment(answered.told_at))
        await self._tell(interaction, done_card(text, self._texts))

    async def _check_in(self, interaction: Interaction, number: str, name: str) -> None:
        (guild, user), now = who_of(interaction), datetime.now(UTC)
        said = name_in(CheckIn, name)
        await self._desk.lantern.aftercare.check_in(guild, user, _id_in(number), said, now)
        key = "meeting.ended" if said is CheckIn.STOP else "meeting.checked_in"
        await self._tell(interaction, done_card(self._texts(key), self._texts))

    async def _ask_end(self, interaction: Interaction, number: str) -> None:
        await self._tell(interaction, end_card(_id_in(number), self._texts))

    async def _end(self, interaction: Interaction, number: str) -> None:
        (guild, user), now = who_of(interaction), datetime.now(UTC)
        await self._introductions.stop(guild, user, _id_in(number), now)
        await self._tell(interaction, done_card(self._texts("meeting.ended"), self._texts))

    async def _go_direct(self, interaction: Interaction, number: str) -> None:
        (guild, user), now = who_of(interaction), datetime.now(UTC)
        await self._introductions.choose_direct(guild, user, _id_in(number), now)
        await self._tell(interaction, done_card(self._texts("meeting.chose_direct"), self._texts))

    async def _ask_thread(self, interaction: Interaction, number: str) -> None:
        (guild, user), now = who_of(interaction), datetime.now(UTC)
        await self._introductions.ask_thread(guild, user, _id_in(number), now)
        await self._show(interaction)

    async def _skip(self, interaction: Interaction) -> None:
        skipped = await self._desk.lantern.rounds.skip(*who_of(interaction), datetime.now(UTC))
        await self._tell(interaction, done_card(self._texts("inbox.skipped", at=moment(skipped)), self._texts))

    async def _show_mentoring(self, interaction: Interaction) -> None:
        await self._tell(interaction, mentoring_card(self._texts))

    async def _tell(self, interaction: Interaction, card: Card) -> None:
        """Answer in the private card that was clicked, and privately where others see what was clicked."""
        if is_private(interaction):
            await interaction.edit_original_response(view=card)
        else:
            await interaction.followup.send(view=card, ephemeral=True)


def _server(interaction: Interaction) -> discord.Guild:
    if interaction.guild is None:
        raise NotHereError("The inbox belongs to a server.")
    return interaction.guild


def _id_in(number: str) -> IntroductionId:
    return IntroductionId(number_in(number))


def _reader(user: UserId, member: Member | None, inbox: Inbox, met: dict[IntroductionId, Met]) -> Reader:
    is_mentor = member is not None and Role.MENTOR in member.profile.roles
    is_new = is_mentor and member is not None and not member.introduced and not inbox.current
    return Reader(user, met, is_mentor=is_mentor, is_new_mentor=is_new)
