"""Ask: from a question in somebody's own words to a curated answer, choices, or an honest no."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot.core.errors import BlankQuestionError, EntryGoneError, StorageError, WordlessQuestionError
from bot.core.models import NO_GUILD, Decision, EntryId, Hit, Kind, Reply
from bot.core.ports.watch import UNMETERED, Stage
from bot.core.unanswered import QuestionState
from bot.core.upkeep import SHOWN
from bot.faq.decision import CHOICES, decide
from bot.safety.text import QUESTION_LENGTH, clean, cut, has_words

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from bot.core.models import Entry, Evidence, GuildId, Suggestion, Topic, TopicId, UserId
    from bot.core.ports import Activity, Search
    from bot.core.ports.watch import Meter
    from bot.core.unanswered import Wish
    from bot.core.upkeep import Days
    from bot.faq.library import Library, Shelf
    from bot.faq.queue import Queue
    from bot.safety.crisis import CrisisPhrases, Tier

PICKED = re.compile(r"id:([a-z0-9-]{1,60})")
"""An autocomplete row's value; anything else that begins with `id:` is somebody's words."""
MISSES = 3
"""Answers that were not meant until the bot says that it has none: nobody tries a fourth [assumed]."""
NEAREST_TOPICS = 3
FRONT_ROWS = 25
TYPED_LENGTH = 200
"""Characters of what is typed that suggestions look at: two rows full. Who pastes more is not choosing a row."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that was read once: 6,000 characters take milliseconds, of which the event loop has few.

    `text`: what is searched and shown; `shortened`: there was more of it;
    `tier`: how plainly its words speak of a crisis, None where they do not.
    """

    text: str
    shortened: bool
    tier: Tier | None

    @property
    def is_personal(self) -> bool:
        """It has words of crisis, and so it is never kept."""
        return self.tier is not None


class Asking:
    """The use cases around a question; Discord, the terminal and the tests all come through here."""

    def __init__(
        self,
        library: Library,
        search: Search,
        activity: Activity,
        queue: Queue,
        crisis: CrisisPhrases,
        *,
        days: Days,
        starters: Sequence[EntryId],
        meter: Meter = UNMETERED,
    ) -> None:
        self._library = library
        self._search = search
        self._activity = activity
        self._queue = queue
        self._crisis = crisis
        self._days = days
        self._starters = tuple(starters)
        self._meter = meter

    def read(self, typed: str) -> Asked:
        """Read a question as it was typed. Raises BlankQuestionError, WordlessQuestionError."""
        whole = clean(typed)
        if not whole:
            raise BlankQuestionError("The question is empty.")
        if not has_words(whole):
            raise WordlessQuestionError("The question has no words, only symbols.")
        text = cut(whole, QUESTION_LENGTH)
        return Asked(text, shortened=text != whole, tier=self._crisis.tier_of(whole))

    def is_personal(self, typed: str) -> bool:
        """Tell whether a text has words of crisis; any text may be asked about."""
        return self._crisis.found_in(clean(typed))

    async def ask(
        self, guild: GuildId, question: str | Asked, *, user: UserId | None = None, own_words: bool = True
    ) -> Reply:
        """Answer a question, or a picked suggestion (`id:<entry>`), in a guild's FAQ.

        `user`: who asks, so that each person counts once in the queue; None in the terminal.
        `own_words`: the asker wrote it; help is never offered for somebody else's message.
        Raises BlankQuestionError, WordlessQuestionError, EntryGoneError.
        """
        asked = question if isinstance(question, Asked) else self.read(question)
        if picked := PICKED.fullmatch(asked.text):
            return await self.show(guild, EntryId(picked[1]), "")
        evidence = await self._search.search(guild, asked.text, without=frozenset())
        is_personal = asked.is_personal or evidence.is_heavy
        reply = Reply(
            decide(evidence),
            asked.text,
            shortened=asked.shortened,
            help_first=own_words and is_personal,
            is_personal=is_personal,
        )
        return await self._filled(guild, reply, user)

    async def show(self, guild: GuildId, entry_id: EntryId, question: str) -> Reply:
        """Return the entry somebody chose, with the question they had asked. Raises EntryGoneError."""
        shelf = await self._library.shelf(guild)
        decision = Decision(Kind.ANSWER, entry_id, 1.0, (Hit(entry_id, 1.0),))
        return _answered(Reply(decision, question), shelf, entry_id)

    async def wording_of(self, guild: GuildId, entry_id: EntryId) -> str:
        """Return an entry's canonical question. Raises EntryGoneError."""
        return (await self._library.shelf(guild)).entry(entry_id).question

    async def offer_others(
        self, guild: GuildId, question: str, missed: EntryId, before: frozenset[EntryId], user: UserId | None = None
    ) -> Reply:
        """Return other entries to choose from: neither `missed` nor what was missed `before`.

        Offered rather than asserted: what was surely meant turned out wrong once. After MISSES of them it is
        time for the honest no. An answer that was picked has no question (""); its neighbours are offered.
        """
        text = question or await self.wording_of(guild, missed)
        evidence = await self._search.search(guild, text, without=before | {missed})
        may_go_on = bool(evidence.hits) and len(before) < MISSES - 1
        kind = Kind.CHOICES if may_go_on else Kind.UNKNOWN
        return await self._undecided(guild, question, evidence, kind, user, missed=before | {missed})

    async def give_up(self, guild: GuildId, question: str, user: UserId | None = None) -> Reply:
        """Queue a question none of whose choices was meant, and return what to say."""
        evidence = await self._search.search(guild, question, without=frozenset())
        return await self._undecided(guild, question, evidence, Kind.UNKNOWN, user)

    async def suggest(self, guild: GuildId, typed: str) -> Sequence[Suggestion]:
        """Return autocomplete rows; pinned and most used entries, then the starters, for nothing typed."""
        typed = typed[:TYPED_LENGTH]
        front = [] if typed.strip() else [*await self._most_used(guild), *self._starters]
        return await self._search.suggest(guild, typed, front=front)

    async def browse(self, guild: GuildId, topic: TopicId) -> tuple[Topic, Sequence[Entry]]:
        """Return a topic and its entries. Raises EntryGoneError for a topic that is gone."""
        shelf = await self._library.shelf(guild)
        entries = [entry for entry in shelf.entries.values() if entry.topic == topic]
        if not entries or topic not in shelf.topics:
            raise EntryGoneError("There is no such topic in this FAQ.")
        return shelf.topics[topic], entries

    async def count(self, guild: GuildId, reply: Reply, *, asked_at: datetime | None = None) -> None:
        """Count that an answer was shown. Called afterwards, so that nobody waits for the notes to be written.

        `asked_at`: given where the reply is the first one to a question, so that what it came to is counted, too.
        """
        entry_id = reply.entry.id if reply.entry else None
        now = datetime.now(UTC)
        if asked_at is not None:
            self._meter.asked(reply.decision.kind)
            self._meter.took(Stage.WHOLE, (now - asked_at).total_seconds())
        try:
            if entry_id is not None:
                await self._activity.count_use(guild, entry_id)
            if guild != NO_GUILD and (asked_at is not None or entry_id is not None):
                what = reply.decision.kind.value if asked_at is not None else SHOWN
                await self._days.count(guild, now.date(), what, entry_id)
        except StorageError as error:
            # A figure that is not counted must not cost anybody their answer.
            log.warning("A use was not counted: %s", error)

    async def vote(self, guild: GuildId, entry_id: EntryId, user: UserId, *, helped: bool) -> None:
        """Record whether an answer helped its reader."""
        await self._activity.vote(guild, entry_id, user, helped=helped)

    async def wish(self, guild: GuildId, unanswered_id: int, user: UserId) -> Wish:
        """Put a member on the list for an unanswered question, or take them off. Raises VersionGoneError."""
        return await self._queue.wish(guild, unanswered_id, user)

    async def claim_share(self, what: str) -> bool:
        """Take the one share a button allows; False when it was taken before."""
        return await self._activity.claim(f"share:{what}")

    async def release_share(self, what: str) -> None:
        """Give the share back, because posting failed."""
        await self._activity.release(f"share:{what}")

    async def entry_ids(self, guild: GuildId) -> Collection[EntryId]:
        """Return the ids of all entries in a guild's FAQ."""
        return (await self._library.shelf(guild)).entries.keys()

    async def _undecided(
        self,
        guild: GuildId,
        question: str,
        evidence: Evidence,
        kind: Kind,
        user: UserId | None,
        *,
        missed: frozenset[EntryId] = frozenset(),
    ) -> Reply:
        decision = Decision(kind, None, evidence.probability, evidence.hits[:CHOICES])
        is_personal = evidence.is_heavy or self._crisis.found_in(question)
        reply = Reply(decision, question, is_personal=is_personal)
        return await self._filled(guild, reply, user, refused=missed.union(hit.entry_id for hit in evidence.hits))

    async def _filled(
        self, guild: GuildId, reply: Reply, user: UserId | None, *, refused: Collection[EntryId] = ()
    ) -> Reply:
        """Add what the view shows, and do the book-keeping of the decision.

        `refused`: the entries nearest to a question whose asker found none of them to be meant.
        """
        shelf = await self._library.shelf(guild)
        nearest = [shelf.entries[hit.entry_id] for hit in reply.decision.candidates if hit.entry_id in shelf.entries]
        match reply.decision.kind:
            case Kind.ANSWER:
                return _answered(reply, shelf, reply.decision.candidates[0].entry_id, nearest[1:])
            case Kind.CHOICES:
                return replace(reply, choices=tuple(nearest[:CHOICES]))
            case _:
                topics = dict.fromkeys(shelf.topics[entry.topic] for entry in nearest if entry.topic in shelf.topics)
                reply = replace(reply, topics=tuple(topics)[:NEAREST_TOPICS])
                if reply.is_personal or not reply.question:
                    return reply
                return await self._noted(
                    guild, reply, user, [entry for entry in shelf.entries.values() if entry.id in refused]
                )

    async def _most_used(self, guild: GuildId) -> Sequence[EntryId]:
        try:
            return await self._activity.most_used(guild, FRONT_ROWS)
        except StorageError as error:
            log.warning("The most used entries cannot be read: %s", error)
            return ()

    async def _noted(self, guild: GuildId, reply: Reply, user: UserId | None, refused: Sequence[Entry]) -> Reply:
        """Queue a question; where the notes fail that is said, but takes nothing from the asker."""
        try:
            noted = await self._queue.note(guild, reply.question, user, refused)
        except StorageError as error:
            log.warning("An unanswered question was not queued: %s", error)
            return reply
        if noted.state is QuestionState.DISMISSED:
            return replace(reply, is_dismissed=True)
        return replace(reply, unanswered_id=noted.id)


def _answered(reply: Reply, shelf: Shelf, entry_id: EntryId, runners_up: Sequence[Entry] = ()) -> Reply:
    """Add the answer and the questions near it: first what else may have been meant, then what its author linked."""
    entry = shelf.entry(entry_id)
    linked = (shelf.entries[other] for other in entry.related if other in shelf.entries)
    return replace(reply, entry=entry, related=tuple(dict.fromkeys([*runners_up, *linked])))
