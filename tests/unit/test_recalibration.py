"""A server that edits its FAQ gets a calibration of its own, in the background."""

from __future__ import annotations

import asyncio
import dataclasses
import gc
import logging
import threading
import warnings
from contextlib import asynccontextmanager, contextmanager

import pytest

from bot.app import no_progress
from bot.core.errors import SmallPackError
from bot.core.models import GuildId, Pack, Thresholds, Topic, TopicId
from bot.core.moderation import ProposalKind, ProposalState
from bot.faq.library import Library
from bot.search import engine
from bot.search.calibration import fingerprint_of
from bot.search.engine import SearchEngine
from bot.storage.database import Database
from bot.storage.faq import GuildEntries
from bot.storage.proposals import ProposalStore
from bot.storage.search import SearchStore
from support.edits import edit
from support.embedders import GatedEmbedder
from support.keyrings import keyring_of
from support.parts import WordEmbedder, make_entry
from support.small import THINGS

HERE, THERE = GuildId(1), GuildId(2)
MODEL = "word-embedder@1"
ASKED = "worried by matter7 of my cat"
ENTRIES = tuple(
    make_entry(
        f"matter{number}",
        f"What about matter{number}?",
        f"tell me of matter{number}",
        f"so worried by matter{number} now",
        answer=f"We know this of matter{number}.",
    )
    for number in range(40)
)
"""Forty: one is 2.5 % of them, two are 5 %."""
OFF_TOPIC = tuple(f"which {thing} is best" for thing in THINGS)
PACK = Pack((Topic(TopicId("letters"), "Letters"),), ENTRIES, OFF_TOPIC)


@pytest.fixture
async def database():
    opened = await Database.open(None)
    yield opened
    await opened.close()


@asynccontextmanager
async def running(database, embedder=None):
    """The search between a start and a stop; another one over the same database is a restart."""
    stored = SearchStore(database)
    library = Library(PACK, GuildEntries(database, keyring_of(database)))
    search = await SearchEngine.start(library, embedder or WordEmbedder(), stored, stored, no_progress)
    try:
        yield search, library
    finally:
        search.close()


@pytest.fixture
async def started(database):
    async with running(database) as both:
        yield both


@pytest.fixture
def search(started):
    return started[0]


@pytest.fixture
def library(started):
    return started[1]


@pytest.fixture
def told(caplog):
    """What the search says in the log from here on."""
    caplog.set_level(logging.INFO, "bot.search")
    return caplog


async def rewrite(library, *numbers, guild=HERE, answer="We know better now."):
    """Give a server its own answers to entries, by their numbers."""
    for number in numbers:
        await edit(library, guild, ENTRIES[number].id, dataclasses.replace(ENTRIES[number], answer=answer))


async def remove(library, numbers):
    for number in numbers:
        await edit(library, HERE, ENTRIES[number].id, None)


async def data_of(library, guild=HERE):
    """Return the fingerprint of what a server reads now."""
    return fingerprint_of(tuple((await library.shelf(guild)).entries.values()), OFF_TOPIC)


async def renewed(search, guild=HERE):
    """Return what a server is read with after everything in the background is done."""
    await search.calibration(guild)
    await search.renewals()
    return await search.calibration(guild)


async def propose(database, people):
    """Let people say that an entry does not answer ASKED, and return what the moderators see."""
    store = ProposalStore(database, keyring_of(database))
    for number in range(people):
        name = f"person{number}"
        await store.support(HERE, ProposalKind.NEGATIVE, ENTRIES[7].id, ASKED, person=lambda _, name=name: name)
    (proposal,) = await store.open_proposals(HERE)
    return proposal


async def settle(database, library, proposal, state):
    """Let a moderator decide; return the proposal as it is then."""
    await ProposalStore(database, keyring_of(database)).settle(proposal, state)
    library.forget(HERE)
    return dataclasses.replace(proposal, state=state)


async def confirm(database, library):
    return await settle(database, library, await propose(database, 1), ProposalState.CONFIRMED)


@contextmanager
def calibrating_is_slow(search):
    """Keep the thread that fits busy, so that a renewal is under way until the end of the block."""
    done = threading.Event()
    search._pack.model.calibrator._executor.submit(done.wait)
    try:
        yield
    finally:
        done.set()


def fitting_threads():
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("search-calibration")]


class TestWhen:
    async def test_an_edit_of_less_than_5_percent_keeps_the_calibration(self, search, library, told):
        pack = await search.calibration(THERE)
        await rewrite(library, 0)

        assert pack is await renewed(search)
        assert [] == told.messages

    async def test_from_5_percent_on_a_server_gets_its_own_and_the_packs_stays(self, search, library):
        pack = await search.calibration(THERE)
        await rewrite(library, 0, 1)
        own = await renewed(search)

        assert await data_of(library) == own.fingerprint != pack.fingerprint
        assert 0 == own.change_to((await library.shelf(HERE)).entries.values())
        assert pack is await search.calibration(THERE)

    @pytest.mark.parametrize(
        "edit",
        [
            lambda library: remove(library, [3, 4]),
            lambda library: asyncio.gather(
                *(
                    edit(library, HERE, entry.id, entry)
                    for entry in [make_entry(f"new-{n}", f"New {n}?") for n in "abc"]
                )
            ),
        ],
        ids=["removed", "added"],
    )
    async def test_entries_removed_or_added_are_changes_as_well(self, search, library, edit):
        await edit(library)

        assert await data_of(library) == (await renewed(search)).fingerprint

    async def test_questions_do_not_wait_for_it_and_are_then_read_with_it(self, search, library):
        pack = await search.calibration(THERE)
        await rewrite(library, *range(20), answer="")
        with calibrating_is_slow(search):
            during = await search.search(HERE, "worried by matter7", without=frozenset())
        own = await renewed(search)
        after = await search.search(HERE, "worried by matter7", without=frozenset())
        exact = await search.search(HERE, "tell me of matter7", without=frozenset())

        assert pack.thresholds == during.thresholds
        assert own.thresholds == after.thresholds == exact.thresholds
        assert own.fusion != pack.fusion

    async def test_changes_count_from_the_last_calibration_of_the_server(self, search, library):
        await rewrite(library, 0, 1)
        own = await renewed(search)
        await rewrite(library, 2)

        assert own is await renewed(search)
        await rewrite(library, 3)
        assert await data_of(library) == (await renewed(search)).fingerprint

    async def test_the_log_says_how_much_changed_and_what_came_of_it(self, search, library, told):
        pack = await search.calibration(THERE)
        await rewrite(library, 0, 1)
        own = await renewed(search)

        assert 1 == len(told.messages)
        assert told.messages[0] == (
            "A server's FAQ changed by 5 % and was calibrated anew: "
            f"answers from P = {own.thresholds.answer:.2f} (before {pack.thresholds.answer:.2f}), "
            f"offers choices from P = {own.thresholds.choices:.2f} (before {pack.thresholds.choices:.2f})."
        )

    async def test_an_edit_taken_back_is_read_with_the_packs_calibration_again(self, search, library):
        pack = await search.calibration(THERE)
        await rewrite(library, 0, 1)
        await renewed(search)
        for entry in ENTRIES[:2]:
            await edit(library, HERE, entry.id, entry)

        assert pack == await search.calibration(HERE)
        assert {} == search._renewals


class TestKept:
    async def test_after_a_restart_it_is_found_again_without_fitting(self, database, told):
        async with running(database) as (search, library):
            await rewrite(library, 0, 1)
            own = await renewed(search)
        told.clear()
        async with running(database) as (search, _):
            found = await renewed(search)

            assert own == found
            assert [] == fitting_threads()
            assert [] == told.messages

    async def test_it_is_found_again_when_the_server_fell_out_of_memory(self, search, library, told, monkeypatch):
        monkeypatch.setattr(engine, "OWN_BYTES", 3 * search._pack.size)
        await rewrite(library, 0, 1)
        own = await renewed(search)
        for number in range(4):
            guild = GuildId(100 + number)
            await rewrite(library, 0, guild=guild)
            await search.calibration(guild)
        told.clear()

        assert HERE not in search._own
        assert own == await renewed(search)
        assert [] == told.messages

    @pytest.mark.parametrize("model", ["word-embedder@2", "other@1"])
    async def test_one_for_another_model_is_never_used(self, database, model):
        async with running(database) as (search, library):
            await rewrite(library, 0, 1)
            other = dataclasses.replace(await renewed(search), model=model, thresholds=Thresholds(0.99, 0.98))
        stored = SearchStore(database)
        await database.run(lambda db: db.table("calibrations").delete_where())
        await stored.save_calibration(model, other.fingerprint, other.to_json())
        async with running(database) as (search, _):
            before = await search.calibration(HERE)
            own = await renewed(search)

        assert {MODEL} == {before.model, own.model}
        assert other.fingerprint == own.fingerprint
        assert other.thresholds != own.thresholds


class TestNegatives:
    """What moderators confirmed an entry not to answer is learnt in the background; votes alone are not."""

    async def test_a_confirmed_one_renews_the_calibration_however_small_the_change(
        self, search, library, database, told
    ):
        pack = await search.calibration(THERE)
        before = await search.search(HERE, ASKED, without=frozenset())
        await confirm(database, library)
        during = await search.search(HERE, ASKED, without=frozenset())
        own = await renewed(search)

        assert "matter7" == before.hits[0].entry_id
        assert "matter7" not in [hit.entry_id for hit in during.hits]
        assert pack.fingerprint != own.fingerprint
        assert pack.negatives != own.negatives
        assert pack is await search.calibration(THERE)
        assert told.messages[0].startswith(
            "A server's FAQ changed by 0 %, has 1 questions with entries confirmed to be wrong, and was calibrated anew"
        )

    async def test_elsewhere_nothing_changes(self, search, library, database):
        before = await search.search(THERE, ASKED, without=frozenset())
        await confirm(database, library)
        await renewed(search)

        assert before == await search.search(THERE, ASKED, without=frozenset())

    async def test_its_vector_is_computed_anew_at_each_start_for_it_is_stored_nowhere(self, database):
        """Statement 45: somebody asked it; it is no text of the FAQ."""
        first, second = WordEmbedder(), WordEmbedder()
        async with running(database, first) as (search, library):
            await confirm(database, library)
            await renewed(search)
        async with running(database, second) as (search, _):
            await renewed(search)

        vector = WordEmbedder().embed([ASKED])[0].tobytes()
        assert ASKED in first.texts
        assert [ASKED] == second.texts
        assert [(0,)] == await database.read("SELECT count(*) FROM vectors WHERE vector = ?", [vector])

    async def test_its_calibration_is_found_again_after_a_restart(self, database, told):
        async with running(database) as (search, library):
            await confirm(database, library)
            own = await renewed(search)
        told.clear()
        async with running(database) as (search, _):
            assert own == await renewed(search)
        assert [] == told.messages

    async def test_taken_back_everything_is_as_before(self, search, library, database):
        before = await search.search(HERE, ASKED, without=frozenset())
        pack = await search.calibration(HERE)
        confirmed = await confirm(database, library)
        await renewed(search)
        await settle(database, library, confirmed, ProposalState.REFUSED)

        assert pack is await renewed(search)
        assert before == await search.search(HERE, ASKED, without=frozenset())

    async def test_twenty_who_vote_together_reach_nothing_until_a_moderator_confirms(self, search, library, database):
        before = await search.explain(HERE, ASKED)
        pack = await search.calibration(HERE)
        await propose(database, people=20)
        library.forget(HERE)

        assert before == await search.explain(HERE, ASKED)
        assert pack is await renewed(search)


class TestEditedMeanwhile:
    async def test_a_great_edit_during_a_renewal_is_calibrated_after_it(self, search, library, told):
        await rewrite(library, 0, 1)
        with calibrating_is_slow(search):
            await search.calibration(HERE)
            await rewrite(library, 2, 3)
            await search.calibration(HERE)
        own = await renewed(search)

        assert await data_of(library) == own.fingerprint
        assert 2 == len(told.messages)

    async def test_a_small_edit_during_a_renewal_is_read_with_its_result(self, search, library, told):
        await rewrite(library, 0, 1)
        data = await data_of(library)
        with calibrating_is_slow(search):
            await search.calibration(HERE)
            await rewrite(library, 2)
            await search.calibration(HERE)

        assert data == (await renewed(search)).fingerprint != await data_of(library)
        assert 1 == len(told.messages)

    async def test_an_edit_that_nobody_asked_about_yet_is_taken_into_account_when_somebody_does(self, search, library):
        await rewrite(library, 0, 1)
        with calibrating_is_slow(search):
            await search.calibration(HERE)
            await rewrite(library, 2, 3)
        await search.renewals()

        assert await data_of(library) == (await renewed(search)).fingerprint

    async def test_a_small_edit_that_is_being_embedded_when_a_renewal_ends_is_read_with_its_result(
        self, database, told
    ):
        embedder = GatedEmbedder()
        embedder.gate.set()
        async with running(database, embedder) as (search, library):
            await rewrite(library, 0, 1)
            data = await data_of(library)
            with calibrating_is_slow(search):
                await search.calibration(HERE)
                await rewrite(library, 2)
                embedder.gate.clear()
                batches = len(embedder.batches)
                asked = asyncio.create_task(search.calibration(HERE))
                while batches == len(embedder.batches):
                    await asyncio.sleep(0)
            await search.renewals()
            embedder.gate.set()

            assert data == (await asked).fingerprint
            assert {} == search._renewals
            assert 1 == len(told.messages)

    async def test_after_a_renewal_that_failed_what_was_edited_meanwhile_is_calibrated(self, search, library, told):
        """All but one were removed by mistake, and brought back before that turned out to be too few."""
        await remove(library, range(1, 40))
        with calibrating_is_slow(search):
            await search.calibration(HERE)
            for entry in ENTRIES[5:]:
                await edit(library, HERE, entry.id, entry)
            await search.calibration(HERE)

        assert await data_of(library) == (await renewed(search)).fingerprint
        assert ["WARNING", "INFO"] == [record.levelname for record in told.records]


class TestFailures:
    async def test_a_server_left_with_too_few_entries_keeps_the_old_calibration_and_the_log_says_so(
        self, search, library, told
    ):
        pack = await search.calibration(THERE)
        await remove(library, range(1, 40))

        assert pack is await renewed(search)
        assert [("bot.search.calibrator", logging.WARNING)] == [record[:2] for record in told.record_tuples]
        assert told.messages[0].startswith(
            "A server's FAQ changed by 98 % and keeps its old calibration: 1 entries and 18 off-topic questions are too few"
        )

    async def test_what_failed_is_tried_again_with_the_next_edit_and_not_before(self, search, library, told):
        await remove(library, range(1, 40))
        for _ in range(3):
            await renewed(search)
        assert 1 == len(told.messages)
        for entry in ENTRIES[2:20]:
            await edit(library, HERE, entry.id, entry)

        assert await data_of(library) == (await renewed(search)).fingerprint

    async def test_an_unexpected_failure_keeps_the_old_calibration_and_is_logged(self, search, library, database, told):
        """The database refuses the new calibration."""
        pack = await search.calibration(THERE)
        refuse = "CREATE TRIGGER refuse BEFORE INSERT ON calibrations BEGIN SELECT RAISE(ABORT, 'no more'); END"
        await database.run(lambda db: db.execute(refuse))
        await rewrite(library, 0, 1)

        assert pack is await renewed(search)
        assert ["A server's FAQ could not be calibrated anew; it keeps its old calibration."] == told.messages
        assert "no more" in told.text
        assert "matter7" == (await search.search(HERE, "worried by matter7", without=frozenset())).hits[0].entry_id


class TestByHand:
    async def test_a_server_can_be_calibrated_however_little_it_changed(self, search, library, database):
        pack = await search.calibration(THERE)
        await rewrite(library, 0)
        own = await search.recalibrate(HERE)

        assert await data_of(library) == own.fingerprint
        assert own is await search.calibration(HERE)
        assert pack is await search.calibration(THERE)
        assert own.to_json() == await SearchStore(database).load_calibration(MODEL, own.fingerprint)

    async def test_a_server_without_edits_calibrates_the_pack_for_all_without(self, search):
        before = await search.calibration(THERE)
        after = await search.recalibrate(HERE)

        assert before == after
        assert after is await search.calibration(THERE)

    async def test_a_server_with_too_few_entries_is_told_so_and_keeps_its_calibration(self, search, library):
        pack = await search.calibration(THERE)
        await remove(library, range(1, 40))
        with pytest.raises(SmallPackError, match=r"^1 entries"):
            await search.recalibrate(HERE)

        assert pack is await search.calibration(HERE)

    async def test_a_server_that_removed_everything_has_nothing_to_calibrate(self, search, library):
        await remove(library, range(40))

        assert await search.recalibrate(HERE) is None
        assert await search.calibration(HERE) is None

    async def test_an_edit_meanwhile_is_not_read_with_a_calibration_by_hand_as_if_it_were_new(self, search, library):
        await rewrite(library, 0)
        with calibrating_is_slow(search):
            by_hand = asyncio.create_task(search.recalibrate(HERE))
            while search._pack.model.calibrator._executor._work_queue.empty():
                await asyncio.sleep(0)
            await rewrite(library, 1)
            newer = await search.calibration(HERE)
        await by_hand
        await search.renewals()

        assert newer is not await by_hand
        assert await data_of(library) == (await renewed(search)).fingerprint


class TestClose:
    async def test_closing_while_a_renewal_waits_or_runs_leaves_no_thread_no_task_and_no_word(self, database, told):
        async with running(database):
            pass
        gc.collect()  # what earlier tests left
        told.clear()
        before, gate = asyncio.all_tasks(), threading.Event()
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            async with running(database) as (search, library):
                search._preparation._fitting.submit(gate.wait)  # so that neither renewal is done before the end
                await rewrite(library, 0, 1)
                await rewrite(library, 0, 1, guild=THERE)
                data = await data_of(library)
                await search.calibration(HERE)
                await search.calibration(THERE)
                renewals = list(search._renewals.values())
                gate.set()
            await asyncio.gather(*renewals, return_exceptions=True)
            del search, library
            gc.collect()

        assert [True, True] == [renewal.cancelled() for renewal in renewals]
        assert before == asyncio.all_tasks()
        assert [] == [thread.name for thread in threading.enumerate() if thread.name.startswith("search")]
        assert [] == [str(each.message) for each in warned if each.category in {ResourceWarning, RuntimeWarning}]
        assert [] == told.messages
        assert await SearchStore(database).load_calibration(MODEL, data) is None
