"""What happened on the demo's server before you came: it is set up, people asked, and some were not answered."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from simcord.components import walk_components

from bot.core.models import GuildId, UserId
from bot.core.moderation import ForumMode, GuildSettings

if TYPE_CHECKING:
    from bot.app import Lantern
    from bot.demo.world import Person, World

ASKED = (
    ("Noor", "which institutes have a choir for researchers"),
    ("Sam", "do research institutes have a choir"),
    ("Ines", "do PhD programmes offer parking for a caravan"),
)
"""Who asked what the FAQ has no answer to."""
WEEKS, VOTED_ON = 8, 6
"""How long ago the server's invented past begins, and on how many entries people have voted."""
POSTS = (
    ("Noor", "How do I get into a PhD without publications?", "I have none, and every advert asks for them."),
    ("Sam", "Twelve rejections, how do I tell my family", "They ask every Sunday."),
)
"""What the help forum was asked, in titles."""


async def tell_story(world: World, lantern: Lantern) -> None:
    """Set the server up and let people ask, so that a moderator finds something to do."""
    moderators, ask = world.place("moderators"), world.place("ask-lantern")
    settings = GuildSettings(moderators_channel=moderators.id, forums={world.forum.id: ForumMode.SHADOW})
    await lantern.guilds.update(GuildId(world.guild.id), lambda _: settings)
    await _tell_weeks(lantern, GuildId(world.guild.id))
    for name, question in ASKED:
        await _ask(world, world.person(name), ask, question)
    for name, title, text in POSTS:
        await world.post(world.person(name), title, text)


async def _tell_weeks(lantern: Lantern, guild: GuildId) -> None:
    """Let the weeks before have happened: invented figures, so that the statistics have something to show."""
    entries = [entry.id for entry in lantern.library.pack.entries]
    for week in range(1, WEEKS + 1):
        day = datetime.now(UTC).date() - timedelta(weeks=week)
        for number in range(3 + (5 * week) % 7):
            await lantern.days.count(guild, day, "answer", entries[(31 * week + 57 * number) % len(entries)])
        for what, times in (("choices", 1 + week % 3), ("unknown", (week + 1) % 3)):
            for _ in range(times):
                await lantern.days.count(guild, day, what, None)
    for number, entry_id in enumerate(entries[:VOTED_ON]):
        for voter in range(7):
            await lantern.activity.vote(guild, entry_id, UserId(voter), helped=(voter + number) % 5 != 0)


async def _ask(world: World, person: Person, place: object, question: str) -> None:
    result = await world.do(person.member.slash, place, "ask", question=question)
    none = next(
        (part for part in walk_components(result.response.components) if ":none:" in part.get("custom_id", "")), None
    )
    if none is not None:
        await world.do(person.member.click, result.response, custom_id=none["custom_id"])
