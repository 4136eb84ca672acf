"""`/faq queue`: what the FAQ does not know yet, one question at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.cogs.gate import guild_of
from bot.cogs.moderators.saving import form_id, place_of
from bot.cogs.routes import Route, fields_of, pick_in
from bot.cogs.tell import say
from bot.core.models import EntryId, UserId
from bot.core.moderation import Capability
from bot.core.unanswered import DealtWithError, QuestionState
from bot.faq.asking import PICKED
from bot.faq.queue import ORIGIN
from bot.views.answers import OPTIONS, sentence
from bot.views.ids import number_in
from bot.views.moderators.editor import entry_modal
from bot.views.moderators.queue import (
    MERGES,
    Place,
    dealt_with_text,
    found_card,
    named,
    queue_card,
    settled_card,
    typed_modal,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from discord import app_commands

    from bot.cogs.desk import Desk
    from bot.cogs.gate import Interaction
    from bot.core.models import Entry
    from bot.core.unanswered import Unanswered

    Do = Callable[..., Awaitable[None]]

NEAREST = 5
"""Entries offered as the one that answers a question."""


class QueueDesk:
    """The card of a question that waits.

    Whoever may edit decides about it; what changes what members are answered takes the right to publish.
    A card is of a question, not of its place, so that a click never means another one; whoever comes second learns
    who was first.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._texts = desk.texts
        self._queue = desk.lantern.queue
        edit, publish = Capability.EDIT, Capability.PUBLISH
        self.routes = {
            ("queue_at", 2): Route(edit, self._show_at),
            ("queue_show", 1): Route(edit, self._told(self._show)),
            ("queue_open", 1): Route(edit, self._open),
            ("queue_answer", 1): Route(edit, self._told(self._answer), opens_modal=True),
            ("queue_another", 1): Route(edit, self._told(self._ask_entry), opens_modal=True),
            ("queue_typed", 1): Route(edit, self._told(self._find)),
            ("queue_link", 1): Route(publish, self._told(self._link)),
            ("queue_dismiss", 1): Route(edit, self._told(self._dismiss)),
            ("queue_undo", 1): Route(edit, self._told(self._reopen)),
            ("queue_merge", 1): Route(edit, self._told(self._merge)),
        }

    def add_to(self, _tree: app_commands.CommandTree[Any], faq: app_commands.Group) -> None:
        """Add the command."""

        async def queue(interaction: Interaction) -> None:
            await interaction.response.defer(ephemeral=True)
            await self._show_at(interaction)

        name, description = "command.faq_queue.name", "command.faq_queue.description"
        faq.add_command(self._desk.command(name, description, queue, Capability.EDIT))

    def _told(self, do: Do) -> Do:
        """Return what does the same, and tells who dealt with a question that no longer waits."""

        async def run(interaction: Interaction, *arguments: str) -> None:
            try:
                await do(interaction, *arguments)
            except DealtWithError as error:
                text = await self._who_dealt_with(error.question)
                if interaction.response.is_done():
                    # A second click must not take away the way back that the first one left.
                    undo = error.question.id if error.question.state is QuestionState.DISMISSED else None
                    await interaction.edit_original_response(view=settled_card(text, self._texts, undo=undo))
                else:
                    await say(interaction, text)

        return run

    async def _show_at(self, interaction: Interaction, number: str = "0", _side: str = "") -> None:
        waiting = await self._queue.waiting(guild_of(interaction))
        if not waiting:
            await interaction.edit_original_response(view=sentence(self._texts("queue.empty")))
            return
        place = await self._place(waiting[number_in(number) % len(waiting)], waiting)
        await interaction.edit_original_response(view=queue_card(place, self._texts))

    async def _show(self, interaction: Interaction, number: str) -> None:
        question = await self._waiting(interaction, number)
        waiting = await self._queue.waiting(question.guild)
        await interaction.edit_original_response(view=queue_card(await self._place(question, waiting), self._texts))

    async def _open(self, interaction: Interaction, number: str) -> None:
        """Show a question from a line that everybody in the moderators' channel sees."""
        question = await self._queue.one(guild_of(interaction), number_in(number))
        if question.state is QuestionState.WAITING:
            place = await self._place(question, await self._queue.waiting(question.guild))
            card = queue_card(place, self._texts)
        else:
            card = settled_card(await self._who_dealt_with(question), self._texts)
        await interaction.followup.send(view=card, ephemeral=True)

    async def _answer(self, interaction: Interaction, number: str) -> None:
        question = await self._waiting(interaction, number)
        custom_id = form_id(*place_of(origin=f"{ORIGIN}{question.id}"))
        modal = entry_modal(self._texts, custom_id, self._queue.form(question), is_new=True)
        await interaction.response.send_modal(modal)

    async def _ask_entry(self, interaction: Interaction, number: str) -> None:
        question = await self._waiting(interaction, number)
        await interaction.response.send_modal(typed_modal(question, self._texts))

    async def _find(self, interaction: Interaction, number: str) -> None:
        question = await self._waiting(interaction, number)
        found = await self._entries_like(fields_of(interaction).get("entry", "").strip(), question)
        await interaction.edit_original_response(view=found_card(question, found, self._texts))

    async def _link(self, interaction: Interaction, number: str) -> None:
        guild, entry_id = guild_of(interaction), EntryId(pick_in(interaction))
        entry = (await self._desk.lantern.library.shelf(guild)).entry(entry_id)
        phrasing = await self._queue.link(guild, number_in(number), entry_id, UserId(interaction.user.id))
        key = "queue.linked" if phrasing is not None else "queue.linked_long"
        text = self._texts(key, entry=named(entry.question))
        await interaction.edit_original_response(view=settled_card(text, self._texts))

    async def _dismiss(self, interaction: Interaction, number: str) -> None:
        question = await self._queue.dismiss(guild_of(interaction), number_in(number), UserId(interaction.user.id))
        text = self._texts("queue.dismissed", question=named(question.question))
        await interaction.edit_original_response(view=settled_card(text, self._texts, undo=question.id))

    async def _reopen(self, interaction: Interaction, number: str) -> None:
        await self._queue.reopen(guild_of(interaction), number_in(number))
        await self._show(interaction, number)

    async def _merge(self, interaction: Interaction, number: str) -> None:
        guild, into = guild_of(interaction), number_in(pick_in(interaction))
        gone = await self._queue.one(guild, number_in(number))
        merged = await self._queue.merge(guild, into, gone.id, UserId(interaction.user.id))
        text = self._texts("queue.merged", gone=named(gone.question), question=named(merged.question))
        await interaction.edit_original_response(view=settled_card(text, self._texts))

    async def _waiting(self, interaction: Interaction, number: str) -> Unanswered:
        """Return a question that waits. Raises DealtWithError, VersionGoneError."""
        question = await self._queue.one(guild_of(interaction), number_in(number))
        if question.state is not QuestionState.WAITING:
            raise DealtWithError(question)
        return question

    async def _place(self, question: Unanswered, waiting: Sequence[Unanswered]) -> Place:
        evidence = await self._queue.evidence(question)
        entries = (await self._desk.lantern.library.shelf(question.guild)).entries
        nearest = [entries[hit.entry_id] for hit in evidence.hits if hit.entry_id in entries][:NEAREST]
        number = next((place for place, one in enumerate(waiting) if one.id == question.id), 0)
        others = await self._queue.nearest(question, MERGES)
        return Place(question, number, max(1, len(waiting)), nearest, round(100 * evidence.probability), others)

    async def _entries_like(self, typed: str, question: Unanswered) -> Sequence[Entry]:
        """Return the entry with an id that was typed, else those whose wordings fit what was typed."""
        entries = (await self._desk.lantern.library.shelf(question.guild)).entries
        picked = PICKED.fullmatch(typed if typed.startswith("id:") else f"id:{typed}")
        if picked and picked[1] in entries:
            return [entries[EntryId(picked[1])]]
        rows = await self._desk.lantern.asking.suggest(question.guild, typed)
        ids = [EntryId(row.value.removeprefix("id:")) for row in rows]
        return [entries[entry_id] for entry_id in ids if entry_id in entries][:OPTIONS]

    async def _who_dealt_with(self, question: Unanswered) -> str:
        answer = ""
        if question.entry_id is not None:
            entries = (await self._desk.lantern.library.shelf(question.guild)).entries
            answer = entries[question.entry_id].question if question.entry_id in entries else question.entry_id
        return dealt_with_text(question, self._texts, answer)
