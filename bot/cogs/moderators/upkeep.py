"""`/faq upkeep`: what needs attention, one finding at a time, and what is done about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.cogs.ask import today
from bot.cogs.gate import actor_of, guild_of
from bot.cogs.moderators.showing import show
from bot.cogs.routes import Route, pick_in
from bot.core.errors import FormError, VersionGoneError
from bot.core.models import EntryId
from bot.core.moderation import Capability
from bot.core.upkeep import FindingKind
from bot.faq.digest import by_kind
from bot.safety.text import escape
from bot.views.moderators.upkeep import EVERY_KIND, Place, finding_card, merge_card, none_card, retire_card

if TYPE_CHECKING:
    from collections.abc import Sequence

    from discord import app_commands

    from bot.cogs.desk import Desk
    from bot.cogs.gate import Interaction
    from bot.core.moderation import ChangeId
    from bot.faq.upkeep import Finding


class UpkeepDesk:
    """Shows findings, the most urgent first.

    Whoever may edit looks, and says that something is fine; what changes the FAQ takes the right to publish. It is
    told in the moderators' channel, where it can be taken back.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._texts = desk.texts
        self._upkeep = desk.lantern.upkeep
        edit, publish = Capability.EDIT, Capability.PUBLISH
        self.routes = {
            ("up_open", 0): Route(edit, self._open),
            ("up_show", 2): Route(edit, self._go_to),
            ("up_filter", 0): Route(edit, self._filter),
            ("up_fine", 2): Route(edit, self._leave),
            ("up_verify", 2): Route(publish, self._verify),
            ("up_merge", 2): Route(publish, self._ask_which_stays),
            ("up_keep", 3): Route(publish, self._merge),
            ("up_retire", 2): Route(publish, self._ask_to_retire),
            ("up_gone", 2): Route(publish, self._retire),
            ("up_follow", 3): Route(publish, self._follow),
        }

    def add_to(self, _tree: app_commands.CommandTree[Any], faq: app_commands.Group) -> None:
        """Add the command."""

        async def upkeep(interaction: Interaction) -> None:
            await interaction.response.defer(ephemeral=True)
            await self._open(interaction)

        name, description = "command.faq_upkeep.name", "command.faq_upkeep.description"
        faq.add_command(self._desk.command(name, description, upkeep, Capability.EDIT))

    async def _open(self, interaction: Interaction) -> None:
        await self._show(interaction, EVERY_KIND)

    async def _go_to(self, interaction: Interaction, kind: str, key: str) -> None:
        await self._show(interaction, kind, key=key)

    async def _filter(self, interaction: Interaction) -> None:
        await self._show(interaction, pick_in(interaction))

    async def _leave(self, interaction: Interaction, kind: str, key: str) -> None:
        finding, at = await self._find(interaction, kind, key)
        await self._upkeep.dismiss(guild_of(interaction), finding)
        await self._show(interaction, kind, at=at, note=self._texts("up.is_fine"))

    async def _verify(self, interaction: Interaction, kind: str, key: str) -> None:
        finding, at = await self._find(interaction, kind, key)
        by, editing = actor_of(interaction).user, self._desk.lantern.editing
        saved = await editing.verify(guild_of(interaction), by, finding.entry_id, today())
        note = self._texts("up.verified", question=await self._question(interaction, finding.entry_id))
        await self._show(interaction, kind, at=at, note=note, undo=saved.change)

    async def _ask_which_stays(self, interaction: Interaction, kind: str, key: str) -> None:
        finding, _ = await self._find(interaction, kind, key)
        shelf = await self._desk.lantern.library.shelf(guild_of(interaction))
        await show(interaction, merge_card(finding, kind, shelf, self._texts))

    async def _merge(self, interaction: Interaction, kind: str, key: str, stays: str) -> None:
        finding, at = await self._find(interaction, kind, key)
        kept = EntryId(stays)
        gone = finding.other if finding.other is not None and finding.other != kept else finding.entry_id
        lost = await self._question(interaction, gone)
        by, editing = actor_of(interaction).user, self._desk.lantern.editing
        try:
            saved = await editing.merge(guild_of(interaction), by, kept, gone)
        except FormError as error:
            faults = "\n".join(self._texts(fault.text_key, **fault.values) for fault in error.faults)
            await self._show(interaction, kind, at=at, note=faults)
            return
        note = self._texts("up.merged", gone=lost, kept=await self._question(interaction, kept))
        await self._show(interaction, kind, at=at, note=note, undo=saved.change)

    async def _ask_to_retire(self, interaction: Interaction, kind: str, key: str) -> None:
        finding, _ = await self._find(interaction, kind, key)
        shelf = await self._desk.lantern.library.shelf(guild_of(interaction))
        await show(interaction, retire_card(finding, kind, shelf, self._texts))

    async def _retire(self, interaction: Interaction, kind: str, key: str) -> None:
        finding, at = await self._find(interaction, kind, key)
        guild, editing = guild_of(interaction), self._desk.lantern.editing
        question = await self._question(interaction, finding.entry_id)
        draft = await editing.open(guild, actor_of(interaction).user, finding.entry_id)
        saved = await editing.remove(guild, draft.by, finding.entry_id, draft.expected)
        note = self._texts("up.retired", question=question)
        await self._show(interaction, kind, at=at, note=note, undo=saved.change)

    async def _follow(self, interaction: Interaction, kind: str, key: str, whose: str) -> None:
        finding, at = await self._find(interaction, kind, key)
        is_pack = whose == "pack"
        question = await self._question(interaction, finding.entry_id)
        by, editing = actor_of(interaction).user, self._desk.lantern.editing
        saved = await editing.follow(guild_of(interaction), by, finding.entry_id, pack=is_pack)
        note = self._texts("up.taken", question=question) if is_pack else self._texts("up.kept", question=question)
        await self._show(interaction, kind, at=at, note=note, undo=saved.change)

    async def _find(self, interaction: Interaction, kind: str, key: str) -> tuple[Finding, int]:
        """Return the finding with a key, and its place in the list. Raises VersionGoneError.

        There is none where an entry says something else than it did on the card, or somebody was faster.
        """
        found = _of_kind(await self._upkeep.findings(guild_of(interaction), today()), kind)
        for at, finding in enumerate(found):
            if finding.key == key:
                return finding, at
        raise VersionGoneError("There is no such finding any more.")

    async def _show(
        self,
        interaction: Interaction,
        kind: str,
        *,
        key: str = "",
        at: int = 0,
        note: str = "",
        undo: ChangeId | None = None,
    ) -> None:
        """Show the finding with a key, or at a place in the list; the first where there is none, of any kind."""
        guild = guild_of(interaction)
        every = await self._upkeep.findings(guild, today())
        if not every:
            await show(interaction, none_card(self._texts, note, undo))
            return
        found = _of_kind(every, kind)
        if not found:
            kind, found, at = EVERY_KIND, every, 0
        keys = [finding.key for finding in found]
        at = keys.index(key) if key in keys else at % len(keys)
        only = None if kind == EVERY_KIND else FindingKind(kind)
        place = Place(only, by_kind(every), at + 1, len(keys), keys[(at + 1) % len(keys)])
        library = self._desk.lantern.library
        card = finding_card(
            found[at], place, await library.shelf(guild), library.pack_entries, self._texts, note=note, undo=undo
        )
        await show(interaction, card)

    async def _question(self, interaction: Interaction, entry_id: EntryId) -> str:
        shelf = await self._desk.lantern.library.shelf(guild_of(interaction))
        return escape(shelf.entry(entry_id).question)


def _of_kind(found: Sequence[Finding], kind: str) -> Sequence[Finding]:
    return found if kind == EVERY_KIND else [finding for finding in found if finding.kind == kind]
