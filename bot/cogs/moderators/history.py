"""`/faq history` and `/faq undo`: what an entry was before, and the way back to it."""

from __future__ import annotations

import asyncio
from itertools import islice
from typing import TYPE_CHECKING, Any

from discord import app_commands

from bot.cogs.ask import today
from bot.cogs.gate import actor_of, guild_of
from bot.cogs.moderators.showing import show
from bot.cogs.routes import Route
from bot.core.models import EntryId
from bot.core.moderation import Capability, VersionId, revision_of
from bot.faq.differences import changed
from bot.faq.forms import owners_of
from bot.safety.text import cut, escape, normalise
from bot.views.answers import OPTION_LENGTH, OPTIONS, sentence
from bot.views.ids import number_in
from bot.views.moderators.history import QUOTE_LENGTH, VERSIONS, change_card, history_card, restore_card
from bot.views.moderators.shown import NOTHING, Shown, paged

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.cogs.desk import Desk
    from bot.cogs.gate import Interaction
    from bot.cogs.moderators.audit import Audit
    from bot.core.models import Entry


class History:
    """Shows versions and restores them."""

    def __init__(self, desk: Desk, audit: Audit) -> None:
        self._desk = desk
        self._audit = audit
        edit, publish = Capability.EDIT, Capability.PUBLISH
        self.routes: dict[tuple[str, int], Route] = {
            ("history", 2): Route(edit, self._turn_page),
            ("version", 1): Route(edit, self._show_version),
            ("restoring", 2): Route(publish, self._ask_to_restore),
            ("restore", 2): Route(publish, self._restore),
        }

    def add_to(self, faq: app_commands.Group) -> None:
        """Add the commands."""
        command = self._desk.command
        history = command(
            "command.faq_history.name", "command.faq_history.description", self._history_command(), Capability.EDIT
        )
        history.autocomplete("entry")(self._suggest)
        faq.add_command(history)
        faq.add_command(
            command("command.faq_undo.name", "command.faq_undo.description", self._undo_command(), Capability.PUBLISH)
        )

    def _history_command(self) -> Any:
        texts = self._desk.texts

        @app_commands.rename(entry=texts("command.faq.entry"))
        @app_commands.describe(entry=texts("command.faq.entry_description"))
        async def history(interaction: Interaction, entry: str) -> None:
            await interaction.response.defer(ephemeral=True)
            await self._show_page(interaction, self._desk.entry_id(entry), 0)

        return history

    def _undo_command(self) -> Any:
        async def undo(interaction: Interaction) -> None:
            await interaction.response.defer(ephemeral=True)
            change_id, change = await self._desk.lantern.editing.undo(guild_of(interaction), actor_of(interaction).user)
            text = self._desk.texts("editor.undone", number=len(change.edits))
            await self._audit.show_done(interaction, text, change_id)

        return undo

    async def _suggest(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        """Return rows for entries that are there, and for those that were removed: theirs come last, unless typed."""
        there = await self._desk.suggest_entries(interaction, typed)
        removed = await self._desk.lantern.editing.removed(guild_of(interaction))
        # Whoever brought in a FAQ of their own removed hundreds.
        found = await asyncio.to_thread(_with_words, removed, normalise(typed).split())
        gone = [app_commands.Choice(name=self._removed_label(entry), value=f"id:{entry.id}") for entry in found]
        return [*there[: OPTIONS - min(len(gone), OPTIONS // 2)], *gone][:OPTIONS]

    def _removed_label(self, entry: Entry) -> str:
        label = self._desk.texts("history.removed_label", question="")
        return self._desk.texts("history.removed_label", question=cut(entry.question, OPTION_LENGTH - len(label)))

    async def _turn_page(self, interaction: Interaction, entry: str, page: str) -> None:
        await self._show_page(interaction, EntryId(entry), number_in(page))

    async def _show_page(self, interaction: Interaction, entry_id: EntryId, page: int) -> None:
        guild, texts = guild_of(interaction), self._desk.texts
        versions = await self._desk.lantern.editing.history(guild, entry_id)
        shelf = await self._desk.lantern.library.shelf(guild)
        if not versions:
            shelf.entry(entry_id)
            await show(interaction, Shown(sentence(texts("history.nothing"))))
            return
        pairs = list(zip(versions, [None, *versions[:-1]], strict=True))[::-1]
        shown, number, pages = paged(pairs, page, VERSIONS)
        changes = await asyncio.to_thread(lambda: [changed(*pair, shelf.topics) for pair in shown])
        question = next((version.entry.question for version, _ in pairs if version.entry), entry_id)
        await show(interaction, Shown(history_card(texts, entry_id, question, changes, page=number, pages=pages)))

    async def _show_version(self, interaction: Interaction, number: str) -> None:
        guild = guild_of(interaction)
        version, before = await self._desk.lantern.editing.version(guild, VersionId(number_in(number)))
        topics = (await self._desk.lantern.library.shelf(guild)).topics
        shown = change_card(self._desk.texts, [changed(version, before, topics)])
        await interaction.followup.send(view=shown.card, files=list(shown.files), ephemeral=True)

    async def _ask_to_restore(self, interaction: Interaction, number: str, page: str) -> None:
        guild, version_id = guild_of(interaction), VersionId(number_in(number))
        version, _ = await self._desk.lantern.editing.version(guild, version_id)
        shelf = await self._desk.lantern.library.shelf(guild)
        texts = version.entry.texts if version.entry else ()
        taken = await asyncio.to_thread(owners_of, texts, shelf, version.entry_id)
        now = revision_of(shelf.entries.get(version.entry_id))
        card = restore_card(self._desk.texts, version, now, today(), taken, page=number_in(page))
        await show(interaction, Shown(card))

    async def _restore(self, interaction: Interaction, number: str, expected: str) -> None:
        guild, user = guild_of(interaction), actor_of(interaction).user
        saved = await self._desk.lantern.editing.restore(
            guild, user, VersionId(number_in(number)), expected=expected.removeprefix(NOTHING)
        )
        question = saved.entry.question if saved.entry else saved.entry_id
        text = self._desk.texts("history.restored_now", question=escape(cut(question, QUOTE_LENGTH)))
        await self._audit.show_done(interaction, text, saved.change)


def _with_words(entries: Sequence[Entry], words: Sequence[str]) -> list[Entry]:
    """Return the first entries, as many as a list holds, whose question has each of these normalised words."""
    asked = ((entry, normalise(entry.question)) for entry in entries)
    return list(islice((entry for entry, question in asked if all(word in question for word in words)), OPTIONS))
