"""Sends what people asked to be told, each thing once."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any

import discord
from discord.ext import tasks

from bot.cogs.ask import today
from bot.cogs.gate import guild_of
from bot.cogs.once import Sending
from bot.cogs.tell import UNSENT, is_discord_down
from bot.core.models import UserId
from bot.core.texts import SPOKEN
from bot.core.unanswered import MODERATORS, NoticeState
from bot.logs import JOB
from bot.safety.text import escape
from bot.views.moderators.queue import wanted_card
from bot.views.notices import notice_cards

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.cogs.desk import Desk
    from bot.core.models import GuildId
    from bot.core.unanswered import Notice
    from bot.views.answers import Card

PERIOD_SECONDS = 15 * 60.0
"""Between two tries where Discord could not be reached; whatever is new is sent at once."""

log = logging.getLogger(__name__)


class Delivery:
    """Empties the outbox.

    A notice is taken before it is sent, so that neither two deliveries nor a crash send it twice; one that was being
    sent when the bot died may be lost. One that was tried in vain is looked for before it is tried again.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._notices = desk.lantern.notices
        self._busy = asyncio.Lock()
        self._at_once: set[asyncio.Task[None]] = set()
        self._periodically = tasks.loop(seconds=PERIOD_SECONDS)(self.deliver)
        self._periodically.before_loop(self._catch_up)

    def start(self) -> None:
        """Deliver in the background until `stop`: what is new at once, the rest now and then."""
        self._notices.bells.append(self._deliver_at_once)
        self._periodically.start()

    def stop(self) -> None:
        """End it; what was not sent is sent after the next start."""
        if self._deliver_at_once in self._notices.bells:
            self._notices.bells.remove(self._deliver_at_once)
        self._periodically.cancel()
        for task in self._at_once:
            task.cancel()

    async def settled(self) -> None:
        """Wait until nothing new is being delivered."""
        while self._at_once:
            await asyncio.wait(set(self._at_once))

    async def deliver(self) -> None:
        """Send everything that waits, oldest first; once Discord cannot be reached, the rest waits for the next time.

        Whatever fails is logged.
        """
        JOB.set("delivery")
        async with self._busy:
            try:
                for notice in await self._notices.waiting():
                    if not await self._tell(notice):
                        break
            except Exception:
                log.exception("Notices could not be delivered; they are tried again")

    async def show_closed(self, interaction: discord.Interaction[Any]) -> None:
        """Show somebody, privately, what they could not be sent, after the answer to their question."""
        user = UserId(interaction.user.id)
        try:
            for notice in await self._notices.closed_to(guild_of(interaction), user):
                cards = await self._cards(notice)
                if cards and await self._notices.take(notice, NoticeState.CLOSED):
                    await self._show(interaction, notice, cards)
        except Exception:
            log.exception("What somebody could not be sent could not be shown either; it is tried again")

    def _deliver_at_once(self) -> None:
        task = asyncio.get_running_loop().create_task(self.deliver())
        self._at_once.add(task)
        task.add_done_callback(self._at_once.discard)

    async def _catch_up(self) -> None:
        """Look, at the start, at what happened while the bot was not running."""
        await self._desk.client.wait_until_ready()
        try:
            if lost := await self._notices.drop_unfinished():
                log.warning("%d notices were being sent when the bot stopped; they are not sent again", lost)
            await self._desk.lantern.queue.catch_up()
        except Exception:
            log.exception("What happened while the bot was not running could not be looked at; the next start does it")

    async def _tell(self, notice: Notice) -> bool:
        """Send one notice; False where Discord cannot be reached."""
        cards = await self._cards(notice)
        # An answer that was removed meanwhile may come back; until then there is nothing to tell.
        if not cards or not await self._notices.take(notice):
            return True
        try:
            was_told = await self._send(notice, cards)
        except UNSENT as error:
            return await self._failed(notice, error)
        if was_told:
            await self._notices.drop(notice)
        else:
            await self._notices.put_back(notice, NoticeState.CLOSED)
        return True

    async def _failed(self, notice: Notice, error: BaseException) -> bool:
        log.warning("A notice was not sent: %s", error)
        if is_discord_down(error):
            await self._notices.put_back(notice, NoticeState.WAITING)
            return False
        # Whoever is no longer on Discord is told nothing, nor is a channel where the bot may not write.
        if isinstance(error, discord.NotFound) or notice.user == MODERATORS:
            await self._notices.drop(notice)
        else:
            await self._notices.put_back(notice, NoticeState.CLOSED)
        return True

    async def _send(self, notice: Notice, cards: Sequence[Card]) -> bool:
        first, *further = cards
        if notice.user == MODERATORS:
            await self._desk.post_once(notice.guild, first, _sending(notice))
            return True
        if not await self._desk.tell_person(notice.user, first, _sending(notice)):
            return False
        for page, card in enumerate(further, 1):
            try:
                await self._desk.tell_person(notice.user, card, _sending(notice, page))
            except UNSENT as error:
                # They were told; to begin again would tell them twice.
                log.warning("A page of an answer was not sent: %s", error)
        return True

    async def _show(self, interaction: discord.Interaction[Any], notice: Notice, cards: Sequence[Card]) -> None:
        try:
            for card in cards:
                await interaction.followup.send(view=card, ephemeral=True)
        except UNSENT as error:
            log.warning("A notice was not shown: %s", error)
            await self._notices.put_back(notice, NoticeState.CLOSED)
        else:
            await self._notices.drop(notice)

    async def _cards(self, notice: Notice) -> list[Card]:
        """Return a notice as messages, in its server's language; none where the entry it is about is gone."""
        lantern, texts = self._desk.lantern, self._desk.texts
        SPOKEN.set((await lantern.guilds.settings(notice.guild)).language or "")
        details = {name: escape(value) for name, value in notice.details.items()}
        text = texts(notice.text_key, **{"server": self._name_of(notice.guild), **details})
        if notice.user == MODERATORS:
            return [wanted_card(text, notice.details["number"], texts)]
        entry = None
        if notice.entry_id is not None:
            entry = (await lantern.library.shelf(notice.guild)).entries.get(notice.entry_id)
            if entry is None:
                return []
        return notice_cards(text, entry, notice.guild, texts, today())

    def _name_of(self, guild: GuildId) -> str:
        known = self._desk.client.get_guild(guild)
        return escape(known.name) if known else self._desk.texts("notice.lantern")


def _sending(notice: Notice, page: int = 0) -> Sending:
    return Sending(f"notice:{notice.guild}:{notice.id}:{notice.at}:{page}", notice.at)
