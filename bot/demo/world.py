"""A small simulated server with people in it, around the unmodified bot."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import discord
import simcord
from simcord.backend.access import can_access_channel

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

SETTLE_SECONDS = 30
"""How long the simulation waits for the bot's work before it calls a click failed."""
_BUSY_TRIES, _BUSY_PAUSE_SECONDS = 200, 0.05


class WallClock:
    """Makes the simulated Discord's time the real one: its 3 s and 15 min limits, and message ids, follow it."""

    def __init__(self) -> None:
        self._started = time.perf_counter()
        self._ahead = 0.0
        self._epoch = datetime.now(UTC)

    @property
    def elapsed(self) -> float:
        """Seconds since the start."""
        return time.perf_counter() - self._started + self._ahead

    def now(self) -> datetime:
        """Return the simulated time."""
        return self._epoch + timedelta(seconds=self.elapsed)

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self._ahead += seconds


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody to be in the demo."""

    name: str
    about: str
    may: str
    member: Any


class World:
    """The server: people, places, and one operation at a time."""

    def __init__(self, env: Any, guild: Any, people: tuple[Person, ...], places: tuple[Any, ...], forum: Any) -> None:
        self.env = env
        self.guild = guild
        self.people = people
        self.forum = forum
        self.lounge = guild.create_text_channel("lounge")
        """Where things happened before you came; not among the places to go."""
        self._places = list(places)
        self.later = timedelta()
        """How far the bot's clock is ahead of yours; the lobby lets time pass."""

    def now(self) -> datetime:
        """Return the bot's time, UTC."""
        return datetime.now(UTC) + self.later

    def invent(self, name: str) -> Any:
        """Return a member nobody of the demo can be."""
        return self.guild.add_member(self.env.create_user(name.lower(), global_name=name))

    def person(self, name: str) -> Person:
        """Return somebody by name."""
        return next(person for person in self.people if person.name == name)

    def place(self, name: str) -> Any:
        """Return a channel by name."""
        return next(place for place in self._places if place.name == name)

    async def post(self, person: Person, title: str, text: str) -> Any:
        """Open a thread in the help forum as somebody; the bot hears of it."""
        thread = self.old_post(person, title)
        backend = self.env.backend
        backend.announce_thread_create(thread)
        message = backend.prepare_message(thread.id, person.member.id, text)
        message.id = thread.id  # as on Discord
        backend.commit_message(message)
        await self.do(self.env.settle)
        place = next(each for each in self.forum.threads if each.id == thread.id)
        self._places.append(place)
        return place

    def old_post(self, person: Person, title: str) -> Any:
        """Return a thread that was there before the bot came."""
        return self.env.backend.create_thread(self.forum.id, title, person.member.id, broadcast=False)

    def places_of(self, person: Person) -> list[Any]:
        """Return the channels and threads a person may read, and their direct messages with the bot."""
        private = [thread for place in self._places if place is not self.forum for thread in place.threads]
        readable = [
            place
            for place in [*self._places, *private]
            if can_access_channel(self.env, place.id, person.member, history=True)
        ]
        return [*readable, person.member.user.dm_channel]

    async def do(self, verb: Callable[..., Awaitable[Any]], *args: Any, **kwargs: Any) -> Any:
        """Do something as a person; the simulation takes one operation at a time, so wait for the browser's."""
        for _ in range(_BUSY_TRIES):
            try:
                return await verb(*args, **kwargs)
            except simcord.SetupError as error:
                if "overlaps active" not in str(error):
                    raise
                await asyncio.sleep(_BUSY_PAUSE_SECONDS)
        raise TimeoutError("the simulated Discord stayed busy")


async def build_world(client: discord.Client) -> World:
    """Start the simulation with the bot in it."""
    env = simcord.Env(
        client,
        check_errors=False,
        settle_timeout=SETTLE_SECONDS,
        approved_intents=discord.Intents.default(),
    )
    env.backend.bot_user.name = "Lantern"
    env.backend.clock = WallClock()  # type: ignore[assignment]
    guild = env.create_guild("Lantern Demo", owner=env.create_user("owner"))
    mentor = guild.create_role("Mentor")
    moderator = guild.create_role(
        "Moderator", permissions=discord.Permissions(manage_messages=True, manage_threads=True)
    )
    itself = guild.create_role("Lantern")
    env.backend.add_member_role(guild.id, env.backend.bot_user.id, itself.id)
    administrator = guild.create_role("Administrator", permissions=discord.Permissions(manage_guild=True))

    def person(name: str, about: str, may: str, *roles: Any) -> Person:
        member = guild.add_member(env.create_user(name.lower(), global_name=name), roles=list(roles))
        return Person(name, about, may, member)

    people = (
        person("Noor", "newcomer, joined today", "asks and suggests"),
        person("Sam", "member, twelve rejections", "asks and suggests"),
        person("Ines", "mentor, got in on the third try", "also writes entries, which a moderator approves", mentor),
        person("Mika", "moderator", "also publishes", moderator),
        person("Lena", "administrator", "does all of it, and sets Lantern up", moderator, administrator),
    )
    places = (
        guild.create_text_channel("ask-lantern", topic="Type /ask. Answers are private unless you choose otherwise."),
        guild.create_text_channel("general", topic="Hello. You are not the only one."),
        guild.create_text_channel("moderators", overwrites=_only(guild.default_role, moderator, itself)),
    )
    forum = guild.create_forum_channel("help")
    await env.start()
    world = World(env, guild, people, places, forum)
    await world.post(people[1], "Nobody left to write me a letter", _LETTERS)
    await world.do(people[2].member.send, places[1], _WELCOME)
    await world.do(people[1].member.send, places[1], _REJECTED)
    return world


_WELCOME = "Welcome, Noor. Most of us have been turned down more often than we say."
_REJECTED = "twelve applications and twelve rejections. how do I even tell my family"
_LETTERS = (
    "I left university six years ago and work as a software developer. "
    "Whom can I ask for a recommendation letter when no professor remembers me?"
)


def _only(everyone: Any, *roles: Any) -> dict[Any, discord.PermissionOverwrite]:
    return {
        everyone: discord.PermissionOverwrite(view_channel=False),
        **{role: discord.PermissionOverwrite(view_channel=True) for role in roles},
    }
