"""The Discord client: commands, clicks, and nothing it does not need."""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands

from bot.cogs.ask import add_commands
from bot.cogs.buttons import Buttons
from bot.cogs.tell import tell
from bot.core.errors import StorageError

if TYPE_CHECKING:
    from bot.core.ports import Facts
    from bot.core.texts import Texts
    from bot.faq.asking import Asking

log = logging.getLogger(__name__)


class LanternClient(discord.Client):
    """Listens to interactions only: no privileged intent, and nobody is pinged unless a share says so."""

    def __init__(self, asking: Asking, texts: Texts, facts: Facts, *, force_sync: bool = False) -> None:
        discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # it has no voice to warn about
        super().__init__(
            intents=discord.Intents(guilds=True),
            allowed_mentions=discord.AllowedMentions.none(),
            member_cache_flags=discord.MemberCacheFlags.none(),
            max_messages=None,
        )
        self.tree = Tree(self, texts)
        self._buttons = Buttons(asking, texts)
        self._facts = facts
        self._force_sync = force_sync
        add_commands(self.tree, asking, texts)

    async def setup_hook(self) -> None:
        """Tell Discord the commands, but only when they changed: it allows 200 creations a day."""
        commands = [command.to_dict(self.tree) for command in self.tree.get_commands(type=None)]
        state = hashlib.sha256(json.dumps(commands, sort_keys=True).encode()).hexdigest()
        fact = f"commands:{self.application_id}"
        try:
            known = await self._facts.fact(fact)
        except StorageError as error:
            known = None
            log.warning("Whether Discord knows the commands cannot be looked up: %s", error)
        if self._force_sync or known != state:
            await self.tree.sync()
            log.info("Discord was told the commands")
            # Where this fails, answers still work, and the next start tells Discord once more.
            with contextlib.suppress(StorageError):
                await self._facts.keep_fact(fact, state)

    async def on_ready(self) -> None:
        """Say that the bot can be used."""
        log.info("Ready in %d servers", len(self.guilds))

    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        """Route clicks; discord.py itself routes commands and autocomplete."""
        if interaction.type is discord.InteractionType.component:
            await self._buttons.handle(interaction)


class Tree(app_commands.CommandTree[LanternClient]):
    """A command tree whose errors reach the person as a sentence."""

    def __init__(self, client: LanternClient, texts: Texts) -> None:
        super().__init__(client)
        self._texts = texts

    async def on_error(
        self, interaction: discord.Interaction[LanternClient], error: app_commands.AppCommandError, /
    ) -> None:
        """Answer what the commands themselves did not catch; autocomplete simply shows no rows."""
        if interaction.type is discord.InteractionType.autocomplete:
            log.warning("Autocomplete failed", exc_info=error)
        else:
            await tell(interaction, error, self._texts)
