"""What the FAQ does not know yet: the questions that wait, and what moderators, or an edited entry, make of them."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from bot.core.moderation import Form, revision_of
from bot.core.unanswered import MODERATORS, DealtWithError, Notice, QuestionState, Recorded
from bot.faq.decision import decide
from bot.faq.forms import PHRASING_LENGTHS, QUESTION_LENGTHS
from bot.safety.text import cut, normalise

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.core.models import Entry, EntryId, Evidence, GuildId, UserId
    from bot.core.moderation import Change, ChangeId, Draft
    from bot.core.ports import QuestionStore, Search
    from bot.core.unanswered import Noted, Unanswered, Wish
    from bot.faq.editing import Editing
    from bot.faq.library import Library
    from bot.faq.notices import Notices
    from bot.safety.pseudonyms import Pseudonyms

WANTED = 3
"""Different people who asked until the moderators' channel hears of a question, once [assumed]."""
RECORDED = 500
ORIGIN = "unanswered:"
"""Begins the origin of a draft that answers a question, before the question's id."""
NOT_MERGED = frozenset(QuestionState) - {QuestionState.MERGED}
"""What a moderator's answer resolves: also what an edited entry has just resolved by itself."""

log = logging.getLogger(__name__)


class Queue:
    """The use cases around questions that had no answer. Who may use which is asked before, at the edge."""

    def __init__(
        self,
        store: QuestionStore,
        search: Search,
        library: Library,
        editing: Editing,
        *,
        notices: Notices,
        pseudonyms: Pseudonyms,
    ) -> None:
        self._store = store
        self._search = search
        self._library = library
        self._editing = editing
        self._notices = notices
        self._pseudonyms = pseudonyms
        self._changed: set[GuildId] = set()
        self._reading: asyncio.Task[None] | None = None
        editing.after_change.append(self._after_change)
        editing.after_publish.append(self._published)

    async def note(self, guild: GuildId, question: str, user: UserId | None, refused: Iterable[Entry] = ()) -> Noted:
        """Queue a question that was truly missed; of who asked, a hash remains.

        `refused`: entries that were not meant: as they are now, they will never count as its answer.
        Raises StorageError.
        """
        vector, model = await self._search.vector_of(question)

        def person(question_id: int) -> str:
            return self._pseudonyms.of(user, f"{ORIGIN}{question_id}") if user is not None else ""

        asked = Recorded(0, question, vector, model, frozenset(map(_state_of, refused)))

        def news(noted: Noted) -> Notice | None:
            if noted.state is not QuestionState.WAITING or not noted.is_new_asker or noted.askers != WANTED:
                return None
            short = cut(question, QUESTION_LENGTHS[1])
            details = {"question": short, "number": str(noted.id), "people": str(WANTED)}
            return Notice(0, guild, MODERATORS, "queue.wanted", details, None)

        name = person if user is not None else None
        noted = await self._store.note(guild, asked, person=name, author=user, news=news)
        if news(noted):
            self._notices.ring()
        return noted

    async def wish(self, guild: GuildId, question_id: int, user: UserId) -> Wish:
        """Put a member on the list of those to be told, or take them off it. Raises VersionGoneError."""
        return await self._store.wish(guild, question_id, user)

    async def waiting(self, guild: GuildId) -> Sequence[Unanswered]:
        """Return what waits for an answer: asked by most people first, then asked last."""
        return await self._store.questions(guild, QuestionState.WAITING)

    async def one(self, guild: GuildId, question_id: int) -> Unanswered:
        """Return a question, whatever became of it. Raises VersionGoneError."""
        return await self._store.question(guild, question_id)

    async def evidence(self, question: Unanswered) -> Evidence:
        """Return which entries come nearest to a question now."""
        return await self._search.search(question.guild, question.question, without=frozenset())

    async def nearest(self, question: Unanswered, limit: int) -> Sequence[Unanswered]:
        """Return other questions that wait, those nearest in meaning first."""
        kept = {one.id: one for one in await self._store.first_wordings(question.guild)}
        own = kept.pop(question.id, None)
        others = [one for one in await self.waiting(question.guild) if one.id in kept]
        if own is None:
            return others[:limit]
        comparable = [one for one in others if kept[one.id].model == own.model]
        asked = np.frombuffer(own.vector, np.float32)
        near = {one.id: float(np.frombuffer(kept[one.id].vector, np.float32) @ asked) for one in comparable}
        return sorted(comparable, key=lambda one: -near[one.id])[:limit]

    async def gaps(self, guild: GuildId) -> Sequence[tuple[str, int]]:
        """Return the questions that wait and how many people asked each, in the queue's order."""
        return [(one.question, one.askers) for one in await self.waiting(guild)]

    async def recorded(self, guild: GuildId, limit: int = RECORDED) -> Sequence[tuple[str, bytes]]:
        """Return noted wordings, those asked last first, with their vectors of the model in use."""
        return await self._store.recorded(guild, self._search.model, limit)

    def form(self, question: Unanswered) -> Form:
        """Return what an answer to a question begins with: its wordings, where they are short enough for an entry."""
        first, *others = question.wordings
        fitting = [text for text in ([] if _is_question(first) else [first]) + others if _is_phrasing(text)]
        return Form(question=first if _is_question(first) else "", phrasings="\n".join(fitting))

    async def dismiss(self, guild: GuildId, question_id: int, by: UserId) -> Unanswered:
        """Note that this FAQ will not cover a question. Raises DealtWithError, VersionGoneError."""
        return await self._settled(guild, question_id, done=await self._store.dismiss(guild, question_id, by))

    async def reopen(self, guild: GuildId, question_id: int) -> Unanswered:
        """Let a question wait again. Raises DealtWithError where it waits already, VersionGoneError."""
        return await self._settled(guild, question_id, done=await self._store.reopen(guild, question_id))

    async def merge(self, guild: GuildId, into: int, gone: int, by: UserId) -> Unanswered:
        """Let a question go on as part of another one. Raises DealtWithError, VersionGoneError."""
        if await self._store.merge(guild, into, gone, by):
            return await self.one(guild, into)
        for question_id in (gone, into):
            question = await self._open(guild, question_id)
        raise DealtWithError(question)

    async def link(self, guild: GuildId, question_id: int, entry_id: EntryId, by: UserId) -> str | None:
        """Let an entry answer a question: one of its wordings becomes a phrasing, which is returned.

        None where every wording is too long for one. Raises DealtWithError, EntryGoneError, ConflictError,
        VersionGoneError.
        """
        question = await self._open(guild, question_id)
        entry = (await self._library.shelf(guild)).entry(entry_id)
        phrasing = next(filter(_is_phrasing, question.wordings), None)
        # Somebody who asked in the entry's own words, and pressed "Not what I meant", has queued them.
        if phrasing is not None and normalise(phrasing) not in map(normalise, entry.texts):
            await self._editing.add_phrasing(guild, by, entry_id, phrasing)
        await self._resolve(guild, question.id, entry_id, by=by, was=NOT_MERGED)
        return phrasing

    async def catch_up(self) -> None:
        """Read again what waits in every guild: entries may have changed while the bot was not running."""
        for guild in await self._store.guilds_waiting():
            self._read_again(guild)

    async def settled(self) -> None:
        """Wait until every question that waits was read again after the last change."""
        while self._reading is not None and not self._reading.done():
            await asyncio.wait([self._reading])

    def close(self) -> None:
        """Stop reading; what was left out is read at the next start."""
        if self._reading is not None:
            self._reading.cancel()

    async def _after_change(self, guild: GuildId, _change_id: ChangeId, _change: Change) -> None:
        self._read_again(guild)

    async def _published(self, draft: Draft) -> None:
        """Resolve the question a draft was written for, whatever the search thinks of it."""
        number = draft.origin.removeprefix(ORIGIN)
        if draft.origin != number and number.isdecimal() and draft.entry_id is not None:
            await self._resolve(draft.guild, int(number), draft.entry_id, by=draft.by, was=NOT_MERGED)

    def _read_again(self, guild: GuildId) -> None:
        self._changed.add(guild)
        if self._reading is None or self._reading.done():
            self._reading = asyncio.get_running_loop().create_task(self._read_changed())

    async def _read_changed(self) -> None:
        while self._changed:
            guild = self._changed.pop()
            try:
                await self._renew(guild)
                await self._read(guild)
            except Exception:
                log.exception("The questions that wait could not be read again; the next change or start does it")

    async def _read(self, guild: GuildId) -> None:
        """Resolve each question that an entry answers by now."""
        for one in await self._store.first_wordings(guild):
            decision = decide(await self._search.evidence_for(guild, one.question, one.vector))
            entry = (await self._library.shelf(guild)).entries.get(decision.entry) if decision.entry else None
            if entry is not None and _state_of(entry) not in one.refused:
                await self._resolve(guild, one.id, entry.id, by=None, was=frozenset({QuestionState.WAITING}))

    async def _renew(self, guild: GuildId) -> None:
        """Embed anew what another model had read."""
        old = await self._store.of_other_models(guild, self._search.model)
        if old:
            vectors = [await self._search.vector_of(one.question) for one in old]
            pairs = zip(old, vectors, strict=True)
            await self._store.renew([replace(one, vector=vector, model=model) for one, (vector, model) in pairs])

    async def _resolve(
        self,
        guild: GuildId,
        question_id: int,
        entry_id: EntryId,
        *,
        by: UserId | None,
        was: frozenset[QuestionState],
    ) -> None:
        if await self._store.resolve(guild, question_id, entry_id, "notice.answered", by=by, was=was):
            self._notices.ring()

    async def _open(self, guild: GuildId, question_id: int) -> Unanswered:
        question = await self._store.question(guild, question_id)
        if question.state is not QuestionState.WAITING:
            raise DealtWithError(question)
        return question

    async def _settled(self, guild: GuildId, question_id: int, *, done: bool) -> Unanswered:
        question = await self._store.question(guild, question_id)
        if not done:
            raise DealtWithError(question)
        return question


def _state_of(entry: Entry) -> str:
    return f"{entry.id}@{revision_of(entry)}"


def _is_question(text: str) -> bool:
    return QUESTION_LENGTHS[0] <= len(text) <= QUESTION_LENGTHS[1]


def _is_phrasing(text: str) -> bool:
    return PHRASING_LENGTHS[0] <= len(text) <= PHRASING_LENGTHS[1]
