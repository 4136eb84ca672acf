"""`/faq export` and `/faq import`: the whole FAQ as a file, out and back in."""

from __future__ import annotations

import asyncio
import io
import logging
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands

from bot.cogs.gate import actor_of, guild_of
from bot.cogs.moderators.showing import defer_form, show
from bot.cogs.routes import Route, fields_of
from bot.cogs.tell import UNSENT, say, text_for
from bot.content.exchange import MOST_BYTES, dump, read
from bot.core.errors import ContentError, FileTooLargeError, LanternError, NotAllowedError
from bot.core.models import Format
from bot.core.moderation import Capability, Upload
from bot.faq.rights import may, publishes_alone
from bot.safety.text import clean, escape
from bot.views.answers import Card, sentence
from bot.views.ids import number_in
from bot.views.moderators.editor import done_card
from bot.views.moderators.exchange import (
    TITLE_LENGTHS,
    Alike,
    changes_text,
    given_back_card,
    paste_modal,
    plan_card,
    problems_card,
)
from bot.views.moderators.shown import Shown, file_part

if TYPE_CHECKING:
    from bot.cogs.desk import Desk
    from bot.cogs.gate import Interaction
    from bot.core.models import GuildId
    from bot.faq.importing import Plan

LOOKED_AT = 200
"""New entries whose likeness to others is looked at before an import."""
ALIKE = 0.9
"""Cosine from which a new entry's question is probably asked already [assumed]."""
PASTED = "pasted"
"""The name of a file that was typed into the form."""

log = logging.getLogger(__name__)


class Exchange:
    """Brings a FAQ out and in."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.routes: dict[tuple[str, int], Route] = {
            ("imp_paste", 1): Route(Capability.EDIT, self._pasted, keeps_first=True),
            ("imp_mend", 1): Route(Capability.EDIT, self._mend, opens_modal=True),
            ("imp_apply", 2): Route(Capability.PUBLISH, self._apply),
            ("imp_cancel", 1): Route(Capability.EDIT, self._cancel),
        }

    def add_to(self, _tree: app_commands.CommandTree[Any], faq: app_commands.Group) -> None:
        """Add the commands."""
        command = self._desk.command
        faq.add_command(
            command("command.faq_export.name", "command.faq_export.description", self._export(), Capability.EDIT)
        )
        faq.add_command(
            command("command.faq_import.name", "command.faq_import.description", self._import(), Capability.EDIT)
        )

    def _export(self) -> Any:
        texts = self._desk.texts
        choices = [app_commands.Choice(name=texts(key), value=form.value) for form, key in FORMATS.items()]

        @app_commands.rename(form=texts("command.faq_export.form"))
        @app_commands.describe(form=texts("command.faq_export.form_description"))
        @app_commands.choices(form=choices)
        async def export(interaction: Interaction, form: app_commands.Choice[str] | None = None) -> None:
            await interaction.response.defer(ephemeral=True)
            chosen = Format(form.value) if form else Format.YAML
            bundle = await self._desk.lantern.importing.everything(guild_of(interaction))
            data = await asyncio.to_thread(dump, bundle, chosen)
            name = f"faq-{datetime.now(UTC):%Y-%m-%d}.{chosen.value}"
            file = discord.File(io.BytesIO(data), name)
            text = texts("export.done", number=len(bundle.entries))
            card = Card(discord.ui.TextDisplay(text), file_part(file))
            await interaction.edit_original_response(view=card, attachments=[file])

        return export

    def _import(self) -> Any:
        texts = self._desk.texts

        @app_commands.rename(
            file=texts("command.faq_import.file"),
            topic=texts("command.faq_import.topic"),
            replaces=texts("command.faq_import.replaces"),
        )
        @app_commands.describe(
            file=texts("command.faq_import.file_description"),
            topic=texts("command.faq_import.topic_description"),
            replaces=texts("command.faq_import.replaces_description"),
        )
        async def bring_in(
            interaction: Interaction,
            file: discord.Attachment | None = None,
            topic: app_commands.Range[str, 3, 80] | None = None,
            replaces: bool = False,
        ) -> None:
            if file is None:
                modal = paste_modal(texts, topic or texts("import.topic"), replaces=replaces)
                await interaction.response.send_modal(modal)
                return
            await interaction.response.defer(ephemeral=True)
            if file.size > MOST_BYTES:  # not even fetched
                raise FileTooLargeError(f"A file of {file.size:,} bytes; at most {MOST_BYTES:,} are read.")
            try:
                content = await file.read()
            except discord.HTTPException as error:
                log.warning("A file to be imported could not be fetched: %s", error)
                await say(interaction, texts("fault.file_lost", name=escape(file.filename)))
                return
            by = actor_of(interaction).user
            name, topic = clean(file.filename), clean(topic or "")
            await self._offer(interaction, Upload(by, name, content, topic, replaces, datetime.now(UTC)))

        return bring_in

    async def _pasted(self, interaction: Interaction, replaces: str) -> None:
        """Look at what was typed into the form; where that fails, give it back."""
        fields, by = fields_of(interaction), actor_of(interaction).user
        content, topic = fields.get("pasted", "").encode("utf-8", "replace"), fields.get("topic", "")
        await defer_form(interaction)
        try:
            await self._offer(interaction, Upload(by, PASTED, content, topic, replaces == "1", datetime.now(UTC)))
        except LanternError as error:
            reason = text_for(error, self._desk.texts) or ""
            await show(interaction, given_back_card(self._desk.texts, reason, content.decode()))

    async def _mend(self, interaction: Interaction, number: str) -> None:
        """Open the form with pasted text that had faults."""
        upload = await self._desk.lantern.uploads.take(guild_of(interaction), number_in(number))
        if upload.by != actor_of(interaction).user or upload.name != PASTED:
            raise NotAllowedError(f"What was pasted as {number} belongs to somebody else.")
        modal = paste_modal(self._desk.texts, upload.topic, upload.content.decode(), replaces=upload.replaces)
        await interaction.response.send_modal(modal)

    async def _offer(self, interaction: Interaction, upload: Upload) -> None:
        """Keep a file, and show what it would change; where it has faults, those."""
        guild, texts = guild_of(interaction), self._desk.texts
        actor, settings = await self._desk.gate.require(interaction, Capability.EDIT)
        number = await self._desk.lantern.uploads.keep(guild, upload)
        try:
            plan = await self._plan(guild, upload)
        except ContentError as error:
            pasted = number if upload.name == PASTED else None
            await show(interaction, problems_card(texts, error.problems, pasted))
            return
        shown = await self._shown(guild, plan, number)
        if publishes_alone(actor, settings) or not plan.size:
            await show(interaction, shown)
            return
        told = await self._desk.tell_moderators(guild, shown.card, files=list(shown.files))
        await show(interaction, Shown(sentence(texts("import.handed_in" if told else "import.nobody_to_approve"))))

    async def _apply(self, interaction: Interaction, number: str, fingerprint: str) -> None:
        guild, texts = guild_of(interaction), self._desk.texts
        actor, settings = await self._desk.gate.require(interaction, Capability.PUBLISH)
        upload = await self._desk.lantern.uploads.take(guild, number_in(number))
        if settings.four_eyes and upload.by == actor.user:
            await say(interaction, texts("import.four_eyes"))
            return
        try:
            plan = await self._plan(guild, upload)
        except ContentError as error:  # what is read was made stricter since
            await show(interaction, problems_card(texts, error.problems))
            return
        if plan.fingerprint != fingerprint:
            await show(interaction, await self._shown(guild, plan, number_in(number)))
            await say(interaction, texts("import.stale"))
            return
        change = await self._desk.lantern.importing.carry_out(guild, actor.user, plan, upload.name)
        done = done_card(texts, texts("import.done", number=plan.size), change)
        await self._close(interaction, upload, done, "import.yours_applied")

    async def _cancel(self, interaction: Interaction, number: str) -> None:
        """Forget a file: one's own, or as somebody who may publish, anybody's."""
        guild, texts = guild_of(interaction), self._desk.texts
        actor, settings = await self._desk.gate.require(interaction, Capability.EDIT)
        upload = await self._desk.lantern.uploads.take(guild, number_in(number))
        if upload.by != actor.user and not may(actor, Capability.PUBLISH, settings):
            raise NotAllowedError(f"File {number} belongs to somebody else.")
        await self._desk.lantern.uploads.drop(guild, number_in(number))
        await self._close(interaction, upload, sentence(texts("import.cancelled")), "import.yours_declined")

    async def _close(self, interaction: Interaction, upload: Upload, card: Card, told: str) -> None:
        """Tell whose file it was, and let a card take the place of the plan, wherever it stands."""
        if upload.by != interaction.user.id:
            text = self._desk.texts(told, name=escape(upload.name), user=interaction.user.id)
            try:
                await self._desk.tell_person(upload.by, sentence(text))
            except UNSENT as error:
                log.warning("Whose file it was could not be told: %s", error)
        await interaction.edit_original_response(view=card, attachments=[])

    async def _plan(self, guild: GuildId, upload: Upload) -> Plan:
        """Return what a file would change now. Raises ContentError."""
        importing, title = self._desk.lantern.importing, clean(upload.topic)
        topic = await importing.topic(
            guild, title if len(title) >= TITLE_LENGTHS[0] else self._desk.texts("import.topic")
        )
        day = upload.at.date()
        bundle = await asyncio.to_thread(read, upload.name, upload.content, today=day, topic=topic.id)
        bundle = replace(bundle, topics=(topic, *bundle.topics))
        return await importing.plan(guild, bundle, replace=upload.replaces)

    async def _shown(self, guild: GuildId, plan: Plan, number: int) -> Shown:
        texts, topics = self._desk.texts, (await self._desk.lantern.library.shelf(guild)).topics
        alike = await self._alike(guild, plan)
        changes = await asyncio.to_thread(changes_text, texts, plan, topics, alike)
        return plan_card(texts, plan, topics, alike, number=number, changes=changes)

    async def _alike(self, guild: GuildId, plan: Plan) -> list[Alike]:
        """Return new entries that the FAQ probably has already, in other words."""
        search, entries = self._desk.lantern.search, (await self._desk.lantern.library.shelf(guild)).entries
        looked_at, going = plan.added[:LOOKED_AT], frozenset(entry.id for entry in plan.removed)
        await search.vectors([entry.question for entry in looked_at])  # all at once: `nearest` finds them stored
        pairs = [(entry, (await search.nearest(guild, [entry.question], going))[:1]) for entry in looked_at]
        return [
            (entry, entries[near.entry_id], near.cosine)
            for entry, nearest in pairs
            for near in nearest
            if near.cosine >= ALIKE and near.entry_id in entries
        ]


FORMATS = {Format.YAML: "export.yaml", Format.CSV: "export.csv", Format.JSONL: "export.jsonl"}
"""What an export can be, with its name."""
