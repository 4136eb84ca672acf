"""Where it is kept who opted in to be introduced, and what ties people to each other."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from datetime import datetime

    from bot.core.models import GuildId, UserId
    from bot.core.moderation import GuildSettings
    from bot.core.peers import Member, MemberState, Setback


class TieKind(StrEnum):
    """What keeps two people from being introduced. Ties outlive the profile of either."""

    BLOCK = "block"
    """The first does not want to meet the second. Who blocks themselves was taken out of the matching by moderators."""
    PAST = "past"
    """They were offered each other before."""
    SAME = "same"
    """Moderators know them to be one person with two accounts."""


@dataclass(frozen=True, slots=True)
class Tie:
    """What ties two people; in a block the first blocks the second, else their order says nothing."""

    kind: TieKind
    first: UserId
    second: UserId
    at: datetime


class PeerStore(Protocol):
    """People who opted in. What they told is stored encrypted."""

    async def add(self, member: Member) -> Member:
        """Keep somebody new and return them; who is there already stays, and is returned, as they are."""

    async def member(self, guild: GuildId, user: UserId) -> Member | None:
        """Return somebody who opted in, None for everybody else. Raises SealBrokenError."""

    async def members(self, guild: GuildId, state: MemberState) -> Sequence[Member]:
        """Return a server's members in a state, by id; those whose profile does not open are left out, and logged."""

    async def update(
        self, guild: GuildId, user: UserId, change: Callable[[Member], Member], *, pauses_at: datetime | None = None
    ) -> Member:
        """Replace a member by what `change` makes of them, in one transaction; return the new one.

        `pauses_at`: withdraws their offers in the same transaction, as of that moment.
        Raises NotMemberError, SealBrokenError.
        """

    async def remove(self, guild: GuildId, user: UserId, now: datetime) -> bool:
        """Forget somebody and withdraw their introductions, in one transaction; False where nothing was stored.

        Ties stay. Needs no key, and leaves no byte of what was told in the database's files.
        """

    async def due(self, now: datetime) -> Sequence[tuple[GuildId, UserId]]:
        """Return whose pause has ended by `now`, on every server."""

    async def keep_vector(self, guild: GuildId, user: UserId, story: str, vector: bytes, model: str) -> None:
        """Keep the vector (float32) of a story, unless the story is another by now."""

    async def vectors(self, guild: GuildId, model: str) -> Mapping[UserId, bytes]:
        """Return the stories' vectors that are of this model."""

    async def tie(self, guild: GuildId, tie: Tie) -> None:
        """Keep a tie; one that is there gets the new moment. A block ends what the two have, in one transaction."""

    async def untie(self, guild: GuildId, kind: TieKind, first: UserId, second: UserId) -> bool:
        """Drop a tie; False where there was none."""

    async def ties(self, guild: GuildId, users: Collection[UserId]) -> Sequence[Tie]:
        """Return every tie between two of these people."""

    async def blocks(self, guild: GuildId, by: UserId) -> int:
        """Return how many people somebody blocks; whom is stored as keyed hashes that nobody can list."""

    async def own_setbacks(self, guild: GuildId) -> Sequence[Setback]:
        """Return the topics a server added itself, in the order they were added."""

    async def add_setback(self, guild: GuildId, setback: Setback) -> None:
        """Add a topic, or replace the one of that id."""

    async def remove_setback(self, guild: GuildId, setback_id: str) -> bool:
        """Remove a topic of the server's own; False where it has none of that id."""


class StoryVectors(Protocol):
    """Turns stories into vectors, off the event loop, and keeps neither."""

    @property
    def model(self) -> str:
        """The model's id and revision; vectors of two models are not comparable."""

    async def vector_of(self, question: str) -> tuple[bytes, str]:
        """Return a text's vector (float32, unit length) and the model it is of."""


class SettingsOf(Protocol):
    """What `/setup` set."""

    async def settings(self, guild: GuildId) -> GuildSettings:
        """Return a server's settings, or the defaults."""
