"""`/faq add`, `edit`, `remove` and "Save as FAQ": where the editor is opened."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands

from bot.cogs.ask import today
from bot.cogs.gate import CAPABILITY, Interaction, actor_of, guild_of
from bot.cogs.moderators.audit import Audit
from bot.cogs.moderators.history import History
from bot.cogs.moderators.previews import Previews
from bot.cogs.moderators.publishing import QUOTE_LENGTH, Publishing
from bot.cogs.moderators.reviews import Reviews
from bot.cogs.moderators.saving import Saving, form_id, place_of
from bot.cogs.moderators.showing import show
from bot.cogs.routes import Route
from bot.cogs.tell import say
from bot.core.errors import ConflictError
from bot.core.models import EntryId
from bot.core.moderation import Capability, Form, revision_of
from bot.faq.forms import QUESTION_LENGTHS, form_of
from bot.safety.text import clean, cut, escape
from bot.views.answers import sentence
from bot.views.ids import number_in
from bot.views.moderators.editor import entry_modal, long_card, remove_card, too_long
from bot.views.moderators.shown import Shown

if TYPE_CHECKING:
    from bot.cogs.desk import Desk


class Editor:
    """Opens the editor; what happens then is in `Saving`, `Publishing`, `Reviews`, `History` and `Audit`."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        previews, self._audit = Previews(desk), Audit(desk)
        self._saving = Saving(desk, previews)
        publishing = Publishing(desk, previews, self._audit)
        self._reviews = Reviews(desk, previews, publishing)
        self._history = History(desk, self._audit)
        edit, publish = Capability.EDIT, Capability.PUBLISH
        self.routes: dict[tuple[str, int], Route] = {
            ("form", 1): Route(edit, self._open_form, opens_modal=True),
            ("removing", 2): Route(publish, self._turn_page),
            ("remove", 2): Route(publish, self._remove),
            ("leave", 0): Route(edit, self._leave),
        }
        for part in (self._saving, publishing, self._reviews, self._history, self._audit):
            self.routes |= part.routes

    def add_to(self, tree: app_commands.CommandTree[Any], faq: app_commands.Group) -> None:
        """Add the commands and the message menu."""
        command = self._desk.command
        edit = command("command.faq_edit.name", "command.faq_edit.description", self._edit_command(), Capability.EDIT)
        remove = command(
            "command.faq_remove.name", "command.faq_remove.description", self._remove_command(), Capability.PUBLISH
        )
        faq.add_command(
            command("command.faq_add.name", "command.faq_add.description", self._add_command(), Capability.EDIT)
        )
        for with_entry in (edit, remove):
            with_entry.autocomplete("entry")(self._desk.suggest_entries)
            faq.add_command(with_entry)
        self._reviews.add_to(faq)
        self._history.add_to(faq)
        tree.add_command(self._menu())

    def _add_command(self) -> Any:
        texts = self._desk.texts

        @app_commands.rename(file=texts("command.faq_add.file"))
        @app_commands.describe(file=texts("command.faq_add.file_description"))
        async def add(interaction: Interaction, file: discord.Attachment | None = None) -> None:
            if file is not None:
                await interaction.response.defer(ephemeral=True)
                await self._saving.from_file(interaction, file, place_of())
                return
            await interaction.response.send_modal(entry_modal(texts, form_id(*place_of()), Form(), is_new=True))

        return add

    def _edit_command(self) -> Any:
        texts = self._desk.texts

        @app_commands.rename(entry=texts("command.faq.entry"), file=texts("command.faq_add.file"))
        @app_commands.describe(
            entry=texts("command.faq.entry_description"), file=texts("command.faq_add.file_description")
        )
        async def edit(interaction: Interaction, entry: str, file: discord.Attachment | None = None) -> None:
            entry_id = self._desk.entry_id(entry)
            if file is not None:
                await interaction.response.defer(ephemeral=True)
                now = (await self._desk.lantern.library.shelf(guild_of(interaction))).entry(entry_id)
                await self._saving.from_file(interaction, file, place_of(entry_id, revision_of(now)))
                return
            form, where = await self._form(interaction, entry_id)
            if too_long(form):
                await interaction.response.defer(ephemeral=True)
                await show(interaction, long_card(texts, form, entry_id))
                return
            await interaction.response.send_modal(entry_modal(texts, form_id(*where), form, is_new=False))

        return edit

    def _remove_command(self) -> Any:
        texts = self._desk.texts

        @app_commands.rename(entry=texts("command.faq.entry"))
        @app_commands.describe(entry=texts("command.faq.entry_description"))
        async def remove(interaction: Interaction, entry: str) -> None:
            await interaction.response.defer(ephemeral=True)
            await self._ask_to_remove(interaction, self._desk.entry_id(entry), 0)

        return remove

    def _menu(self) -> app_commands.ContextMenu:
        texts = self._desk.texts

        async def save_message(interaction: Interaction, message: discord.Message) -> None:
            if not message.content.strip():
                await say(interaction, texts("error.message_blank"))
                return
            origin = f"message:{message.channel.id}.{message.id}"
            modal = entry_modal(texts, form_id(*place_of(origin=origin)), _form_of(message.content), is_new=True)
            await interaction.response.send_modal(modal)

        return app_commands.ContextMenu(
            name=texts("command.menu_save.name"), callback=save_message, extras={CAPABILITY: Capability.EDIT}
        )

    async def _form(self, interaction: Interaction, entry_id: EntryId) -> tuple[Form, tuple[str, ...]]:
        shelf = await self._desk.lantern.library.shelf(guild_of(interaction))
        entry = shelf.entry(entry_id)
        return form_of(entry, shelf.topics), place_of(entry_id, revision_of(entry))

    async def _open_form(self, interaction: Interaction, entry: str) -> None:
        form, where = await self._form(interaction, EntryId(entry))
        await interaction.response.send_modal(entry_modal(self._desk.texts, form_id(*where), form, is_new=False))

    async def _turn_page(self, interaction: Interaction, entry: str, page: str) -> None:
        await self._ask_to_remove(interaction, EntryId(entry), number_in(page))

    async def _ask_to_remove(self, interaction: Interaction, entry_id: EntryId, page: int, note: str = "") -> None:
        entry = (await self._desk.lantern.library.shelf(guild_of(interaction))).entry(entry_id)
        card = remove_card(self._desk.texts, entry, revision_of(entry), today(), page=page, note=note)
        await show(interaction, Shown(card))

    async def _remove(self, interaction: Interaction, entry: str, expected: str) -> None:
        texts, guild, entry_id = self._desk.texts, guild_of(interaction), EntryId(entry)
        entries = (await self._desk.lantern.library.shelf(guild)).entries
        question = entries[entry_id].question if entry_id in entries else entry
        try:
            saved = await self._desk.lantern.editing.remove(guild, actor_of(interaction).user, entry_id, expected)
        except ConflictError:
            # It is not removed unseen: what somebody else made of it is shown, and asked about again.
            await self._ask_to_remove(interaction, entry_id, 0, texts("error.conflict") + "\n\n")
            return
        text = texts("editor.removed", question=escape(cut(question, QUOTE_LENGTH)))
        await self._audit.show_done(interaction, text, saved.change)

    async def _leave(self, interaction: Interaction) -> None:
        await show(interaction, Shown(sentence(self._desk.texts("editor.left"))))


def _form_of(message: str) -> Form:
    """Return what a message begins an entry with; its first line is the question where it asks one."""
    first = clean(message.strip().splitlines()[0])
    is_question = first.endswith("?") and len(first) <= QUESTION_LENGTHS[1]
    return Form(question=first if is_question else "", answer=message)
