"""Somebody who tells the bot everything it takes, through the use cases, with words that nobody else uses."""

from __future__ import annotations

import contextlib
import sqlite3
from dataclasses import replace

import numpy as np

from bot.core.introductions import ReportReason
from bot.core.matching import Kind, Pair
from bot.core.models import EntryId, UserId
from bot.core.ports.introductions import Offer
from support.databases import files_in
from support.parts import WordEmbedder
from support.peers import HERE, NOOR, NOW, OLD_ACCOUNT, SAM, make_profile
from support.small import UNKNOWN

STORY = "Wombats praised my work and then never wrote again."
SENTENCE = "quokkas left me waiting too"
ASKED, FURTHER = f"{UNKNOWN} okapi", f"{UNKNOWN} okapi numbat"
REPORTED = "Axolotls were asked of me."
SUGGESTED, ANSWER, WHY = "Is there a narwhal?", "Pangolins know.", "For an aardvark."
VOTED, REFUTED = "posters about a tapir and letters", "grades of a dugong and visas"
CRISIS = "I want to die, said the echidna"
CANARIES = (
    *("Wombats", "quokkas", "okapi", "numbat", "Axolotls", "narwhal", "Pangolins", "aardvark", "tapir", "dugong"),
    *("echidna", "Kiritimati", "limited-energy", "praised my work"),
)


class DenseEmbedder(WordEmbedder):
    """Counts words, and turns the space: no two texts share a piece of their vectors, and cosines stay as they are."""

    def __init__(self) -> None:
        super().__init__()
        noise = np.random.default_rng(6).normal(size=(self.dimensions, self.dimensions))
        self._turned = np.linalg.qr(noise)[0].astype(np.float32)

    def embed(self, texts):
        return super().embed(texts) @ self._turned


MODERATOR = UserId(900)
OTHERS = (UserId(104), UserId(105))


async def tell_everything(lantern) -> list[bytes]:
    """Let NOOR tell everything, and be introduced to SAM; return the vectors of what she wrote."""
    await _ask(lantern)
    await _propose(lantern)
    await _suggest(lantern)
    await _meet(lantern)
    texts = (STORY, ASKED, FURTHER, SUGGESTED, VOTED, REFUTED)
    return [(await lantern.search.vector_of(text))[0] for text in texts]


async def _ask(lantern) -> None:
    await lantern.asking.ask(HERE, ASKED, user=NOOR)
    await lantern.asking.ask(HERE, FURTHER, user=NOOR)
    await lantern.asking.ask(HERE, CRISIS, user=NOOR)
    for user in OTHERS:  # with the third person, moderators are to hear of it
        await lantern.asking.ask(HERE, ASKED, user=user)


async def _propose(lantern) -> None:
    """Vote; a moderator confirms that an entry is wrong for a question, which the search then knows."""
    for question, helped in ((VOTED, True), (REFUTED, False)):
        await lantern.proposals.voted(HERE, EntryId("posters"), question, NOOR, helped=helped)
    for proposal in await lantern.proposals.waiting(HERE):
        if proposal.question == REFUTED:
            await lantern.proposals.confirm(proposal, MODERATOR)
    await lantern.asking.ask(HERE, "worried about letters", user=NOOR)
    await lantern.search.renewals()


async def _suggest(lantern) -> None:
    """Suggest an entry, which a moderator looks at and declines; and one with words of crisis, which is not kept."""
    assert await lantern.suggestions.suggest(HERE, NOOR, CRISIS, ANSWER, WHY) is None
    kept = await lantern.suggestions.suggest(HERE, NOOR, SUGGESTED, ANSWER, WHY)
    await lantern.search.nearest(HERE, [SUGGESTED], ())
    declined = await lantern.suggestions.suggest(HERE, NOOR, f"{SUGGESTED} Two", ANSWER, WHY)
    await lantern.suggestions.decline(declined, "The aardvark was here before.")
    assert kept


async def _meet(lantern) -> None:
    for user in (NOOR, SAM):
        told = make_profile(
            story=STORY,
            sentence=SENTENCE,
            zone="Pacific/Kiritimati",
            setbacks=frozenset({"ghosting", "limited-energy"}),
            shown=frozenset({"limited-energy"}),
        )
        await lantern.membership.join(HERE, user, is_adult=True, now=NOW)
        await lantern.membership.change(HERE, user, lambda _, new=told: new, now=NOW, account=OLD_ACCOUNT)
        await lantern.membership.finish(HERE, user, NOW)
    await lantern.membership.candidates(HERE, NOW)
    pair = Pair(str(NOOR), str(SAM), Kind.PEER, 0.9, ())
    ((first, second),) = await lantern.membership.cards(HERE, [pair], NOW)
    cards = tuple(replace(card, sentence=SENTENCE, topics=("ghosting",)) for card in (first, second))
    (made,) = await lantern.introductions.offer(HERE, 1, [Offer(pair, cards, 0)], NOW)
    await lantern.reports.report(HERE, NOOR, made.id, ReportReason.MONEY, REPORTED, NOW)


def everything_in(folder, path) -> bytes:
    """Return every byte of a folder, and of a backup of the database at `path`."""
    copy = path.with_name("copy.db")
    backup(path, copy)
    found = b"".join(files_in(folder).values())
    copy.unlink()
    return found


def backup(path, copy) -> None:
    """Copy a database while it may be in use, as SQLite's own backup does."""
    with contextlib.closing(sqlite3.connect(path)) as source, contextlib.closing(sqlite3.connect(copy)) as target:
        source.backup(target)
