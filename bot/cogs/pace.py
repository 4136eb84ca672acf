"""How fast somebody goes, counted once for each interaction: where commands and clicks come in."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import discord

from bot.cogs.gate import guild_of
from bot.core.models import UserId
from bot.core.moderation import Capability
from bot.safety.rates import Act, Rates

if TYPE_CHECKING:
    from bot.cogs.gate import Interaction
    from bot.core.texts import Texts

FREE = frozenset({Capability.ALWAYS, Capability.EDIT, Capability.PUBLISH, Capability.ADMINISTER})
"""Help and one's own data wait for nothing; looking after a FAQ is not counted."""
WAYS_OUT = frozenset({"leave", "no", "end", "ended", "wrong", "wrong_pick", "report", "skip"})
"""Verbs of `meet:`: nobody is held in an introduction, or kept from saying that something felt wrong."""
WAYS_OUT_TYPED = (
    *("command.peers_leave.name", "command.peers_pause.name", "command.peers_block.name"),
    "command.peers_report.name",
)
"""The same as commands."""
STEPS_IN = frozenset({"agree", "start", "resume"})


class Pacing:
    """Knows what counts as what."""

    def __init__(self, texts: Texts) -> None:
        self.rates = Rates()
        self._free = frozenset(f"{texts('command.peers.name')} {texts(key)}" for key in WAYS_OUT_TYPED)
        self._join = f"{texts('command.peers.name')} {texts('command.peers_join.name')}"

    def of_command(self, interaction: Interaction, capability: Capability) -> None:
        """Count a command, or a row that it suggests. Raises TooFastError."""
        name = interaction.command.qualified_name if interaction.command else ""
        if capability in FREE or name in self._free:
            return
        if interaction.type is discord.InteractionType.autocomplete:
            act = Act.TYPE
        else:
            act = Act.JOIN if name == self._join else Act.ASK
        self._take(act, interaction)

    def of_press(self, interaction: Interaction, capability: Capability, verb: str) -> None:
        """Count a click, a pick, or a form that is saved. Raises TooFastError."""
        if capability in FREE or verb in WAYS_OUT:
            return
        if interaction.type is discord.InteractionType.modal_submit:
            act = Act.FORM
        else:
            act = Act.JOIN if verb in STEPS_IN else Act.PRESS
        self._take(act, interaction)

    def _take(self, act: Act, interaction: Interaction) -> None:
        self.rates.take(act, guild_of(interaction), UserId(interaction.user.id), datetime.now(UTC))
