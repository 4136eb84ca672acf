"""People of the demo's server who opted in before you came, and who answer when they are introduced to you."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from bot.core.errors import LanternError
from bot.core.introductions import Answer
from bot.core.models import GuildId, UserId
from bot.core.peers import Contact, Help, Hope, Pace, PeerSettings, Profile, Role, Stage
from bot.peers.profiles import Account

if TYPE_CHECKING:
    from bot.cogs.client import LanternClient
    from bot.demo.world import World

TICK_SECONDS = 2.0
"""How often they look into their inboxes, and the bot at its clock; they are quicker than people are."""
STEP = timedelta(hours=12)
LONG_HERE = timedelta(days=400)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Companion:
    """Somebody invented: nobody of the demo can be them, and they say yes to everybody."""

    name: str
    profile: Profile

    def fill_in(self, _before: Profile) -> Profile:
        """Return their profile, whatever it was before."""
        return self.profile


def _somebody(name: str, stage: Stage, *setbacks: str, story: str, sentence: str, **more: Any) -> Companion:
    common = Profile(
        roles=frozenset({Role.PEER}),
        setbacks=frozenset(setbacks),
        story=story,
        sentence=sentence,
        helps=frozenset({Help.LISTENING, Help.IDEAS}),
        pace=Pace.SOMETIMES,
        hope=Hope.BACK_IN,
        stage=stage,
        languages=frozenset({"en"}),
        zone="Europe/Berlin",
        asynchronous=True,
        contact=Contact.EITHER,
    )
    return Companion(name, replace(common, **more))


COMPANIONS = (
    _somebody(
        "Tomas",
        Stage.OUTSIDE,
        "rejection",
        "ghosting",
        "no-publications",
        story="I applied to eleven programmes. Nine said no, and two never answered, after interviews that went well.",
        sentence="I have stopped counting the rejections, and I still read papers at night.",
    ),
    _somebody(
        "Ade",
        Stage.OUTSIDE,
        "no-letters",
        "outside-academia",
        "isolation",
        story="I have been a programmer for seven years. Every form wants two professors, and mine have retired.",
        sentence="I came back to reading after years of other work, and know nobody who did.",
        languages=frozenset({"en", "fr"}),
    ),
    _somebody(
        "Yuki",
        Stage.STUDENT,
        "rejection",
        "self-doubt",
        "isolation",
        story="Rejected everywhere in the first round. My family thinks that I should take the job at the bank.",
        sentence="I would like somebody who does not tell me to be positive.",
        helps=frozenset({Help.LISTENING}),
    ),
    _somebody(
        "Priya",
        Stage.OUTSIDE,
        "revoked-offer",
        "rejection",
        "relocation",
        story="They promised me the position, I gave notice at home, and then the funding was gone.",
        sentence="Somebody promised me a place and took it back, and I am still angry.",
    ),
    _somebody(
        "Marta",
        Stage.DOCTORATE,
        "rejection",
        "no-letters",
        "ghosting",
        story="Two years of applying, no letters. I got in with one from a manager who had read my blog.",
        sentence="It took me three rounds, and I kept every e-mail I never got an answer to.",
        roles=frozenset({Role.MENTOR}),
        capacity=3,
    ),
    _somebody(
        "Jonas",
        Stage.EARLY,
        "no-publications",
        "outside-academia",
        "self-doubt",
        story="I started at thirty-four with nothing published, after eight years as a teacher.",
        sentence="I started late, with nothing published, and would do it again.",
        roles=frozenset({Role.MENTOR, Role.PEER}),
        capacity=2,
    ),
)


class Companions:
    """Lets the invented people opt in and answer, and the bot's clock tick."""

    def __init__(self, world: World, client: LanternClient) -> None:
        self._world = world
        self._clock = client.clock
        self._lantern = client.desk.lantern
        self._guild = GuildId(world.guild.id)
        self._people = {UserId(world.invent(each.name).id): each for each in COMPANIONS}
        self._busy = asyncio.Lock()
        self._looking: asyncio.Task[None] | None = None

    async def opt_in(self) -> None:
        """Turn introductions on, and let everybody agree and fill in their profile, as members do."""
        channel = self._world.place("general").id
        peers = PeerSettings(is_on=True, channel=channel, told_every_minutes=1)
        await self._lantern.guilds.update(self._guild, lambda settings: replace(settings, peers=peers))
        membership, now = self._lantern.membership, self._world.now()
        account = Account(now - LONG_HERE, now - LONG_HERE)
        for user, companion in self._people.items():
            await membership.join(self._guild, user, is_adult=True, now=now)
            await membership.change(self._guild, user, companion.fill_in, now=now, account=account)
            await membership.finish(self._guild, user, now)

    async def answer(self) -> None:
        """Say yes to whatever was offered."""
        now = self._world.now()
        for user in self._people:
            inbox = await self._lantern.introductions.inbox(self._guild, user, now)
            for offer in inbox.offers:
                if offer.side_of(user).answer is None:
                    with contextlib.suppress(LanternError):  # it was taken back meanwhile
                        await self._lantern.introductions.answer(self._guild, user, offer.id, Answer.YES, now)

    async def pass_time(self, time: timedelta) -> None:
        """Let the bot's clock go on, in steps short enough for everything that falls due on the way."""
        await self.tick()  # what they answer now is told on the way
        until = self._world.later + time
        while self._world.later < until:
            self._world.later = min(until, self._world.later + STEP)
            await self.tick()

    async def tick(self) -> None:
        """Answer, and let the bot do what is due."""
        async with self._busy:
            await self.answer()
            await self._clock.run_due(self._world.now())

    def start(self) -> None:
        """Tick until `stop`."""
        self._looking = asyncio.create_task(self._look())

    async def stop(self) -> None:
        """End it."""
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.wait({self._looking})

    async def _look(self) -> None:
        while True:
            await asyncio.sleep(TICK_SECONDS)
            try:
                await self.tick()
            except Exception:
                log.exception("An invented person could not answer")
