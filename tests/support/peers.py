"""People who opted in, small and real."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.core.models import GuildId, UserId
from bot.core.peers import Help, Hope, Member, MemberState, Pace, Profile, Role, Setback, Stage
from bot.faq.guilds import Guilds
from bot.peers.membership import Membership
from bot.peers.profiles import Account
from bot.storage.guilds import GuildSettingsTable
from bot.storage.peers import PeerTable
from support.keyrings import keyring_of, ties_of
from support.parts import WordEmbedder

HERE, THERE = GuildId(11), GuildId(12)
NOOR, SAM, KIM = UserId(101), UserId(102), UserId(103)
NOW = datetime.now(UTC).replace(microsecond=0)

SETBACKS = (
    Setback("ghosting", "Left without an answer"),
    Setback("rejection", "Rejected, again"),
    Setback("isolation", "Working alone"),
    Setback("limited-energy", "Limited energy", is_sensitive=True),
    Setback("little-money", "Little money", is_sensitive=True),
)
"""A taxonomy with sensitive topics in it."""

OLD_ACCOUNT = Account(NOW - timedelta(days=900), NOW - timedelta(days=400))
FRESH_ACCOUNT = Account(NOW - timedelta(days=2), NOW - timedelta(days=1))


def make_profile(**changes) -> Profile:
    """Return a profile that lacks nothing, with changes."""
    whole = Profile(
        roles=frozenset({Role.PEER}),
        setbacks=frozenset({"ghosting"}),
        story="They praised my work and then never wrote again.",
        sentence="I would like to talk with somebody who was left waiting too.",
        helps=frozenset({Help.LISTENING}),
        pace=Pace.SOMETIMES,
        hope=Hope.UNSURE,
        stage=Stage.STUDENT,
        languages=frozenset({"en"}),
        zone="Europe/Berlin",
        hours=((18.0, 22.0),),
    )
    return replace(whole, **changes)


def make_member(user=NOOR, guild=HERE, **changes) -> Member:
    """Return an active member; `profile`'s own fields may be given too."""
    fields = {name: changes.pop(name) for name in list(changes) if name in Profile.__dataclass_fields__}
    whole = Member(guild, user, MemberState.ACTIVE, make_profile(**fields), NOW, NOW)
    return replace(whole, **changes)


class Stories:
    """Implements the port StoryVectors with the small embedder; `model` may be changed."""

    def __init__(self) -> None:
        self.model = "words@1"
        self.embedder = WordEmbedder()

    async def vector_of(self, question):
        return self.embedder.embed([question])[0].tobytes(), self.model


def peers_in(database, key=bytes(32)) -> PeerTable:
    """Return where people are kept in a database."""
    keyring = keyring_of(database, key)
    return PeerTable(database, keyring, ties_of(keyring))


def membership_in(database, *, stories=None, key=bytes(32)) -> Membership:
    """Return membership over a database, with SETBACKS to choose from."""
    guilds = Guilds(GuildSettingsTable(database))
    return Membership(peers_in(database, key), stories or Stories(), guilds, SETBACKS)


async def opt_in(membership, user=NOOR, guild=HERE, *, account=OLD_ACCOUNT, now=NOW, **changes) -> Member:
    """Let somebody join with a profile that lacks nothing, and take part."""
    await membership.join(guild, user, is_adult=True, now=now)
    await membership.change(guild, user, lambda _: make_profile(**changes), now=now, account=account)
    return await membership.finish(guild, user, now)
