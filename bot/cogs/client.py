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
from bot.cogs.backups import BackupClock
from bot.cogs.buttons import Buttons
from bot.cogs.care import Care, CareDesk
from bot.cogs.delivery import Delivery
from bot.cogs.desk import Desk
from bot.cogs.elsewhere import Watch
from bot.cogs.forum import ForumPosts
from bot.cogs.gate import CAPABILITY, Gate
from bot.cogs.gateway import SteadyClient
from bot.cogs.housekeeping import Housekeeping
from bot.cogs.moderators import moderators
from bot.cogs.pace import Pacing
from bot.cogs.peers import peers
from bot.cogs.peers.clock import Clock
from bot.cogs.peers.inbox import InboxDesk
from bot.cogs.personal import PersonalDesk
from bot.cogs.routes import Router
from bot.cogs.suggest import Suggest
from bot.cogs.tell import guarded, is_news, say, tell
from bot.cogs.timekeeping import Timekeeper
from bot.cogs.traffic import CAME, meter_requests, trace
from bot.cogs.weekly import Weekly
from bot.core.errors import LanternError, StorageError
from bot.core.moderation import Capability
from bot.core.ports.watch import Gateway
from bot.logs import JOB
from bot.views.ids import CARE, DESK, MEET, OWN, PREFIX

if TYPE_CHECKING:
    from bot.app import Lantern
    from bot.core.upkeep import Checker

ROUTED = frozenset({discord.InteractionType.component, discord.InteractionType.modal_submit})

log = logging.getLogger(__name__)


class LanternClient(SteadyClient):
    """Listens to interactions and new threads: no privileged intent, and nobody is pinged unless a share says so."""

    def __init__(self, lantern: Lantern, *, force_sync: bool = False, checker: Checker | None = None) -> None:
        """`checker`: asks links. Without one, as in the demo, the bot does nothing unless somebody does something."""
        discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # it has no voice to warn about
        super().__init__(
            intents=discord.Intents(guilds=True),
            allowed_mentions=discord.AllowedMentions.none(),
            member_cache_flags=discord.MemberCacheFlags.none(),
            max_messages=None,
        )
        self._meter = lantern.meter
        self._meter.follow(latency=lambda: self.latency, servers=lambda: len(self.guilds))
        meter_requests(self, self._meter)
        texts, gate, care = lantern.texts, Gate(lantern.guilds, Pacing(lantern.texts)), Care(lantern)
        self.tree = Tree(self, lantern, gate, care)
        self._facts = lantern.activity
        self._force_sync = force_sync
        add_commands(self.tree, lantern.asking, texts, care)
        self.desk = Desk(lantern, gate, self, care, Timekeeper(self))
        routes, meeting = moderators(self.tree, self.desk), peers(self.tree, self.desk)
        self.delivery = Delivery(self.desk)
        self.forum = ForumPosts(self.desk)
        self.weekly = Weekly(self.desk, checker)
        self.watch = Watch(self.desk) if checker is not None else None
        self.clock = Clock(self.desk)
        self.housekeeping = Housekeeping(self.desk)
        self.backups = BackupClock(lantern.backups, self.desk.time)
        self._acts_unasked = checker is not None
        self._inbox = InboxDesk(self.desk)
        suggest = Suggest(self.desk)
        suggest.add_to(self.tree)
        care_desk = CareDesk(self.desk)
        care_desk.add_to(self.tree)
        personal = PersonalDesk(self.desk)
        personal.add_to(self.tree)
        buttons = Buttons(lantern.asking, lantern.proposals, texts)
        self.routers = (
            Router(PREFIX, {**buttons.routes, **self.forum.routes, **suggest.routes}, gate, texts),
            Router(DESK, routes, gate, texts),
            Router(MEET, meeting, gate, texts),
            Router(CARE, care_desk.routes, gate, texts),
            Router(OWN, personal.routes, gate, texts),
        )

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
        self.delivery.start()
        self.weekly.start()
        if self._acts_unasked:
            self.clock.start()
            self.housekeeping.start()
            self.backups.start()
        if self.watch is not None:
            self.watch.start()

    async def close(self) -> None:
        """End what runs in the background, then the connection."""
        self._meter.gateway(Gateway.LOST)
        self.delivery.stop()
        await self.weekly.close()
        await self.clock.close()
        await self.housekeeping.close()
        await self.backups.close()
        if self.watch is not None:
            await self.watch.close()
        await super().close()

    async def on_ready(self) -> None:
        """Say, and note, that the bot can be used."""
        self._meter.gateway(Gateway.READY)
        await super().on_ready()

    async def on_resumed(self) -> None:
        """Say, and note, that the connection is back."""
        self._meter.gateway(Gateway.RESUMED)
        await super().on_resumed()

    async def on_disconnect(self) -> None:
        """Note that the connection is lost, and count what was."""
        self._meter.gateway(Gateway.LOST)
        await super().on_disconnect()

    async def on_thread_create(self, thread: discord.Thread) -> None:
        """Suggest an answer under a new post of a help forum, where the moderators want that."""
        JOB.set("forum")
        await self.forum.look_at(thread)

    async def on_app_command_completion(
        self,
        interaction: discord.Interaction[Any],
        command: app_commands.Command[Any, ..., Any] | app_commands.ContextMenu,
    ) -> None:
        """Show, after an answer, what somebody could not be sent, and say that something waits in their inbox."""
        if command.extras.get(CAPABILITY) is Capability.ASK:
            await self.delivery.show_closed(interaction)
            await self._inbox.hint(interaction)

    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        """Route clicks and saved modals; discord.py itself routes commands and autocomplete."""
        trace(interaction)
        if interaction.type in CAME:
            self._meter.came(CAME[interaction.type])
        if interaction.type in ROUTED:
            await self._route(interaction)
        if interaction.type is not discord.InteractionType.autocomplete:
            await self.housekeeping.saw(interaction)

    async def _route(self, interaction: discord.Interaction[Any]) -> None:
        for router in self.routers:
            if await router.handle(interaction):
                return
        await guarded(interaction, say(interaction, self.desk.texts("error.button_old")), self.desk.texts)


class Tree(app_commands.CommandTree[LanternClient]):
    """A command tree that asks the gate, and whose errors reach the person as a sentence."""

    def __init__(self, client: LanternClient, lantern: Lantern, gate: Gate, care: Care) -> None:
        super().__init__(client)
        # Who typed on does not wait for the rows; a busy hour must not fill the log with that.
        logging.getLogger("discord.app_commands.tree").addFilter(is_news)
        self._texts = lantern.texts
        self._care = care
        self._gate = gate

    async def interaction_check(self, interaction: discord.Interaction[LanternClient], /) -> bool:
        """Tell whether somebody may use a command, or see the rows it suggests; who may not, learns why."""
        trace(interaction)
        needed = interaction.command.extras[CAPABILITY] if interaction.command else Capability.ASK
        try:
            await self._gate.require(interaction, needed)
            self._gate.pacing.of_command(interaction, needed)
        except LanternError as error:
            if interaction.type is discord.InteractionType.autocomplete:
                await interaction.response.autocomplete([])
            else:
                await guarded(interaction, self._refuse(interaction, error), self._texts)
            return False
        return True

    async def _refuse(self, interaction: discord.Interaction[LanternClient], error: LanternError) -> None:
        """Say why; where to find help comes first for who needs it, whatever they may do here."""
        typed = "\n".join(typed for _, typed in interaction.namespace if isinstance(typed, str))
        if (card := self._care.card_if_needed(interaction, typed, kept="care.not_kept")) is not None:
            await interaction.response.send_message(view=card, ephemeral=True)
        raise error

    async def on_error(
        self, interaction: discord.Interaction[LanternClient], error: app_commands.AppCommandError, /
    ) -> None:
        """Answer what the commands themselves did not catch; autocomplete simply shows no rows."""
        if interaction.type is discord.InteractionType.autocomplete:
            log.warning("Autocomplete failed", exc_info=error)
        else:
            await tell(interaction, error, self._texts)
