"""Every change to the FAQ is told in the moderators' channel, and can be looked at and taken back from there."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from bot.cogs.gate import actor_of, guild_of
from bot.cogs.moderators.showing import show
from bot.cogs.routes import Route
from bot.core.moderation import Capability, ChangeId
from bot.faq.differences import changed
from bot.views.answers import sentence
from bot.views.ids import number_in
from bot.views.moderators.editor import done_card
from bot.views.moderators.history import audit_card, change_card
from bot.views.moderators.shown import Shown

if TYPE_CHECKING:
    from bot.cogs.desk import Desk
    from bot.cogs.gate import Interaction
    from bot.core.models import GuildId
    from bot.core.moderation import Change

WAIT_SECONDS = 2.0
"""How long a save waits for its line in the channel, so that it can link to it. After that the line comes by itself."""

log = logging.getLogger(__name__)


class Audit:
    """Tells changes, shows them, takes them back."""

    def __init__(self, desk: Desk, wait_seconds: float = WAIT_SECONDS) -> None:
        self._desk = desk
        self._wait_seconds = wait_seconds
        self._last: dict[GuildId, tuple[ChangeId, str]] = {}
        self._telling: set[asyncio.Task[None]] = set()
        desk.lantern.editing.announce = self.note
        self.routes: dict[tuple[str, int], Route] = {
            ("changed", 1): Route(Capability.EDIT, self._show_change),
            ("undo", 1): Route(Capability.PUBLISH, self._undo),
        }

    async def show_done(self, interaction: Interaction, text: str, change: ChangeId) -> None:
        """Say that a change is saved, with the way to its line in the moderators' channel, and the way back."""
        last, link = self._last.get(guild_of(interaction), (None, ""))
        card = done_card(self._desk.texts, text, change, link=link if last == change else None)
        await show(interaction, Shown(card))

    async def note(self, guild: GuildId, change_id: ChangeId, change: Change) -> None:
        """Tell a change in the moderators' channel. Whatever fails there, the change stands."""
        telling = asyncio.create_task(self._tell(guild, change_id, change))
        self._telling.add(telling)
        telling.add_done_callback(self._telling.discard)
        await asyncio.wait({telling}, timeout=self._wait_seconds)

    async def _tell(self, guild: GuildId, change_id: ChangeId, change: Change) -> None:
        try:
            states = await self._desk.lantern.editing.states(guild, change_id)
            message = await self._desk.tell_moderators(guild, audit_card(self._desk.texts, change_id, change, states))
        except Exception:
            log.exception("Change %d is saved, but could not be told", change_id)
            return
        if message is not None:
            self._last[guild] = (change_id, message.jump_url)

    async def _show_change(self, interaction: Interaction, number: str) -> None:
        guild = guild_of(interaction)
        states = await self._desk.lantern.editing.states(guild, ChangeId(number_in(number)))
        topics = (await self._desk.lantern.library.shelf(guild)).topics
        # An import changes hundreds of entries.
        changes = await asyncio.to_thread(lambda: [changed(version, before, topics) for version, before in states])
        shown = change_card(self._desk.texts, changes)
        await interaction.followup.send(view=shown.card, files=list(shown.files), ephemeral=True)

    async def _undo(self, interaction: Interaction, number: str) -> None:
        guild, change_id = guild_of(interaction), ChangeId(number_in(number))
        _, change = await self._desk.lantern.editing.undo(guild, actor_of(interaction).user, change_id)
        await show(interaction, Shown(sentence(self._desk.texts("editor.undone", number=len(change.edits)))))
