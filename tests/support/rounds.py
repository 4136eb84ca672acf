"""A small server that holds rounds: real storage, real rules, and the real pairing, without a process of its own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from bot.core.models import UserId
from bot.core.moderation import GuildSettings
from bot.core.peers import PeerSettings
from bot.pairing.rounds import pair_now, spare_now
from bot.peers.introductions import Introductions
from bot.peers.membership import Membership
from bot.peers.rounds import Rounds
from bot.storage.database import Database
from bot.storage.introduction_table import IntroductionTable
from bot.storage.letters import LetterTable
from bot.storage.peers import PeerTable
from bot.storage.rounds import RoundTable
from support.keyrings import keyring_of, ties_of
from support.parts import WordEmbedder
from support.peers import HERE, NOW, SETBACKS, make_member

KEY = b"k" * 32
SETTINGS = PeerSettings(is_on=True)
ROUND = Rounds.next_at(SETTINGS, NOW + timedelta(days=1))
"""The first round that can be announced a whole day before."""


class WordVectors:
    """Stories as counted words."""

    model = "word-embedder@1"

    def __init__(self) -> None:
        self._embedder = WordEmbedder()

    async def vector_of(self, question):
        return self._embedder.embed([question])[0].tobytes(), self.model


class Here:
    """Pairs in this process, so that a test need not wait for another."""

    async def pair(self, people, settings, sensitive):
        return pair_now(people, settings, sensitive)

    async def spare(self, people, asker, settings, sensitive):
        return spare_now(people, asker, settings, sensitive)


@dataclass
class Fixed:
    """What `/setup` set."""

    peers: PeerSettings = SETTINGS

    async def settings(self, guild):
        return GuildSettings(peers=self.peers)


@dataclass
class Server:
    """Everything a test of rounds looks at."""

    database: Database
    settings: Fixed
    peers: PeerTable
    membership: Membership
    introductions: Introductions
    store: RoundTable
    rounds: Rounds

    async def add(self, *users, **changes):
        """Let people opt in who differ in nothing but who they are."""
        for user in users:
            await self.peers.add(make_member(UserId(user), **changes))

    async def change(self, user, **changes):
        """Change what is kept of a member besides the profile."""
        return await self.peers.update(HERE, UserId(user), lambda member: replace(member, **changes))

    async def letters(self, *users):
        """Return the keys of people's unread letters, by person."""
        letters = LetterTable(self.database)
        return {user: [each.text_key for each in await letters.unread(HERE, UserId(user))] for user in users}

    async def offers(self):
        """Return who was offered whom, by round."""
        rows = await self.database.read("SELECT round, first, second FROM introductions ORDER BY first")
        return [(number, {first, second}) for number, first, second in rows]

    async def waited(self, *users):
        """Return how long people have waited."""
        return [(await self.peers.member(HERE, UserId(user))).waited for user in users]


def server_on(database: Database, pairer=None) -> Server:
    """Build it on a database; two on one database are two processes of the bot."""
    keyring, settings = keyring_of(database, KEY), Fixed()
    ties = ties_of(keyring)
    peers = PeerTable(database, keyring, ties)
    membership = Membership(peers, WordVectors(), settings, SETBACKS)
    introductions = Introductions(IntroductionTable(database, keyring, ties), LetterTable(database), peers, settings)
    store = RoundTable(database)
    rounds = Rounds(membership, introductions, pairer or Here(), store, settings=settings)
    return Server(database, settings, peers, membership, introductions, store, rounds)
