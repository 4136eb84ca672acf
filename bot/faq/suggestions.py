"""What members suggest for the FAQ, and that they are told, once, what became of it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.core.errors import BlankQuestionError, TooManySuggestionsError
from bot.core.moderation import DraftId, DraftState, Form
from bot.safety.text import clean, has_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.core.models import EntryId, GuildId, UserId
    from bot.core.moderation import Draft
    from bot.faq.editing import Editing
    from bot.faq.notices import Notices
    from bot.safety.crisis import CrisisPhrases

MOST_OPEN = 5
"""Suggestions of one member that wait at once [assumed]: enough for somebody keen, too few to bury the others."""

_ORIGIN = "draft:"


class Suggestions:
    """The use cases of suggesting. A suggestion is a draft in the state SUGGESTED.

    Its note says why there should be such an entry, or what is wrong with the one it changes.
    """

    def __init__(self, editing: Editing, notices: Notices, crisis: CrisisPhrases) -> None:
        self._editing = editing
        self._notices = notices
        self._crisis = crisis
        self._counting = asyncio.Lock()
        editing.after_publish.append(self._published)

    async def must_have_room(self, guild: GuildId, by: UserId) -> None:
        """Raise TooManySuggestionsError for a member of whom MOST_OPEN suggestions wait."""
        if len(await self._editing.drafts(guild, by, {DraftState.SUGGESTED})) >= MOST_OPEN:
            raise TooManySuggestionsError(f"{MOST_OPEN} suggestions of one member wait.")

    async def suggest(self, guild: GuildId, by: UserId, question: str, answer: str, why: str) -> Draft | None:
        """Keep a suggested entry; None for words of crisis, which are never kept.

        Raises BlankQuestionError, TooManySuggestionsError, StorageError.
        """
        if any(map(self._crisis.found_in, (question, answer, why))):
            return None
        if not has_words(question):
            raise BlankQuestionError("A suggestion without a question.")
        return await self._keep(await self._editing.open(guild, by, None, Form(clean(question), answer)), why)

    async def improve(self, guild: GuildId, by: UserId, entry_id: EntryId, what: str) -> Draft | None:
        """Keep what is wrong with an entry, or missing; None for words of crisis, which are never kept.

        Raises EntryGoneError, BlankQuestionError, TooManySuggestionsError, StorageError.
        """
        if self._crisis.found_in(what):
            return None
        if not has_words(what):
            raise BlankQuestionError("A suggestion without words.")
        return await self._keep(await self._editing.open(guild, by, entry_id), what)

    async def waiting(self, guild: GuildId) -> Sequence[Draft]:
        """Return what waits for a moderator, oldest first."""
        return await self._editing.drafts(guild, states={DraftState.SUGGESTED})

    async def accept(self, suggestion: Draft, by: UserId) -> Draft:
        """Return an unsaved draft of what is suggested: a new entry, or the entry as it is, to be improved.

        Once it is published, so is the suggestion. Raises EntryGoneError.
        """
        form = suggestion.form if suggestion.entry_id is None else None
        origin = f"{_ORIGIN}{suggestion.id}"
        return await self._editing.open(suggestion.guild, by, suggestion.entry_id, form, origin)

    async def decline(self, suggestion: Draft, reason: str) -> None:
        """Turn a suggestion down and tell whoever made it why. Raises VersionGoneError."""
        await self._editing.move(suggestion, DraftState.DECLINED, suggestion.note)
        question = suggestion.form.question
        await self._notices.add(
            suggestion.guild, suggestion.by, "suggest.told_declined", question=question, reason=reason
        )

    async def _published(self, draft: Draft) -> None:
        """Tell whoever suggested what became an entry."""
        if not draft.origin.startswith(_ORIGIN):
            return
        suggestion = await self._editing.draft(draft.guild, DraftId(int(draft.origin.removeprefix(_ORIGIN))))
        if suggestion.state is not DraftState.SUGGESTED:
            return
        settled = replace(suggestion, entry_id=draft.entry_id)
        await self._editing.move(settled, DraftState.PUBLISHED, suggestion.note)
        guild, by, question = suggestion.guild, suggestion.by, clean(draft.form.question)
        await self._notices.add(guild, by, "suggest.told_published", entry_id=draft.entry_id, question=question)

    async def _keep(self, draft: Draft, note: str) -> Draft:
        # Counted and kept in one go: two modals sent at the same moment are two.
        async with self._counting:
            await self.must_have_room(draft.guild, draft.by)
            return await self._editing.keep(replace(draft, state=DraftState.SUGGESTED, note=note))
