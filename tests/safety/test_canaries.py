"""Whatever people tell, through the whole bot: no file and no log holds a word of it, nor its vector."""

from __future__ import annotations

import logging

import pytest

from bot import app
from support.peers import HERE, NOOR
from support.telling import CANARIES, CRISIS, STORY, DenseEmbedder, everything_in, tell_everything


@pytest.fixture
async def told(small_content, tmp_path, caplog):
    """Let somebody tell everything; return what the files and the log hold, while the bot runs and once it closed."""
    caplog.set_level(logging.DEBUG)
    path = tmp_path / "lantern.db"
    async with app.lantern(small_content, path, path, DenseEmbedder) as lantern:
        vectors = await tell_everything(lantern)
        running = everything_in(tmp_path, path)
        assert (tmp_path / "lantern.db-wal").stat().st_size, "the log beside the file was looked at"
    return vectors, running, everything_in(tmp_path, path), caplog.text


def test_no_file_and_no_backup_holds_a_word(told):
    """Statement 45: story, card, topics, report, questions, votes, suggestions, drafts, notices, and words of crisis."""
    _, running, closed, _ = told

    for raw in (running, closed):
        assert b"peer_ties" in raw
        assert [] == [canary for canary in CANARIES if canary.lower().encode() in raw.lower()]


def test_no_file_holds_a_vector(told):
    """Statement 45: from a vector its text can be had; not even a part of one stands anywhere."""
    vectors, running, closed, _ = told

    assert 6 == len(set(vectors))
    for vector in vectors:
        holding = [part for part in _parts(vector) if part in running or part in closed]
        assert [] == holding


def _parts(vector):
    """Return the pieces of a vector, 4 dimensions each."""
    return [vector[start : start + 16] for start in range(0, len(vector), 16)]


def test_no_log_holds_a_word_or_an_id(told):
    """Statement 48: not at any level."""
    *_, log = told

    assert [] == [canary for canary in (*CANARIES, str(NOOR)) if canary.lower() in log.lower()]


async def test_it_was_all_there_to_be_found(told, small_content, tmp_path):
    """The canaries were kept, each but that of crisis: else the tests above would say nothing."""
    path = tmp_path / "lantern.db"
    async with app.lantern(small_content, path, path, DenseEmbedder) as lantern:
        member = await lantern.membership.member(HERE, NOOR)
        (card,) = (await lantern.introductions.inbox(HERE, 102, member.active_at)).offers
        (report,) = await lantern.reports.open(HERE)
        kept = [
            *(member.profile, card.cards, report.text),
            *(one.wordings for one in await lantern.queue.waiting(HERE)),
            *(one.question for one in await lantern.proposals.waiting(HERE)),
            *((draft.form, draft.note) for draft in await lantern.suggestions.waiting(HERE)),
            *(notice.details for notice in await lantern.notices.waiting()),
            (await lantern.library.shelf(HERE)).negatives,
        ]

    assert ["echidna"] == [canary for canary in CANARIES if canary.lower() not in repr(kept).lower()]
    assert STORY in repr(kept)
    assert "echidna" in CRISIS
