"""Suggestions in help forums: unasked, and so only where the bot is surest, and rarely."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bot.core.moderation import ForumMode, Post, PostState
from bot.faq.statistics import wilson
from bot.safety.text import clean, has_words

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.core.models import Entry, EntryId, Evidence, GuildId, UserId
    from bot.core.moderation import GuildSettings
    from bot.core.ports import Facts, Posts, Search
    from bot.faq.guilds import Guilds
    from bot.faq.library import Library
    from bot.safety.crisis import CrisisPhrases
    from bot.safety.pseudonyms import Pseudonyms

LEAST_WORDS, LEAST_LENGTH = 4, 15
"""Of a title, in words and characters: "help with my PhD" may mean anything [assumed]."""
PERSON_REST = timedelta(hours=24)
"""Between two suggestions to one person in one forum: who was not helped today need not be told so twice [assumed]."""
FORUM_REST = timedelta(minutes=10)
"""Between two suggestions in one forum, so that the bot never fills it [assumed]."""
JUDGED = 10
"""Shadow suggestions to have looked at before turning on: with ten right ones, the Wilson interval of the share that
is right begins at .72; with fewer, lower."""
DECIDED_MOST, DECIDED_LEAST, DISMISSED_MOST = 20, 8, 0.3
"""A forum turns itself off when, of its last 20 suggestions that somebody judged, at least 8, surely more than 30 %
were dismissed (lower bound of the 95 % Wilson interval): 5 of 8, or 11 of 20. People judge what annoys them sooner than
what helps, so a few dismissals prove nothing; but what is wrong every third time is noise [assumed]."""
EXAMPLES = 5
DECIDED = frozenset({PostState.HELPED, PostState.DISMISSED})
SPOKEN = DECIDED | {PostState.SUGGESTED}


@dataclass(frozen=True, slots=True)
class NewPost:
    """A post as Discord announces it: its title is all the bot reads."""

    guild: GuildId
    forum: int
    thread: int
    title: str
    poster: UserId


@dataclass(frozen=True, slots=True)
class Found:
    """What the bot would say to a post, and whether it may (`mode`)."""

    post: Post
    poster: UserId
    entry: Entry
    mode: ForumMode


@dataclass(frozen=True, slots=True)
class Standing:
    """How suggestions do in one forum.

    `seen`: posts; `shadow`: those that would have had a suggestion; `spoken`: those that had one, of which so many
    were `helped` or `dismissed`; `precision`: mean probability of `shadow` and `spoken`, 0..1, None without any;
    `examples`: the newest of `shadow`, each with its entry's question.
    """

    forum: int
    mode: ForumMode
    seen: int
    shadow: int
    spoken: int
    helped: int
    dismissed: int
    precision: float | None
    examples: tuple[tuple[Post, str], ...]

    @property
    def is_judged(self) -> bool:
        """Whether there were enough shadow suggestions to judge it by."""
        return self.shadow >= JUDGED


def is_specific(title: str) -> bool:
    """Tell whether a title says enough to be answered from."""
    cleaned = clean(title)
    return len(cleaned) >= LEAST_LENGTH and sum(map(has_words, cleaned.split())) >= LEAST_WORDS


def speaks(evidence: Evidence) -> bool:
    """Tell whether the search is sure enough to speak unasked."""
    return bool(evidence.hits) and evidence.probability >= evidence.thresholds.unasked


def annoys(states: Sequence[PostState]) -> bool:
    """Tell whether too many suggestions were dismissed; `states` of posts, newest first."""
    decided = [state for state in states if state in DECIDED][:DECIDED_MOST]
    dismissed = decided.count(PostState.DISMISSED)
    return len(decided) >= DECIDED_LEAST and wilson(dismissed, len(decided))[0] > DISMISSED_MOST


def standing(forum: int, mode: ForumMode, posts: Sequence[Post], questions: Callable[[EntryId], str]) -> Standing:
    """Return the figures of a forum from its posts, newest first; `questions` names an entry."""
    states = Counter(post.state for post in posts)
    counted = [post.probability for post in posts if post.state in SPOKEN | {PostState.SHADOW}]
    shadow = [post for post in posts if post.state is PostState.SHADOW][:EXAMPLES]
    return Standing(
        forum,
        mode,
        seen=len(posts),
        shadow=states[PostState.SHADOW],
        spoken=sum(states[state] for state in SPOKEN),
        helped=states[PostState.HELPED],
        dismissed=states[PostState.DISMISSED],
        precision=sum(counted) / len(counted) if counted else None,
        examples=tuple((post, questions(post.entry_id)) for post in shadow if post.entry_id),
    )


def utc_now() -> datetime:
    """Return the time in UTC."""
    return datetime.now(UTC)


class HelpForums:
    """The use cases around posts in a server's help forums."""

    def __init__(
        self,
        guilds: Guilds,
        library: Library,
        search: Search,
        posts: Posts,
        *,
        facts: Facts,
        crisis: CrisisPhrases,
        pseudonyms: Pseudonyms,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._guilds = guilds
        self._library = library
        self._search = search
        self._posts = posts
        self._facts = facts
        self._crisis = crisis
        self._pseudonyms = pseudonyms
        self._now = now
        self._turning_off = asyncio.Lock()

    async def consider(self, new: NewPost) -> Found | None:
        """Return what to suggest; None where the bot is silent, or looked at this post before.

        Of a post with words of crisis nothing is kept at all; where only its meaning says so, the bot is silent.
        """
        mode = (await self._guilds.settings(new.guild)).forums.get(new.forum)
        if mode is None or self._crisis.found_in(new.title):
            return None
        now = self._now()
        post = Post(new.thread, new.guild, new.forum, None, 0.0, PostState.SEEN, now)
        if not await self._posts.add_post(post, forget_before=now - PERSON_REST) or not is_specific(new.title):
            return None
        if await self._posts.is_quiet(new.guild, self._quiet_name(new.guild, new.poster)):
            return None
        evidence = await self._search.search(new.guild, clean(new.title), without=frozenset())
        entries = (await self._library.shelf(new.guild)).entries
        if evidence.is_heavy or not speaks(evidence) or evidence.hits[0].entry_id not in entries:
            return None
        state = PostState.SHADOW if mode is ForumMode.SHADOW else PostState.SUGGESTED
        entry = entries[evidence.hits[0].entry_id]
        found = replace(post, entry_id=entry.id, probability=evidence.probability, state=state)
        return Found(found, new.poster, entry, mode)

    async def take(self, found: Found) -> bool:
        """Note that the bot speaks, or would have; False where it must rest, or the forum was taken off the list.

        Done before anything is posted: whatever happens then, nothing is ever posted twice.
        """
        post, now = found.post, self._now()
        if (await self._guilds.settings(post.guild)).forums.get(post.forum) is not found.mode:
            return False
        person = self._pseudonyms.of(found.poster, f"forum:{post.forum}")
        return await self._posts.speak(post, person, forum_since=now - FORUM_REST, person_since=now - PERSON_REST)

    async def lost(self, found: Found) -> None:
        """Note that Discord did not take the suggestion, so that it counts for nothing."""
        await self._posts.move_post(found.post.thread, PostState.LOST)

    async def helped(self, thread: int) -> None:
        """Count that the suggestion helped."""
        await self._posts.move_post(thread, PostState.HELPED)

    async def dismissed(self, guild: GuildId, thread: int) -> int | None:
        """Count that it did not; return the forum that went back to shadow mode because of it, if it did."""
        forum = await self._posts.move_post(thread, PostState.DISMISSED)
        if forum is None:
            return None
        async with self._turning_off:
            if (await self._guilds.settings(guild)).forums.get(forum) is not ForumMode.ON:
                return None
            turned_on = await self._facts.fact(_turned_on(forum))
            since = datetime.fromisoformat(turned_on) if turned_on else datetime.min.replace(tzinfo=UTC)
            posts = await self._posts.posts_in(guild, forum)
            if not annoys([post.state for post in posts if post.at >= since]):
                return None
            return forum if await self.switch(guild, forum, ForumMode.SHADOW) else None

    async def set_quiet(self, guild: GuildId, user: UserId, *, quiet: bool) -> None:
        """Suggest nothing to somebody on this server any more (True), or again."""
        await self._posts.set_quiet(guild, self._quiet_name(guild, user), quiet=quiet)

    async def standing(self, guild: GuildId, forum: int) -> Standing | None:
        """Return how suggestions do in a forum; None for one that is not listed."""
        mode = (await self._guilds.settings(guild)).forums.get(forum)
        if mode is None:
            return None
        entries = (await self._library.shelf(guild)).entries
        posts = await self._posts.posts_in(guild, forum)
        return standing(forum, mode, posts, lambda entry: entries[entry].question if entry in entries else entry)

    async def switch(self, guild: GuildId, forum: int, mode: ForumMode) -> bool:
        """Turn suggestions on, or back to shadow mode; False for a forum that is not listed.

        What is dismissed counts from here on: a forum that was turned on again starts anew.
        """

        def change(settings: GuildSettings) -> GuildSettings:
            forums = {each: mode if each == forum else was for each, was in settings.forums.items()}
            return replace(settings, forums=forums)

        if mode is ForumMode.ON:
            await self._facts.keep_fact(_turned_on(forum), self._now().isoformat(timespec="seconds"))
        return forum in (await self._guilds.update(guild, change)).forums

    def _quiet_name(self, guild: GuildId, user: UserId) -> str:
        return self._pseudonyms.of(user, f"quiet:{guild}")


def _turned_on(forum: int) -> str:
    return f"forum_on:{forum}"
