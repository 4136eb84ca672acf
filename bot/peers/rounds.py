"""Rounds: announced a day before, held once, and told to everybody who took part in the same moment."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, fields, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from bot.core.errors import NotMemberError, RoundTakenError
from bot.core.introductions import Letter
from bot.core.matching import Obstacle, RoundRecord, RoundResult
from bot.core.models import UserId
from bot.core.peers import MemberState, Role
from bot.core.ports.introductions import Offer
from bot.core.ports.rounds import Announced, News
from bot.peers.cards import reasons_on
from bot.peers.obstacles import TEXT_KEYS
from bot.peers.shortages import shortages
from bot.peers.steps import unix
from bot.peers.waiting import ROUNDS, waiting_times
from bot.safety.limits import Limit

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import datetime

    from bot.core.introductions import Introduction
    from bot.core.matching import Candidate, Pair
    from bot.core.models import GuildId
    from bot.core.peers import Member, PeerSettings
    from bot.core.ports.peers import SettingsOf
    from bot.core.ports.rounds import Introducing, Pairer, RoundStore, TakingPart
    from bot.peers.waiting import WaitingTimes

NOTICE = timedelta(hours=24)
"""Before a round everybody in it is told, and may skip it (safety.md 7, 8)."""
ASKS = 3
"""So often a day somebody may ask between rounds; each time the whole round is looked at."""
ON_DEMAND = 0
"""The round of introductions between rounds."""
RECEIVING = frozenset({Role.PEER, Role.SEEKER})


@dataclass(frozen=True, slots=True)
class Asked:
    """What came of asking between rounds: whether there is an offer in the inbox now, and when the next round is."""

    is_offered: bool
    next_at: datetime


class Rounds:
    """Holds rounds, and tells how long people wait."""

    def __init__(
        self,
        membership: TakingPart,
        introductions: Introducing,
        pairer: Pairer,
        store: RoundStore,
        *,
        settings: SettingsOf,
    ) -> None:
        self._membership = membership
        self._introductions = introductions
        self._pairer = pairer
        self._store = store
        self._settings = settings
        self._asks = Limit(ASKS, timedelta(days=1))
        self._held_now: set[GuildId] = set()

    @staticmethod
    def next_at(settings: PeerSettings, now: datetime) -> datetime:
        """Return the moment of the first weekly round after `now`, UTC."""
        midnight = now.replace(hour=settings.round_hour, minute=0, second=0, microsecond=0)
        moment = midnight + timedelta(days=(settings.round_day - now.weekday()) % 7)
        return moment if moment > now else moment + timedelta(days=7)

    async def announce_due(self, guild: GuildId, now: datetime) -> bool:
        """Tell everybody who would take part in a round that is at most NOTICE away, once; tell whether that was now.

        One that was announced stays where it was, whatever the settings say since.
        """
        at = self.next_at(await self._peer_settings(guild), now)
        if at - now > NOTICE or await self._store.announced(guild) is not None:
            return False
        number = await self._store.last_number(guild) + 1
        people = await self._taking_part(guild, number, now)
        letters = [Letter(0, guild, _user(one), "round.soon", {"at": unix(at)}, None, now) for one in people]
        return await self._store.announce(guild, Announced(number, at), letters)

    async def run_due(self, guild: GuildId, now: datetime) -> RoundRecord | None:
        """Hold the round that was announced, once its time has come; None where none is due, or another holds it.

        One that the bot was not there for is held late, until the next one has to be announced.
        """
        coming = await self._store.announced(guild)
        if coming is None or coming.at > now or guild in self._held_now:
            return None
        if now >= self.next_at(await self._peer_settings(guild), coming.at) - NOTICE:
            await self._store.cancel(guild, coming.number)
            return None
        self._held_now.add(guild)
        try:
            return await self.run(guild, now)
        except RoundTakenError:
            return None
        finally:
            self._held_now.discard(guild)

    async def run(self, guild: GuildId, now: datetime) -> RoundRecord:
        """Hold the next round now. Offers, letters, waiting times and the record are written together or not at all.

        Raises RoundTakenError where somebody else held it meanwhile.
        """
        settings = await self._peer_settings(guild)
        number = await self._store.last_number(guild) + 1
        sensitive = await self._sensitive(guild)
        people = await self._taking_part(guild, number, now)
        result = await self._pairer.pair(people, settings, sensitive)
        offers = await self._offers(guild, result.pairs, now)
        record = record_of(number, now, people, result, settings=settings, sensitive=sensitive)
        taken = await self._introductions.live_counts(guild)
        why = {one.id: one.obstacle for one in result.unmatched}
        next_at = self.next_at(settings, now)
        news = {_user(one): _news(guild, one, why.get(one.id), now, next_at=next_at, taken=taken) for one in people}
        await self._introductions.offer(guild, number, offers, now, also=self._store.closing(guild, record, news))
        return record

    async def skip(self, guild: GuildId, user: UserId, now: datetime) -> datetime:
        """Let somebody skip the next round, and return when that is. Their waiting counts as before.

        Raises NotMemberError.
        """
        coming = await self._store.announced(guild)
        if coming is not None and coming.at > now:
            await self._store.skip(guild, user, coming.number)
            return coming.at
        number = await self._store.last_number(guild) + (2 if coming else 1)
        await self._store.skip(guild, user, number)
        return self.next_at(await self._peer_settings(guild), now)

    async def ask_now(self, guild: GuildId, user: UserId, now: datetime) -> Asked:
        """Offer somebody a person at once, if nobody in the next round loses anything by it.

        Raises NotMemberError for who does not take part, LimitError after ASKS times within a day.
        """
        member = await self._membership.member(guild, user)
        if member is None or member.state is not MemberState.ACTIVE:
            raise NotMemberError("Somebody who takes no part asked to be introduced.")
        self._asks.take((guild, user), now)
        settings = await self._peer_settings(guild)
        people = await self._taking_part(guild, await self._store.last_number(guild) + 1, now)
        made: Sequence[Introduction] = ()
        if any(_user(one) == user for one in people):
            pair = await self._pairer.spare(people, str(user), settings, await self._sensitive(guild))
            offers = await self._offers(guild, [pair], now) if pair is not None else []
            made = await self._introductions.offer(guild, ON_DEMAND, offers, now) if offers else ()
        return Asked(bool(made), self.next_at(settings, now))

    async def waiting_times(self, guild: GuildId) -> WaitingTimes | None:
        """Return how long people wait, counting those who still do; None where too little is known."""
        return waiting_times(await self._store.records(guild, ROUNDS))

    async def records(self, guild: GuildId, limit: int) -> Sequence[RoundRecord]:
        """Return a server's last rounds, newest first. Nobody is in them."""
        return await self._store.records(guild, limit)

    async def _peer_settings(self, guild: GuildId) -> PeerSettings:
        return (await self._settings.settings(guild)).peers

    async def _sensitive(self, guild: GuildId) -> frozenset[str]:
        taxonomy = await self._membership.taxonomy(guild)
        return frozenset(setback.id for setback in taxonomy.values() if setback.is_sensitive)

    async def _taking_part(self, guild: GuildId, number: int, now: datetime) -> list[Candidate]:
        candidates = await self._membership.candidates(guild, now)
        members = await self._membership.members(guild)
        offered, taken = await self._introductions.offered(guild), await self._introductions.live_counts(guild)
        return taking_part(candidates, members, offered, taken, number=number)

    async def _offers(self, guild: GuildId, pairs: Sequence[Pair], now: datetime) -> list[Offer]:
        """Return pairs with their cards; reasons say no more than the cards do. Pairs of somebody gone are left out."""
        places = {str(member.user): member.profile.capacity for member in await self._membership.members(guild)}
        offers = []
        for pair, cards in zip(pairs, await self._membership.cards(guild, pairs, now), strict=True):
            if cards is not None:
                because = reasons_on(cards[1], reasons_on(cards[0], pair.because))
                offers.append(Offer(replace(pair, because=because), cards, places.get(pair.second, 0)))
        return offers


def taking_part(
    candidates: Iterable[Candidate],
    members: Iterable[Member],
    offered: Collection[UserId],
    taken: Mapping[UserId, int],
    *,
    number: int,
) -> list[Candidate]:
    """Return the candidates of a round with the roles and places they have left.

    `offered`: who has an open offer as a peer or seeker; one at a time is enough. `taken`: places of mentors that are.
    Who skips this round is not in it; who rests does not mentor.
    """
    known = {member.user: member for member in members}
    people = []
    for one in candidates:
        member = known.get(_user(one))
        if member is None or member.skips == number:
            continue
        slots = 0 if member.rests else max(0, one.slots - taken.get(member.user, 0))
        roles = one.roles - (RECEIVING if member.user in offered else frozenset())
        roles -= frozenset() if slots else {Role.MENTOR}
        if roles:
            people.append(replace(one, roles=roles, slots=slots))
    return people


def record_of(
    number: int,
    at: datetime,
    people: Sequence[Candidate],
    result: RoundResult,
    *,
    settings: PeerSettings,
    sensitive: Collection[str],
) -> RoundRecord:
    """Return what is kept of a round. Waiting is of those who look for somebody; mentors are looked for."""
    missed = {one.id for one in result.unmatched}
    looking = [one for one in people if one.roles & RECEIVING]
    return RoundRecord(
        number=number,
        at=at,
        people=len(people),
        pairs=len(result.pairs),
        matched=result.matched,
        upper_bound=result.upper_bound,
        solver=result.solver,
        note=result.note,
        seconds=result.seconds,
        input_hash=hash_of(people, settings),
        waited=dict(Counter(one.waited for one in looking if one.id not in missed)),
        waiting=dict(Counter(one.waited for one in looking if one.id in missed)),
        shortages=shortages(people, result.unmatched, sensitive=sensitive, k=settings.k),
    )


def hash_of(people: Iterable[Candidate], settings: PeerSettings) -> str:
    """Return what tells two inputs of a round apart, 16 hex digits, whatever the order of people."""
    rows = [
        [sorted(value) if isinstance(value, AbstractSet) else value for value in _values(one)]
        for one in sorted(people, key=lambda one: one.id)
    ]
    return hashlib.sha256(repr((rows, settings)).encode()).hexdigest()[:16]


def _values(somebody: Candidate) -> list[Any]:
    return [getattr(somebody, field.name) for field in fields(somebody)]


def _user(somebody: Candidate) -> UserId:
    return UserId(int(somebody.id))


def _news(
    guild: GuildId,
    somebody: Candidate,
    obstacle: Obstacle | None,
    now: datetime,
    *,
    next_at: datetime,
    taken: Mapping[UserId, int],
) -> News:
    """Return what somebody hears if they are introduced to nobody: when the next round is, and what would help.

    `obstacle`: None for who was paired with somebody who is gone since.
    """
    user = _user(somebody)
    if not somebody.roles & RECEIVING and user in taken:
        return News((), waits=False)
    letters = (
        Letter(0, guild, user, "round.unmatched", {"next": unix(next_at)}, None, now),
        Letter(0, guild, user, TEXT_KEYS[obstacle or Obstacle.FULL], {}, None, now),
    )
    return News(letters, waits=True)
