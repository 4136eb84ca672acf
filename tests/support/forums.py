"""Help forums in a world: posts, what the bot said under them, and what the notes say of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.core.models import EntryId, GuildId
from bot.core.moderation import ForumMode, Post, PostState
from support.small import question_of

TITLE = question_of("letters")


async def open_forum(world):
    """Return a new help forum in which suggestions are on."""
    made = world.guild.create_forum_channel("help")
    await world.env.settle()
    await set_mode(world, made, ForumMode.ON)
    return made


def guild_of(world) -> GuildId:
    return GuildId(world.guild.id)


async def set_mode(world, forum, mode) -> None:
    await world.lantern.guilds.update(guild_of(world), lambda was: replace(was, forums={**was.forums, forum.id: mode}))


async def mode_of(world, forum):
    return (await world.lantern.guilds.settings(guild_of(world))).forums[forum.id]


async def post(world, forum, title=TITLE, *, who=None, before_announced=lambda _thread: None):
    """Let somebody (Noor) write a post; `before_announced(thread)` happens before the bot hears of it."""
    backend, author = world.env.backend, who or world.noor
    made = backend.create_thread(forum.id, title, author.id, broadcast=False)
    backend.create_message(made.id, author.id, "I have been wondering for weeks.")
    before_announced(made)
    backend.announce_thread_create(made)
    await world.env.settle()
    return next(one for one in forum.threads if one.id == made.id)


def said(world, thread):
    """Return what the bot said in a thread."""
    return [message for message in thread.history() if message.author.id == world.client.user.id]


async def states(world, forum):
    """Return what became of the posts of a forum, newest first."""
    return [one.state for one in await world.lantern.forums._posts.posts_in(guild_of(world), forum.id)]


async def seed(world, forum, *wanted) -> None:
    """Put older posts with these states into the notes."""
    posts, at = world.lantern.forums._posts, datetime.now(UTC) - timedelta(days=2)
    for number, state in enumerate(wanted):
        seen = Post(number + 1, guild_of(world), forum.id, None, 0.0, PostState.SEEN, at)
        await posts.add_post(seen, forget_before=at)
        found = replace(seen, entry_id=EntryId("visas"), probability=0.9, state=state)
        now = datetime.now(UTC)
        assert await posts.speak(found, f"person {number}", forum_since=now, person_since=now)


async def forums_panel(world, who=None):
    return (await (who or world.mika).slash(world.channel, "faq forums")).response
