"""Drafts and what they would make of the FAQ, looked at before anything is saved."""

from __future__ import annotations

import re
from dataclasses import asdict
from typing import TYPE_CHECKING

from bot.cogs.ask import today
from bot.cogs.gate import guild_of
from bot.core.errors import FormError, NotAllowedError
from bot.core.models import EntryId
from bot.core.moderation import Capability, DraftId, revision_of
from bot.faq.differences import differences
from bot.faq.forms import form_of
from bot.faq.rights import may, publishes_alone
from bot.safety.text import escape
from bot.views.ids import number_in
from bot.views.moderators.editor import conflict_card, draft_actions, faults_card, preview_card
from bot.views.moderators.impact import impact_lines, near_lines, worth_naming
from bot.views.moderators.reviews import review_actions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.cogs.desk import Desk
    from bot.cogs.gate import Interaction
    from bot.core.errors import Fault
    from bot.core.models import Entry, Nearness
    from bot.core.moderation import Actor, Draft, GuildSettings
    from bot.faq.forms import Filled
    from bot.faq.library import Shelf
    from bot.views.answers import Row
    from bot.views.moderators.shown import Shown


class Previews:
    """Finds drafts and shows them."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def draft(self, interaction: Interaction, number: str) -> Draft:
        """Return a draft that is one's own, or that one may publish. Raises NotAllowedError, VersionGoneError."""
        actor, settings = await self._desk.gate.require(interaction, Capability.EDIT)
        draft = await self._desk.lantern.editing.draft(guild_of(interaction), DraftId(number_in(number)))
        if draft.by != actor.user and not may(actor, Capability.PUBLISH, settings):
            raise NotAllowedError(f"Draft {draft.id} belongs to somebody else.")
        return draft

    async def of(self, interaction: Interaction, draft: Draft, *, page: int = 0, wrong: Sequence[Fault] = ()) -> Shown:
        """Return a draft as members would see it, or everything that is wrong with it; `wrong`: known already."""
        actor, settings = await self._desk.gate.require(interaction, Capability.EDIT)
        texts, lantern = self._desk.texts, self._desk.lantern
        try:
            made = await lantern.editing.check(draft, today())
        except FormError as error:
            return faults_card(texts, draft, [*wrong, *error.faults])
        if wrong:
            return faults_card(texts, draft, wrong)
        shelf = await lantern.library.shelf(draft.guild)
        near = await self._near(draft, made.entry)
        findings = await self._findings(draft, made, shelf, near)
        is_new = draft.entry_id is None
        offers = worth_naming(near, shelf.entries) if is_new and may(actor, Capability.PUBLISH, settings) else []
        return preview_card(
            texts,
            draft,
            made,
            today(),
            page=page,
            findings=findings,
            nearest=[(each.entry_id, shelf.entries[each.entry_id].question) for each in offers],
            actions=self._actions(draft, actor, settings),
        )

    async def conflict(self, draft: Draft, entry_id: str, *, mine: bool) -> Shown:
        """Return what somebody else made of an entry meanwhile, against the draft; `mine`: it may be rewritten."""
        shelf = await self._desk.lantern.library.shelf(draft.guild)
        theirs = shelf.entries.get(draft.entry_id or EntryId(entry_id))
        fields = asdict(form_of(theirs, shelf.topics)) if theirs else {}
        changes = differences(fields, asdict(draft.form))
        revision = revision_of(theirs) if draft.entry_id else ""
        return conflict_card(self._desk.texts, draft, changes, revision, is_removed=theirs is None, mine=mine)

    def _actions(self, draft: Draft, actor: Actor, settings: GuildSettings) -> Row:
        if draft.by != actor.user:
            return review_actions(self._desk.texts, draft)
        return draft_actions(self._desk.texts, draft, alone=publishes_alone(actor, settings))

    async def _near(self, draft: Draft, entry: Entry) -> Sequence[Nearness]:
        without = frozenset({draft.entry_id} if draft.entry_id else ())
        return await self._desk.lantern.search.nearest(draft.guild, entry.texts, without)

    async def _findings(self, draft: Draft, made: Filled, shelf: Shelf, near: Sequence[Nearness]) -> list[str]:
        texts, lantern = self._desk.texts, self._desk.lantern
        lines = [texts("editor.from_message", link=link)] if (link := _message_of(draft)) else []
        lines += near_lines(near, shelf.entries, texts, is_new=draft.entry_id is None)
        if made.new_topic:
            lines.append(texts("editor.new_topic", topic=escape(made.new_topic.title)))
        if shelf.entries.get(made.entry.id) == made.entry:
            lines.append(texts("editor.no_change"))
        entries = {**shelf.entries, made.entry.id: made.entry}
        recorded = await lantern.queue.recorded(draft.guild)
        impact = await lantern.search.impact(draft.guild, tuple(entries.values()), recorded)
        return [*lines, *impact_lines(impact, entries, texts)]


def _message_of(draft: Draft) -> str:
    """Return the address of the message a draft was made from; empty for none."""
    found = re.fullmatch(r"message:(\d+)\.(\d+)", draft.origin)
    return f"https://discord.com/channels/{draft.guild}/{found[1]}/{found[2]}" if found else ""
