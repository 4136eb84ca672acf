"""Introductions as people meet them: offers, answers, the inbox, and what time brings."""

from __future__ import annotations

import secrets
from contextlib import suppress
from typing import TYPE_CHECKING

from bot.core.errors import NoSuchIntroductionError
from bot.core.introductions import Answer, End, Introduction, IntroductionId, IntroductionState, Side
from bot.core.matching import Kind
from bot.core.models import UserId
from bot.core.peers import Contact
from bot.core.ports.introductions import Inbox
from bot.peers.obstacles import TEXT_KEYS
from bot.peers.steps import (
    DIRECT,
    LOST,
    answered,
    direct,
    due,
    letters_of,
    seen_by,
    stopped,
    thread_again,
    told_at,
    unix,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from bot.core.introductions import Letter
    from bot.core.models import GuildId
    from bot.core.ports.introductions import Also, IntroductionStore, LetterStore, Offer, Situation, Step
    from bot.core.ports.peers import PeerStore, SettingsOf

IDS = 2**53
"""Ids are drawn from so many: one is never used again, so that an old button cannot answer a new offer."""
OFFERED = "introduction.offered"
IN_THREAD = frozenset({Contact.THREAD, Contact.EITHER})


__all__ = ["DIRECT", "LOST", "Introductions"]


class Introductions:
    """The use cases around introductions. What people get of one holds nothing they must not know (`seen_by`)."""

    def __init__(self, store: IntroductionStore, letters: LetterStore, peers: PeerStore, settings: SettingsOf) -> None:
        """Make it of where introductions, letters and members are kept, and what `/setup` set."""
        self._store = store
        self._letters = letters
        self._peers = peers
        self._settings = settings

    async def offer(
        self, guild: GuildId, round_number: int, offers: Sequence[Offer], now: datetime, *, also: Also | None = None
    ) -> Sequence[Introduction]:
        """Offer people to each other, with one letter to each, in one transaction; return those that were made.

        Somebody may have paused, been blocked or reported, or got another offer since they were paired: such pairs are
        left out. `also`: what storage writes in the same transaction, as the round's record.
        Raises StorageError; then nothing was written.
        """
        settings = (await self._settings.settings(guild)).peers
        until = told_at(now, settings)
        made = [
            Introduction(
                id=IntroductionId(secrets.randbelow(IDS)),
                guild=guild,
                round=round_number,
                kind=offer.pair.kind,
                state=IntroductionState.OFFERED,
                sides=(Side(UserId(int(offer.pair.first))), Side(UserId(int(offer.pair.second)))),
                cards=offer.cards,
                because=offer.pair.because,
                offered_at=now,
                told_at=until,
            )
            for offer in offers
        ]
        letters = [letter for each in made for letter in letters_of(each, OFFERED, now, until=unix(until))]
        places = [offer.places for offer in offers]
        return await self._store.offer(guild, list(zip(made, places, strict=True)), letters, also)

    async def answer(
        self, guild: GuildId, user: UserId, introduction: IntroductionId, answer: Answer, now: datetime
    ) -> Introduction:
        """Note what somebody says to an offer. What they get back does not depend on what the other said.

        Raises NoSuchIntroductionError for one that is not theirs or is over, StorageError.
        """
        settings = (await self._settings.settings(guild)).peers
        places = await self._places(guild, introduction) if answer is Answer.YES else 0

        def decide(situation: Situation) -> Step | None:
            return answered(situation, user, answer, now, places=places, settings=settings)

        return seen_by(await self._store.change(guild, introduction, decide, now), user)

    async def stop(self, guild: GuildId, user: UserId, introduction: IntroductionId, now: datetime) -> None:
        """End an introduction for somebody who need not say why. Raises NoSuchIntroductionError, StorageError."""
        await self._store.change(guild, introduction, lambda situation: stopped(situation, user, now), now)

    async def inbox(self, guild: GuildId, user: UserId, now: datetime) -> Inbox:
        """Return what waits for somebody. Raises SealBrokenError, StorageError."""
        own = [seen_by(each, user) for each in await self._store.of(guild, user) if not each.side_of(user).is_out]
        return Inbox(
            letters=tuple(await self._letters.unread(guild, user)),
            offers=tuple(each for each in own if each.state is IntroductionState.OFFERED and now < each.told_at),
            current=tuple(each for each in own if each.state is IntroductionState.REVEALED),
        )

    async def mark_read(self, guild: GuildId, user: UserId, letters: Sequence[Letter]) -> None:
        """Note that somebody saw letters; those of others stay as they are."""
        await self._letters.mark_read(guild, user, [letter.id for letter in letters])

    async def obstacle(self, guild: GuildId, user: UserId) -> str | None:
        """Return the text key of what stood in somebody's way in their last round; None since they were offered one."""
        last = await self._letters.last_of(guild, user, {OFFERED, *TEXT_KEYS.values()})
        return last.text_key if last is not None and last.text_key != OFFERED else None

    async def unpinged(self) -> Sequence[Letter]:
        """Return the unread letters, on every server, of people who were not pinged since they last read.

        One ping a person is enough for all of theirs.
        """
        return await self._letters.unpinged()

    async def pinged(self, letters: Sequence[Letter], *, are_told: bool = True) -> None:
        """Note that people are told of letters, or were not after all; until they read them, they hear of no others."""
        await self._letters.pinged([letter.id for letter in letters], are_told=are_told)

    async def sweep(self, guild: GuildId, now: datetime) -> None:
        """Do what is due on a server: outcomes, names, reminders, check-ins, ends; and forget what is old.

        Each introduction is one transaction; done twice, it is done once. Needs no key. Raises StorageError.
        """
        settings = (await self._settings.settings(guild)).peers
        for introduction in await self._store.due(guild, now):
            with suppress(NoSuchIntroductionError):
                await self._store.advance(guild, introduction, lambda situation: due(situation, now, settings), now)
        await self._store.clean(guild, now)

    async def left(self, guild: GuildId, user: UserId, now: datetime) -> None:
        """End at once what somebody is offered who left the server."""
        await self._store.withdraw(guild, user, End.WITHDRAWN, now)

    async def live_counts(self, guild: GuildId) -> Mapping[UserId, int]:
        """Return how many places of each mentor are taken, by open offers and introductions that go on."""
        return await self._store.mentoring(guild)

    async def offered(self, guild: GuildId) -> Collection[UserId]:
        """Return who has an open offer as a peer or seeker, and so gets no other one."""
        return await self._store.offered(guild)

    async def threads_to_open(self, guild: GuildId) -> Sequence[Introduction]:
        """Return the introductions without a thread yet whose both people agreed to one; their cards stay sealed."""
        return [each for each in await self._store.without_thread(guild) if await self.may_have_thread(each)]

    async def set_thread(self, introduction: IntroductionId, thread: int) -> bool:
        """Note the thread that was opened; False where there is one already, or the introduction does not go on."""
        return await self._store.set_thread(introduction, thread)

    async def lost_thread(self, introduction: IntroductionId) -> None:
        """Note that a thread is gone, or cannot be opened (`Introduction.thread` is LOST)."""
        await self._store.lose_thread(introduction)

    async def ask_thread(self, guild: GuildId, user: UserId, introduction: IntroductionId, now: datetime) -> None:
        """Let a thread be opened again after it was lost. Raises NoSuchIntroductionError."""
        await self._store.change(guild, introduction, lambda situation: thread_again(situation, user), now)

    async def choose_direct(self, guild: GuildId, user: UserId, introduction: IntroductionId, now: datetime) -> None:
        """Let two people write each other directly (`Introduction.thread` is DIRECT).

        Raises NoSuchIntroductionError.
        """
        await self._store.change(guild, introduction, lambda situation: direct(situation, user), now)

    async def may_have_thread(self, introduction: Introduction) -> bool:
        """Tell whether both people agreed to a private thread, and the server has a channel for it."""
        if (await self._settings.settings(introduction.guild)).peers.channel is None:
            return False
        members = [await self._peers.member(introduction.guild, side.user) for side in introduction.sides]
        return all(member is not None and member.profile.contact in IN_THREAD for member in members)

    async def to_reveal(self, guild: GuildId, now: datetime) -> Sequence[Introduction]:
        """Return those whose names the next `sweep` makes known, as they are; their cards stay sealed."""
        return await self._store.to_reveal(guild, now)

    async def _places(self, guild: GuildId, introduction: IntroductionId) -> int:
        """Return how many places the mentor of an introduction has in all; 0 where there is none."""
        found = await self._store.introduction(guild, introduction)
        if found.kind is not Kind.MENTOR:
            return 0
        mentor = await self._peers.member(guild, found.sides[1].user)
        return mentor.profile.capacity if mentor is not None else 0
