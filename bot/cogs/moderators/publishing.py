"""What becomes of a draft: published, handed in, put over somebody else's, thrown away."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from bot.cogs.ask import today
from bot.cogs.gate import actor_of
from bot.cogs.moderators.saving import form_id
from bot.cogs.moderators.showing import show
from bot.cogs.routes import Route
from bot.core.errors import ConflictError, FormError, LanternError, NotAllowedError, VersionGoneError
from bot.core.models import EntryId
from bot.core.moderation import Capability, DraftState
from bot.faq.draft_text import revision_of_form
from bot.faq.editing import ALIVE
from bot.faq.rights import publishes_alone
from bot.safety.text import clean, cut, escape
from bot.views.answers import sentence
from bot.views.ids import number_in
from bot.views.moderators.editor import discarded_card, entry_modal, faults_card
from bot.views.moderators.shown import NOTHING, Shown

if TYPE_CHECKING:
    from collections.abc import Container

    from bot.cogs.desk import Desk
    from bot.cogs.gate import Interaction
    from bot.cogs.moderators.audit import Audit
    from bot.cogs.moderators.previews import Previews
    from bot.core.moderation import Draft
    from bot.faq.editing import Saved

QUOTE_LENGTH = 120

ANY = frozenset(DraftState)

log = logging.getLogger(__name__)


def require_seen(draft: Draft, looked_at: str) -> None:
    """Raise VersionGoneError where a draft was written anew since the text with this revision was shown."""
    if revision_of_form(draft.form) != looked_at:
        raise VersionGoneError(f"Draft {draft.id} was written anew since it was shown.")


class Publishing:
    """The buttons under a draft."""

    def __init__(self, desk: Desk, previews: Previews, audit: Audit) -> None:
        self._desk = desk
        self._previews = previews
        self._audit = audit
        edit, publish = Capability.EDIT, Capability.PUBLISH
        self.routes: dict[tuple[str, int], Route] = {
            ("publish", 2): Route(publish, self._publish),
            ("over", 2): Route(edit, self._put_over),
            ("again", 1): Route(edit, self._again, opens_modal=True),
            ("look", 2): Route(edit, self._look),
            ("discard", 1): Route(edit, self._discard),
            ("revive", 1): Route(edit, self._revive),
            ("phrase", 2): Route(publish, self._add_phrasing),
        }

    async def _publish(self, interaction: Interaction, number: str, looked_at: str) -> None:
        actor, settings = await self._desk.gate.require(interaction, Capability.PUBLISH)
        if not publishes_alone(actor, settings):
            raise NotAllowedError("Somebody else must approve this.")
        draft = await self._own(interaction, number)
        saved = await self.save(interaction, draft, looked_at)
        if saved is not None:
            await self._tell_saved(interaction, saved, "editor.published")

    async def save(self, interaction: Interaction, draft: Draft, looked_at: str) -> Saved | None:
        """Publish a draft; None where it could not be, and the person was shown why.

        `looked_at`: the revision of the text that was shown. Raises VersionGoneError.
        """
        if draft.state is DraftState.PUBLISHED:
            await show(interaction, Shown(sentence(self._desk.texts("editor.published_already"))))
            return None
        require_seen(draft, looked_at)
        user = actor_of(interaction).user
        try:
            return await self._desk.lantern.editing.publish(draft, user, today())
        except FormError as error:
            await show(interaction, faults_card(self._desk.texts, draft, error.faults))
        except ConflictError as error:
            mine = draft.by == user
            await show(interaction, await self._previews.conflict(draft, error.entry_ids[0], mine=mine))
        return None

    async def _put_over(self, interaction: Interaction, number: str, present: str) -> None:
        draft = await self._own(interaction, number, ALIVE)
        draft = await self._desk.lantern.editing.rewrite(draft, draft.form, expected=present.removeprefix(NOTHING))
        await show(interaction, await self._previews.of(interaction, draft))

    async def _again(self, interaction: Interaction, number: str) -> None:
        draft = await self._own(interaction, number)
        modal = entry_modal(self._desk.texts, form_id(draft.id), draft.form, is_new=draft.entry_id is None)
        await interaction.response.send_modal(modal)

    async def _look(self, interaction: Interaction, number: str, page: str) -> None:
        draft = await self._previews.draft(interaction, number)
        await show(interaction, await self._previews.of(interaction, draft, page=number_in(page)))

    async def _discard(self, interaction: Interaction, number: str) -> None:
        draft = await self._own(interaction, number, ALIVE)
        await self._desk.lantern.editing.move(draft, DraftState.DISCARDED)
        await show(interaction, Shown(discarded_card(self._desk.texts, draft)))

    async def _revive(self, interaction: Interaction, number: str) -> None:
        draft = await self._own(interaction, number, {DraftState.DISCARDED})
        draft = await self._desk.lantern.editing.move(draft, DraftState.OPEN)
        await show(interaction, await self._previews.of(interaction, draft))

    async def _add_phrasing(self, interaction: Interaction, number: str, entry: str) -> None:
        editing, draft = self._desk.lantern.editing, await self._own(interaction, number, ALIVE)
        question = clean(draft.form.question)
        saved = await editing.add_phrasing(draft.guild, actor_of(interaction).user, EntryId(entry), question)
        try:
            await editing.move(draft, DraftState.DISCARDED)
        except LanternError as error:
            log.warning("A draft that became a phrasing stays open: %s", error)
        await self._tell_saved(interaction, saved, "editor.phrasing_added")

    async def _own(self, interaction: Interaction, number: str, states: Container[DraftState] = ANY) -> Draft:
        """Return a draft of this person's own in one of `states`. Raises NotAllowedError, VersionGoneError."""
        draft = await self._previews.draft(interaction, number)
        if draft.by != interaction.user.id:
            raise NotAllowedError(f"Draft {draft.id} belongs to somebody else.")
        if draft.state not in states:
            raise VersionGoneError(f"Draft {draft.id} was dealt with already.")
        return draft

    async def _tell_saved(self, interaction: Interaction, saved: Saved, key: str) -> None:
        question = saved.entry.question if saved.entry else ""
        text = self._desk.texts(key, question=escape(cut(question, QUOTE_LENGTH)))
        await self._audit.show_done(interaction, text, saved.change)
