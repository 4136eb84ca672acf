"""What an older Lantern stored is sealed with everybody's own keys, once, at the first start."""

from __future__ import annotations

import asyncio
import contextlib

import pytest

from bot.core.errors import SealBrokenError
from bot.core.moderation import DraftState
from bot.core.peers import MemberState
from bot.core.unanswered import QuestionState
from bot.storage.database import Database
from bot.storage.drafts import DraftStore
from bot.storage.faq import GuildEntries
from bot.storage.introduction_table import IntroductionTable
from bot.storage.keyring import Use
from bot.storage.notices import NoticeState, NoticeStore
from bot.storage.peers import PeerTable
from bot.storage.proposals import ProposalStore
from bot.storage.queue import QueueStore
from bot.storage.reports import ReportTable
from bot.storage.resealing import open_keyring
from bot.storage.sealing import Sealer, derived
from support.keyrings import ties_of
from support.killing import killed_at_each_step
from support.older import (
    ALSO,
    ASKED_BEFORE,
    OLD_CANARIES,
    OLD_KEY,
    STORY_BEFORE,
    SUGGESTED_BEFORE,
    VOTED_BEFORE,
    make_old,
)
from support.peers import HERE, NOOR, SAM


@contextlib.asynccontextmanager
async def opened(folder):
    """Open the database of a folder, and its ring, as the bot does."""
    database = await Database.open(folder / "lantern.db")
    keyring = await open_keyring(database)
    try:
        yield database, keyring
    finally:
        keyring.close()
        await database.close()


async def everything(database, keyring) -> list:
    """Return all that people told, as the bot reads it."""
    ties = ties_of(keyring)
    peers = PeerTable(database, keyring, ties)
    (question,) = await QueueStore(database, keyring).questions(HERE, QuestionState.WAITING)
    (proposal,) = await ProposalStore(database, keyring).open_proposals(HERE)
    (draft,) = await DraftStore(database, keyring).drafts_in(HERE, [DraftState.SUGGESTED])
    (report,) = await ReportTable(database, keyring, ties).open(HERE)
    (introduction,) = await IntroductionTable(database, keyring, ties).of(HERE, NOOR)
    notices = await NoticeStore(database, keyring).notices(NoticeState.WAITING)
    return [
        *([member.profile.story for member in await peers.members(HERE, MemberState.ACTIVE)]),
        *(question.wordings, proposal.question, draft.form.question, draft.note, report.text),
        *(introduction.cards[0].sentence, [notice.details["question"] for notice in notices]),
        *(await GuildEntries(database, keyring).negatives_of(HERE), await peers.vectors(HERE, "words@1")),
        *(await peers.blocks(HERE, NOOR), await peers.blocks(HERE, SAM)),
    ]


EVERYTHING = [
    *(STORY_BEFORE, STORY_BEFORE),
    *((ASKED_BEFORE, ALSO), VOTED_BEFORE, SUGGESTED_BEFORE, "because of the lemur", "Asked for money."),
    *("I was left waiting too.", ["a bandicoot", "a bandicoot"]),
    *({VOTED_BEFORE: {"visas"}}, {NOOR: b"numbers!", SAM: b"numbers!"}),
    *(1, 0),
]


async def test_everything_is_still_there_and_blocks_still_hold(tmp_path):
    make_old(tmp_path / "lantern.db")
    for _ in range(2):
        async with opened(tmp_path) as (database, keyring):
            assert EVERYTHING == await everything(database, keyring)


async def test_nothing_opens_with_the_old_key_and_nothing_stands_in_the_clear(tmp_path):
    """Statement 45: nor in a free page, nor in the log beside the file."""
    make_old(tmp_path / "lantern.db")
    before = Sealer(derived(OLD_KEY, "lantern sealed"))
    async with opened(tmp_path) as (database, keyring):
        raw = b"".join(path.read_bytes() for path in tmp_path.iterdir())
        cells = await database.read(
            "SELECT sealed, 'peers:11:' || user FROM peers UNION SELECT sealed, 'introductions:11:5' FROM introductions "
            "UNION SELECT sealed, 'reports:11:6' FROM reports"
        )
        assert keyring.before() is None

    assert [] == [canary for canary in OLD_CANARIES if canary.encode() in raw]
    for sealed, context in cells:
        with pytest.raises(SealBrokenError):
            before.open(sealed, context)


async def test_whoever_is_forgotten_afterwards_is_unreadable_and_nobody_else(tmp_path):
    """Statement 46."""
    make_old(tmp_path / "lantern.db")
    async with opened(tmp_path) as (database, keyring):
        keyring.forget(HERE, NOOR, Use.MEETING)
        peers = PeerTable(database, keyring, ties_of(keyring))

        assert [SAM] == [member.user for member in await peers.members(HERE, MemberState.ACTIVE)]


def test_killed_at_any_step_the_next_start_finishes_it(tmp_path):
    (tmp_path / "before").mkdir()
    make_old(tmp_path / "before" / "lantern.db")

    async def started(folder):
        async with opened(folder) as (database, keyring):
            return await everything(database, keyring)

    left = killed_at_each_step(tmp_path / "before", tmp_path / "killed", "start")
    assert len(left) > 60
    for folder in [*left[::5], left[-1]]:
        assert EVERYTHING == asyncio.run(started(folder))
        raw = b"".join(path.read_bytes() for path in folder.iterdir())
        assert [] == [canary for canary in OLD_CANARIES if canary.encode() in raw]
