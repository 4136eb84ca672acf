"""What a round needs: who takes part, who pairs them, who offers them to each other, and where rounds are kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from bot.core.introductions import Card, Introduction, Letter
    from bot.core.matching import Candidate, Pair, RoundRecord, RoundResult
    from bot.core.models import GuildId, UserId
    from bot.core.peers import Member, PeerSettings, Setback
    from bot.core.ports.introductions import Also, Offer


@dataclass(frozen=True, slots=True)
class Announced:
    """A round that people were told of, and that is still to come."""

    number: int
    at: datetime


@dataclass(frozen=True, slots=True)
class News:
    """What becomes of somebody who took part in a round and is introduced to nobody.

    `waits`: whether this was a round they waited in; a mentor who has somebody does not wait.
    """

    letters: tuple[Letter, ...]
    waits: bool


class Pairer(Protocol):
    """Pairs people, off the event loop and within its time. `sensitive`: setbacks that never make a pair alone."""

    async def pair(
        self, people: Sequence[Candidate], settings: PeerSettings, sensitive: Collection[str]
    ) -> RoundResult:
        """Return the pairs of a round. Same people, same pairs, whatever their order."""

    async def spare(
        self, people: Sequence[Candidate], asker: str, settings: PeerSettings, sensitive: Collection[str]
    ) -> Pair | None:
        """Return the best pair for somebody that takes nothing away from the next round; None where there is none."""


class TakingPart(Protocol):
    """Who opted in."""

    async def taxonomy(self, guild: GuildId) -> Mapping[str, Setback]:
        """Return the topics people choose from, by id."""

    async def member(self, guild: GuildId, user: UserId) -> Member | None:
        """Return somebody who opted in, None for everybody else."""

    async def members(self, guild: GuildId) -> Sequence[Member]:
        """Return everybody who is active."""

    async def candidates(self, guild: GuildId, now: datetime) -> Sequence[Candidate]:
        """Return who is active and not held by a report, with all the places of a mentor."""

    async def cards(self, guild: GuildId, pairs: Sequence[Pair], now: datetime) -> Sequence[tuple[Card, Card] | None]:
        """Return what both of each pair are shown; None where one of them is no longer there."""


class Introducing(Protocol):
    """Offers people to each other."""

    async def offer(
        self,
        guild: GuildId,
        round_number: int,
        offers: Sequence[Offer],
        now: datetime,
        *,
        also: Also | None = None,
    ) -> Sequence[Introduction]:
        """Make offers, all in one transaction with what `also` writes; return those that may be."""

    async def offered(self, guild: GuildId) -> Collection[UserId]:
        """Return who has an open offer as a peer or seeker."""

    async def live_counts(self, guild: GuildId) -> Mapping[UserId, int]:
        """Return how many places of each mentor are taken."""


class RoundStore(Protocol):
    """Where it is kept which rounds there were, and which one comes next."""

    async def last_number(self, guild: GuildId) -> int:
        """Return the number of the last round that was held, 0 for none."""

    async def announced(self, guild: GuildId) -> Announced | None:
        """Return the round that people were told of and that was not held yet."""

    async def announce(self, guild: GuildId, round_: Announced, letters: Sequence[Letter]) -> bool:
        """Note a round that comes, and tell people, in one transaction; False where its number is there already."""

    async def cancel(self, guild: GuildId, number: int) -> None:
        """Forget a round that was announced and not held."""

    def closing(self, guild: GuildId, record: RoundRecord, news: Mapping[UserId, News]) -> Also:
        """Return what ends a round, to be written in the transaction of its offers, after them.

        It keeps the record, counts the waiting of those of `news` who are in no offer of this round and tells them, and
        counts down the rest of mentors. It raises RoundTakenError where the round was held already.
        """

    async def records(self, guild: GuildId, limit: int) -> Sequence[RoundRecord]:
        """Return a server's last rounds, newest first."""

    async def skip(self, guild: GuildId, user: UserId, number: int) -> None:
        """Note that somebody skips a round. Raises NotMemberError."""
