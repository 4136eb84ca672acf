"""The demo server's invented past: figures, votes and forum posts of the weeks before you came."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from bot.core.links import LinkReport, LinkState
from bot.core.models import Entry, EntryId, GuildId, Kind, Phrasing, Source, TopicId, UserId
from bot.core.moderation import Change, ChangeKind, Edit, Post, PostState, revision_of
from bot.faq.forum import speaks

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable

    from bot.app import Lantern
    from bot.demo.world import World

WEEKS, VOTED_ON, VOTERS = 8, 6, 7
"""How long ago it begins, on how many entries people voted, and how many of them."""
TITLES = (
    "No answer four weeks after my interview, do I write again?",
    "How do I explain a two-year gap in my CV?",
    "Looking for people to write with on Thursdays",
    "Should I do a postdoc or look for a job?",
    "Do I need publications to get into a PhD?",
    "I am 38, am I too old to start a PhD?",
    "Everybody else seems to know what they are doing",
    "My reviewers contradict each other, whom do I follow?",
    "Rejected from all programmes, what now?",
    "Does the ranking of the university matter?",
    "I cannot afford the application fees",
    "How do I write a first e-mail to a supervisor?",
    "Where do I find collaborators when I work alone?",
)
"""Of posts in the help forum, oldest first; two of them are no question."""
OLD_LINK = "https://example.org/writing-hour"
WRITING_HOUR = Entry(
    EntryId("our-writing-hour"),
    TopicId("isolation"),
    "When does our writing hour meet, and how do I join?",
    (Phrasing("writing group on this server"), Phrasing("where can I write together with others here")),
    "Every Tuesday at 18:00 UTC, in the voice channel. Come with one page you want to write.\n\n"
    "Cameras stay off, nobody reads what you wrote, and you may leave whenever you like.",
    (),
    lived_experience=False,
    sources=(Source("The plan of our writing hour", OLD_LINK, "kept by the moderators"),),
    reviewed_on=date.min,
    review_after_days=180,
)
"""An entry of this server's own; its day changed once, and nobody has looked at it for long."""


async def tell_past(world: World, lantern: Lantern) -> None:
    """Let the weeks before have happened."""
    guild = GuildId(world.guild.id)
    await _tell_figures(lantern, guild)
    await _tell_posts(world, lantern, guild)
    await _tell_own_entry(lantern, guild, UserId(world.person("Lena").member.id))


async def _tell_figures(lantern: Lantern, guild: GuildId) -> None:
    entries = [entry.id for entry in lantern.library.pack.entries]
    for week in range(1, WEEKS + 1):
        day = datetime.now(UTC).date() - timedelta(weeks=week)
        for number in range(3 + (5 * week) % 7):
            await lantern.days.count(guild, day, Kind.ANSWER, entries[(31 * week + 57 * number) % len(entries)])
        for what, times in ((Kind.CHOICES, 1 + week % 3), (Kind.UNKNOWN, (week + 1) % 3)):
            for _ in range(times):
                await lantern.days.count(guild, day, what, None)
    for number, entry_id in enumerate(entries[:VOTED_ON]):
        for voter in range(VOTERS):
            # The last of them helped nobody, so that there is one to mend.
            helped = number < VOTED_ON - 1 and (voter + number) % 5 != 0
            await lantern.activity.vote(guild, entry_id, UserId(voter), helped=helped)


async def _tell_posts(world: World, lantern: Lantern, guild: GuildId) -> None:
    """Let the help forum have been watched in shadow mode, by the rule that the bot itself follows."""
    posters = [world.person(name) for name in ("Noor", "Sam", "Ines")]
    for number, title in enumerate(TITLES):
        thread = world.old_post(posters[number % len(posters)], title)
        evidence = await lantern.search.search(guild, title, without=frozenset())
        at = datetime.now(UTC) - timedelta(days=3 * (len(TITLES) - number))
        post = Post(thread.id, guild, world.forum.id, None, 0.0, PostState.SEEN, at)
        await lantern.posts.add_post(post, forget_before=at)
        if speaks(evidence):
            said = replace(
                post,
                entry_id=evidence.hits[0].entry_id,
                probability=evidence.probability,
                state=PostState.SHADOW,
            )
            await lantern.posts.speak(said, "", forum_since=at, person_since=at)


async def _tell_own_entry(lantern: Lantern, guild: GuildId, by: UserId) -> None:
    """Give the server an entry of its own with a history, past its date, whose source is gone."""
    today = datetime.now(UTC).date()
    first = replace(WRITING_HOUR, reviewed_on=today - timedelta(days=200))
    now = replace(first, answer=first.answer.replace("Tuesday at 18:00", "Thursday at 17:00"))
    for kind, before, after in ((ChangeKind.ADDED, None, first), (ChangeKind.EDITED, first, now)):
        edit = Edit(WRITING_HOUR.id, revision_of(before), after)
        await lantern.editing.apply(guild, Change(kind, by, (edit,)))
    for day in (today - timedelta(days=8), today):
        await lantern.links.check_some(_GoneLink(), day, sys.maxsize)


class _GoneLink:
    """Reports one link as gone and no other as looked at; nothing leaves the machine."""

    async def check(self, links: Iterable[str]) -> AsyncIterator[LinkReport]:
        """Implement the port Checker."""
        if OLD_LINK in links:
            yield LinkReport(OLD_LINK, LinkState.GONE, "404")
