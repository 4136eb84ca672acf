"""What becomes of words that several people share, of authorship, and of everything while the keys are locked away."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from bot.core.errors import RingLockedError
from bot.core.models import EntryId
from bot.core.moderation import ProposalKind, ProposalState
from bot.core.unanswered import QuestionState, Recorded
from bot.safety.pseudonyms import Pseudonyms
from bot.storage.columns import written
from bot.storage.database import Database
from bot.storage.personal import PersonalTable
from bot.storage.proposals import ProposalStore
from bot.storage.queue import QueueStore
from bot.storage.resealing import open_keyring
from bot.storage.retention import RetentionTable
from support.everything import rows_with
from support.peers import HERE, NOOR, SAM

LETTERS = EntryId("letters")
NOW = datetime.now(UTC)
DAY = timedelta(days=1)
VECTOR = np.eye(1, 8, dtype=np.float32).tobytes()
MODEL = "words@1"


class Store:
    """The stores over one database."""

    def __init__(self, database, keyring) -> None:
        self.database, self.keyring = database, keyring
        self.personal = PersonalTable(database, keyring)
        self.proposals = ProposalStore(database, keyring)
        self.queue = QueueStore(database, keyring)
        self._names = Pseudonyms(keyring.names)

    async def propose(self, question, *users, kind=ProposalKind.NEGATIVE):
        for user in users:

            def person(number, user=user):
                return self._names.of(user, f"proposal:{number}")

            await self.proposals.support(HERE, kind, LETTERS, question, person=person, author=user)
        (found,) = await self.proposals.open_proposals(HERE)
        return found

    async def ask(self, question, user):
        def person(number):
            return self._names.of(user, f"unanswered:{number}")

        return await self.queue.note(HERE, Recorded(0, question, VECTOR, MODEL), person=person, author=user)

    async def erase(self, user=NOOR) -> None:
        await self.personal.erase(user, NOW)

    async def leading_to(self, user=NOOR):
        return await rows_with(self.database, user, self.keyring)


@pytest.fixture
async def store(tmp_path):
    database = await Database.open(tmp_path / "lantern.db")
    keyring = await open_keyring(database)
    yield Store(database, keyring)
    keyring.close()
    await database.close()


class TestAProposal:
    async def test_of_one_person_alone_goes_with_them(self, store):
        await store.propose("Is a horoscope a letter?", NOOR)
        await store.erase()

        assert await store.proposals.open_proposals(HERE) == []
        assert await store.leading_to() == set()

    async def test_that_others_support_stays_as_nobodys_words(self, store):
        """Statement 46: it no longer opens with a key of theirs, nor leads to them."""
        before = await store.propose("Is a horoscope a letter?", NOOR, SAM)
        await store.erase()
        (after,) = await store.proposals.open_proposals(HERE)

        assert (before.question, before.people - 1) == (after.question, after.people)
        assert await store.leading_to() == set()
        assert "proposers" in await store.leading_to(SAM)

    async def test_that_moderators_confirmed_stays_as_nobodys_words(self, store):
        proposal = await store.propose("Is a horoscope a letter?", NOOR)
        await store.proposals.settle(proposal, ProposalState.CONFIRMED)
        await store.erase()

        assert (await store.proposals.proposal(HERE, proposal.id)).question == proposal.question
        assert await store.leading_to() == set()

    async def test_of_somebody_else_goes_where_only_they_supported_it_still(self, store):
        await store.propose("Is a horoscope a letter?", SAM, NOOR)
        await store.erase(SAM)
        await store.erase(NOOR)

        assert await store.proposals.open_proposals(HERE) == []


class TestAQuestion:
    async def test_goes_on_in_the_words_of_others(self, store):
        await store.ask("Where is the moon?", NOOR)
        await store.ask("Tell me where the moon is", SAM)
        await store.erase()
        (left,) = await store.queue.questions(HERE, QuestionState.WAITING)

        assert (left.question, left.others) == ("Tell me where the moon is", ())
        assert await store.leading_to() == set()

    async def test_goes_with_who_alone_asked_it(self, store):
        await store.ask("Where is the moon?", NOOR)
        await store.erase()

        assert await store.queue.questions(HERE, QuestionState.WAITING) == []

    async def test_that_became_part_of_another_still_leads_to_who_asked_it(self, store):
        """Statement 46: people's hashes are bound to the question they asked, whatever it was merged into."""
        whole = await store.ask("Where is the moon?", SAM)
        await store.queue.dismiss(HERE, whole.id, SAM)
        sun = Recorded(0, "And the sun?", np.eye(1, 8, 3, dtype=np.float32).tobytes(), MODEL)
        part = await store.queue.note(HERE, sun, person=lambda number: store._names.of(NOOR, f"unanswered:{number}"))
        await store.queue.reopen(HERE, whole.id)
        await store.queue.merge(HERE, whole.id, part.id, SAM)
        await store.erase()

        assert "askers" not in await store.leading_to()


async def test_whose_words_something_is_in_is_forgotten_in_time(store):
    """After the window the words are the server's, and open still when their author deletes everything."""
    await store.ask("Where is the moon?", NOOR)
    await store.propose("Is a horoscope a letter?", NOOR)
    kept = RetentionTable(store.database, store.keyring)
    await kept.sweep(NOW + 89 * DAY)
    assert {"unanswered", "proposals"} < await store.leading_to()

    await kept.sweep(NOW + 91 * DAY)
    assert {"unanswered", "proposals"}.isdisjoint(await store.leading_to())
    await store.erase()
    (question,) = await store.queue.questions(HERE, QuestionState.WAITING)
    assert question.question == "Where is the moon?"


async def test_who_changed_the_faq_becomes_somebody(store):
    """Statement 46: also in the note that says who wrote what another moderator approved."""
    row = {"guild": HERE, "kind": "edited", "at": written(NOW)}
    for change in ({"by": NOOR, "note": ""}, {"by": SAM, "note": str(NOOR)}, {"by": SAM, "note": "A note."}):
        await store.database.run(lambda db, change=change: db.table("changes").insert({**row, **change}))
    await store.erase()

    assert await store.database.read('SELECT "by", note FROM changes ORDER BY id') == [
        (0, ""),
        (SAM, ""),
        (SAM, "A note."),
    ]


async def test_while_the_keys_are_locked_away_nothing_is_deleted_by_halves(store):
    await store.ask("Where is the moon?", NOOR)
    await store.database.run(lambda db: db.table("votes").insert(VOTE))
    store.keyring.lock("The key is lost.")
    store.keyring.names = None
    with pytest.raises(RingLockedError):
        await store.erase()
    with pytest.raises(RingLockedError):
        await store.personal.everything(NOOR)

    assert await store.database.read("SELECT count(*) FROM votes") == [(1,)]


VOTE = {"guild": HERE, "entry_id": "letters", "user": NOOR, "helped": 1, "at": written(NOW)}
