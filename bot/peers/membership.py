"""Opting in to be introduced to others: joining, the profile, pausing, leaving, and whom one does not want to meet."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.core.errors import (
    CardFaultsError,
    Fault,
    FreshAccountError,
    NotAdultError,
    NotMemberError,
    SealBrokenError,
    UnfinishedProfileError,
)
from bot.core.matching import Candidate
from bot.core.peers import Member, MemberState, Profile, Role
from bot.core.ports.peers import Tie, TieKind
from bot.peers.cards import Crowd, Person
from bot.peers.profiles import lacks, tidied, without_mentoring
from bot.peers.taxonomy import new_setback, taxonomy_of
from bot.peers.zones import utc_offset
from bot.safety.limits import Limit

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from collections.abc import Set as AbstractSet
    from datetime import datetime

    from bot.core.introductions import Card
    from bot.core.matching import Pair
    from bot.core.models import GuildId, UserId
    from bot.core.peers import Setback
    from bot.core.ports.peers import PeerStore, SettingsOf, StoryVectors
    from bot.peers.profiles import Account

NEW_STORIES = 20
"""Of one person in an hour: each one is embedded, and nobody tells twenty [assumed]."""


class Membership:
    """Who opted in on a server, and with what profile. Who did not is nowhere, and in no round."""

    def __init__(
        self, store: PeerStore, stories: StoryVectors, settings: SettingsOf, setbacks: Sequence[Setback]
    ) -> None:
        """Make it of where people are kept, what embeds stories, what `/setup` set, and the topics that ship."""
        self._store = store
        self._stories = stories
        self._settings = settings
        self._setbacks = setbacks
        self._new_stories = Limit(NEW_STORIES, timedelta(hours=1))

    async def taxonomy(self, guild: GuildId) -> Mapping[str, Setback]:
        """Return the topics people choose from, by id: those that ship, then the server's own."""
        return taxonomy_of(self._setbacks, await self._store.own_setbacks(guild))

    async def own_setbacks(self, guild: GuildId) -> Sequence[Setback]:
        """Return the topics a server added itself, in the order they were added."""
        return await self._store.own_setbacks(guild)

    async def add_setback(self, guild: GuildId, label: str, *, is_sensitive: bool) -> Setback:
        """Add a topic of the server's own. Raises SetbackFaultsError with every fault."""
        setback = new_setback(label, await self.taxonomy(guild), is_sensitive=is_sensitive)
        await self._store.add_setback(guild, setback)
        return setback

    async def remove_setback(self, guild: GuildId, setback_id: str) -> bool:
        """Remove a topic of the server's own; False where it has none of that id. Nobody is matched by it any more."""
        return await self._store.remove_setback(guild, setback_id)

    async def member(self, guild: GuildId, user: UserId) -> Member | None:
        """Return somebody who opted in, None for everybody else. Raises SealBrokenError."""
        return await self._store.member(guild, user)

    async def members(self, guild: GuildId) -> Sequence[Member]:
        """Return everybody who is active on a server, by id."""
        return await self._store.members(guild, MemberState.ACTIVE)

    async def join(self, guild: GuildId, user: UserId, *, is_adult: bool, now: datetime) -> Member:
        """Opt somebody in who agreed; who is in already stays as they are.

        Raises NotAdultError, with nothing stored, for who is under 18 or does not say.
        """
        if not is_adult:
            raise NotAdultError("Somebody who is not known to be an adult asked to be introduced.")
        return await self._store.add(Member(guild, user, MemberState.UNFINISHED, Profile(), now, now))

    async def change(
        self, guild: GuildId, user: UserId, change: Callable[[Profile], Profile], *, now: datetime, account: Account
    ) -> Member:
        """Save what `change` makes of somebody's profile; an active one that lacks something then waits for it.

        Raises CardFaultsError where something typed cannot be used, and FreshAccountError for a mentor's role that
        comes too early, both after everything else is saved; LimitError, with nothing saved, for too many new stories;
        NotMemberError.
        """
        taxonomy = await self.taxonomy(guild)
        typed, before, faults = Profile(), Profile(), list[Fault]()

        def changed(member: Member) -> Member:
            nonlocal typed, before, faults
            before, typed = member.profile, change(member.profile)
            profile, faults = tidied(typed, before, taxonomy)
            if _is_new_mentor(profile, before) and not account.may_mentor(now):
                profile = without_mentoring(profile)
            if profile.story and profile.story != before.story:
                self._new_stories.take((guild, user), now)
            is_lacking = member.state is MemberState.ACTIVE and self.missing(profile)
            state = MemberState.UNFINISHED if is_lacking else member.state
            return replace(member, profile=profile, state=state, active_at=now)

        member = await self._store.update(guild, user, changed)
        if member.profile.story and member.profile.story != before.story:
            await self._embed(member)
        if faults:
            raise CardFaultsError(faults, typed=typed, member=member)
        if Role.MENTOR in typed.roles - member.profile.roles:
            raise FreshAccountError("A fresh account asked to mentor.")
        return member

    def missing(self, profile: Profile) -> tuple[str, ...]:
        """Return the text key of each thing that a profile still lacks; none for one that can be matched."""
        return tuple(lacks(profile, frozenset(setback.id for setback in self._setbacks if setback.is_sensitive)))

    async def finish(self, guild: GuildId, user: UserId, now: datetime) -> Member:
        """Let somebody take part. Raises UnfinishedProfileError with everything that is missing, NotMemberError."""
        member = await self._store.update(guild, user, lambda member: self._resumed(member, now))
        if lacking := self.missing(member.profile):
            raise UnfinishedProfileError([Fault(text_key, {}) for text_key in lacking])
        return member

    async def pause(self, guild: GuildId, user: UserId, until: datetime | None, now: datetime) -> Member:
        """Stop all offers to somebody at once, until a moment or until they say so. Raises NotMemberError."""

        def paused(member: Member) -> Member:
            return replace(member, state=MemberState.PAUSED, resumes_at=until, why_paused="", active_at=now)

        return await self._store.update(guild, user, paused, pauses_at=now)

    async def resume(self, guild: GuildId, user: UserId, now: datetime) -> Member:
        """End somebody's pause, whoever paused them; a profile that lacks something waits for it.

        Raises NotMemberError.
        """
        return await self._store.update(guild, user, lambda member: self._resumed(member, now))

    async def resume_due(self, now: datetime) -> int:
        """End the pauses whose time is over, on every server; return how many."""
        resumed = 0
        for guild, user in await self._store.due(now):
            # Somebody may leave meanwhile; and a profile that does not open cannot take part anyway.
            with suppress(NotMemberError, SealBrokenError):
                member = await self._store.update(guild, user, lambda member: self._if_due(member, now))
                resumed += member.state is not MemberState.PAUSED
        return resumed

    async def leave(self, guild: GuildId, user: UserId, now: datetime) -> bool:
        """Forget somebody, and withdraw their introductions; False where nothing was stored.

        What keeps two people apart stays, as keyed hashes, so that nobody who leaves and returns gets around it.
        """
        return await self._store.remove(guild, user, now)

    async def block(self, guild: GuildId, by: UserId, other: UserId, now: datetime) -> None:
        """Let two people never be introduced, as one of them wishes; what they have together ends.

        Nobody can block themselves: that is how moderators take somebody out.
        """
        if by != other:
            await self._store.tie(guild, Tie(TieKind.BLOCK, by, other, now))

    async def unblock(self, guild: GuildId, by: UserId, other: UserId) -> bool:
        """Take a block back; False where there was none."""
        return by != other and await self._store.untie(guild, TieKind.BLOCK, by, other)

    async def blocks(self, guild: GuildId, by: UserId) -> int:
        """Return how many people somebody blocks. Whom cannot be listed: only keyed hashes are kept."""
        return await self._store.blocks(guild, by)

    async def declare_same(self, guild: GuildId, one: UserId, other: UserId, now: datetime) -> None:
        """Note that two accounts are one person's, so that they are never introduced."""
        await self._store.tie(guild, Tie(TieKind.SAME, one, other, now))

    async def candidates(self, guild: GuildId, now: datetime) -> list[Candidate]:
        """Return who takes part in a round, by id: active, not held by a report, and not taken out by moderators.

        `slots`: all places of a mentor. Stories whose vectors are missing, or of another model, are embedded first.
        """
        members = await self.members(guild)
        ties = await self._store.ties(guild, [member.user for member in members])
        out = {tie.first for tie in ties if tie.first == tie.second}
        members = [member for member in members if not member.is_held and member.user not in out]
        vectors = await self._vectors(guild, members)
        known = (await self.taxonomy(guild)).keys()
        return await asyncio.to_thread(_candidates, members, vectors, ties, known, now)

    async def cards(self, guild: GuildId, pairs: Sequence[Pair], now: datetime) -> list[tuple[Card, Card] | None]:
        """Return what the first, and what the second of each pair is shown.

        None for a pair of which one is no longer active, or is held, since it was made.
        """
        members, taxonomy = await self.members(guild), await self.taxonomy(guild)
        settings = await self._settings.settings(guild)
        sensitive = [setback.id for setback in taxonomy.values() if setback.is_sensitive]
        gone = {str(member.user) for member in members if member.is_held}

        def made() -> list[tuple[Card, Card] | None]:
            everybody = _candidates(members, {}, (), taxonomy.keys(), now)
            people = {
                one.id: Person(_known(member.profile, taxonomy.keys()), one)
                for member, one in zip(members, everybody, strict=True)
            }
            crowd = Crowd(people, sensitive, settings.peers.k)
            there = people.keys() - gone
            return [crowd.cards(pair) if {pair.first, pair.second} <= there else None for pair in pairs]

        return await asyncio.to_thread(made)

    async def _vectors(self, guild: GuildId, members: Sequence[Member]) -> Mapping[UserId, bytes]:
        vectors = await self._store.vectors(guild, self._stories.model)
        unknown = [member for member in members if member.profile.story and member.user not in vectors]
        embedded = await asyncio.gather(*map(self._embed, unknown))
        return {**vectors, **{member.user: vector for member, vector in zip(unknown, embedded, strict=True)}}

    async def _embed(self, member: Member) -> bytes:
        vector, model = await self._stories.vector_of(member.profile.story)
        await self._store.keep_vector(member.guild, member.user, member.profile.story, vector, model)
        return vector

    def _resumed(self, member: Member, now: datetime) -> Member:
        state = MemberState.UNFINISHED if self.missing(member.profile) else MemberState.ACTIVE
        return replace(member, state=state, resumes_at=None, why_paused="", silences=0, active_at=now)

    def _if_due(self, member: Member, now: datetime) -> Member:
        is_due = member.state is MemberState.PAUSED and member.resumes_at is not None and member.resumes_at <= now
        # It is the clock that does something here, not the member.
        return replace(self._resumed(member, now), active_at=member.active_at) if is_due else member


def _is_new_mentor(profile: Profile, before: Profile) -> bool:
    return Role.MENTOR in profile.roles - before.roles


def _known(profile: Profile, known: AbstractSet[str]) -> Profile:
    """Return a profile without topics that no longer exist."""
    return replace(profile, setbacks=profile.setbacks & known)


def _candidates(
    members: Sequence[Member],
    vectors: Mapping[UserId, bytes],
    ties: Sequence[Tie],
    known: AbstractSet[str],
    now: datetime,
) -> list[Candidate]:
    profiles = {member.user: member.profile for member in members}
    ties = [tie for tie in ties if tie.first in profiles and tie.second in profiles]
    apart: defaultdict[tuple[TieKind, UserId], set[str]] = defaultdict(set)
    for tie in ties:
        if tie.kind is TieKind.PAST and _may_meet_again(profiles[tie.first], profiles[tie.second], now - tie.at):
            continue
        apart[tie.kind, tie.first].add(str(tie.second))
        if tie.kind is not TieKind.BLOCK:
            apart[tie.kind, tie.second].add(str(tie.first))
    return [
        Candidate(
            id=str(member.user),
            roles=profile.roles,
            slots=profile.capacity if Role.MENTOR in profile.roles else 0,
            setbacks=profile.setbacks & known,
            vector=vectors.get(member.user, b"") if profile.story else b"",
            outlook=profile.outlook,
            stage=None if profile.stage is None else int(profile.stage),
            languages=profile.languages,
            utc_offset=utc_offset(profile.zone, now),
            hours=profile.hours,
            asynchronous=profile.asynchronous,
            adult=True,  # nobody else can join
            waited=member.waited,
            blocks=frozenset(apart[TieKind.BLOCK, member.user]),
            past=frozenset(apart[TieKind.PAST, member.user]),
            same=frozenset(apart[TieKind.SAME, member.user]),
        )
        for member in members
        for profile in [member.profile]
    ]


def _may_meet_again(one: Profile, other: Profile, since: timedelta) -> bool:
    """Tell whether both want to be introduced again after some time, and that much has passed."""
    if one.again_days is None or other.again_days is None:
        return False
    return since > timedelta(days=max(one.again_days, other.again_days))
