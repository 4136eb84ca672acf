"""The search over every guild's FAQ: what is computed, what is remembered, what is found."""

import asyncio
import dataclasses
import threading

import pytest

from bot import app
from bot.core.models import NO_GUILD, EntryId, GuildId, Phrasing, Thresholds, TopicId
from bot.search import engine, preparation
from bot.search.calibration import Calibration, fingerprint_of
from bot.search.engine import NOTHING
from bot.search.index import document_of
from bot.search.reading import HITS
from bot.search.scoring import DEFAULT_WEIGHTS, FEATURES
from bot.search.vectors import CHUNK
from bot.storage.database import Database
from bot.storage.search import SearchStore
from support.edits import edit
from support.embedders import FailingEmbedder
from support.parts import WordEmbedder, make_entry

HERE, THERE = GuildId(1), GuildId(2)
NOBODY = frozenset()


@pytest.fixture
def search(small_lantern):
    return small_lantern.search


@pytest.fixture
def library(small_lantern):
    return small_lantern.library


def found(evidence):
    return [hit.entry_id for hit in evidence.hits]


def entry_of(content, entry_id):
    return next(entry for entry in content.pack.entries if entry.id == entry_id)


async def start(content, path, embedder, progress=app.no_progress):
    """Start and stop the bot's inside once; return what the pack is read with."""
    async with app.lantern(content, path, path, lambda: embedder, progress) as lantern:
        return await lantern.search.calibration(NO_GUILD)


async def stored_calibrations(path, *keys):
    """Tell for each (model, fingerprint) whether a calibration is stored."""
    database = await Database.open(path)
    try:
        return [await SearchStore(database).load_calibration(*key) is not None for key in keys]
    finally:
        await database.close()


class TestStart:
    async def test_a_restart_embeds_nothing_again(self, small_content, tmp_path):
        first, second = WordEmbedder(), WordEmbedder()
        calibration = await start(small_content, tmp_path / "lantern.db", first)

        assert calibration == await start(small_content, tmp_path / "lantern.db", second)
        assert (len(first.texts) > 0, second.texts) == (True, [])

    async def test_every_text_is_embedded_once(self, small_content, tmp_path):
        embedder = WordEmbedder()
        await start(small_content, tmp_path / "lantern.db", embedder)
        expected = {text for entry in small_content.pack.entries for text in (*entry.texts, document_of(entry))}
        prototypes = small_content.crisis.prototypes

        assert sorted(embedder.texts) == sorted(
            expected | {*small_content.pack.off_topic, *prototypes.heavy, *prototypes.light}
        )

    async def test_a_changed_pack_embeds_only_what_is_new(self, small_content, tmp_path):
        await start(small_content, tmp_path / "lantern.db", WordEmbedder())
        first, *others = small_content.pack.entries
        longer = dataclasses.replace(first, phrasings=(*first.phrasings, Phrasing("who vouches for me")))
        pack = dataclasses.replace(small_content.pack, entries=(longer, *others))
        embedder = WordEmbedder()
        await start(dataclasses.replace(small_content, pack=pack), tmp_path / "lantern.db", embedder)

        assert embedder.texts == ["who vouches for me"]

    async def test_a_stored_calibration_is_used_as_it_is(self, small_content, tmp_path):
        pack, limits = small_content.pack, Thresholds(answer=0.75, choices=0.25)
        data = fingerprint_of(pack.entries, pack.off_topic)
        row = (0.5,) * len(FEATURES)
        kept = Calibration("word-embedder@1", data, (), DEFAULT_WEIGHTS, 0.5, row, row, row, 0.0, limits)
        database = await Database.open(tmp_path / "lantern.db")
        await SearchStore(database).save_calibration(kept.model, data, kept.to_json())
        await database.close()

        assert kept == await start(small_content, tmp_path / "lantern.db", WordEmbedder())

    async def test_a_calibration_of_other_data_is_not_used_and_stays_for_when_it_is_so_again(
        self, small_content, tmp_path
    ):
        before = await start(small_content, tmp_path / "lantern.db", WordEmbedder())
        pack = dataclasses.replace(small_content.pack, off_topic=small_content.pack.off_topic[:5])
        changed = await start(dataclasses.replace(small_content, pack=pack), tmp_path / "lantern.db", WordEmbedder())

        assert fingerprint_of(pack.entries, pack.off_topic) == changed.fingerprint != before.fingerprint
        assert [True] * 2 == await stored_calibrations(
            tmp_path / "lantern.db",
            ("word-embedder@1", before.fingerprint),
            ("word-embedder@1", changed.fingerprint),
        )

    @pytest.mark.parametrize("change", [{"revision": "2"}, {"model_id": "other"}], ids=["revision", "model"])
    async def test_for_another_model_everything_is_computed_anew(self, small_content, tmp_path, change):
        first, other = WordEmbedder(), WordEmbedder(dimensions=64)
        for name, value in change.items():
            setattr(other, name, value)
        await start(small_content, tmp_path / "lantern.db", first)
        await start(small_content, tmp_path / "lantern.db", other)
        data = fingerprint_of(small_content.pack.entries, small_content.pack.off_topic)
        models = ["word-embedder@1", f"{other.model_id}@{other.revision}"]

        assert sorted(other.texts) == sorted(first.texts)
        assert await stored_calibrations(tmp_path / "lantern.db", *[(model, data) for model in models]) == [True] * 2

    async def test_what_was_embedded_before_a_crash_is_kept(self, small_content, tmp_path):
        everything, failing, rest = (
            WordEmbedder(),
            FailingEmbedder(MemoryError("no room"), left=CHUNK),
            WordEmbedder(),
        )
        await start(small_content, None, everything)
        with pytest.raises(MemoryError):
            await start(small_content, tmp_path / "lantern.db", failing)
        await start(small_content, tmp_path / "lantern.db", rest)

        assert len(failing.texts) == CHUNK
        assert sorted(failing.texts + rest.texts) == sorted(everything.texts)

    async def test_a_start_that_fails_leaves_no_thread(self, small_content):
        before = set(threading.enumerate())
        with pytest.raises(MemoryError):
            await start(small_content, None, FailingEmbedder(MemoryError("no room")))
        left = [thread.name for thread in set(threading.enumerate()) - before]

        assert [name for name in left if name.startswith(("search", "database"))] == []

    async def test_progress_counts_to_the_end(self, small_content):
        embedder, told = WordEmbedder(), []
        await start(small_content, None, embedder, lambda done, of: told.append((done, of)))
        whole = len(embedder.texts)

        assert told == [*((done, whole) for done in range(0, whole, CHUNK)), (whole, whole)]


class TestSearch:
    async def test_an_exact_wording_is_certain_and_is_not_embedded(self, search, small_content, word_embedder):
        embedded = len(word_embedder.texts)
        for entry in small_content.pack.entries:
            for text in entry.texts:
                evidence = await search.search(HERE, text.upper(), without=NOBODY)
                assert (found(evidence), evidence.probability) == ([entry.id], 1.0)

        assert len(word_embedder.texts) == embedded

    async def test_another_wording_is_found_best_first_among_ten(self, search):
        evidence = await search.search(HERE, "worried: what is known about visas", without=NOBODY)
        scores = [hit.score for hit in evidence.hits]

        assert found(evidence)[0] == "visas"
        assert len(set(found(evidence))) == HITS
        assert scores == sorted(scores, reverse=True)
        assert 0 < evidence.probability <= 1

    async def test_a_question_of_the_faq_is_more_probable_than_another(self, search):
        near = await search.search(HERE, "help with visas please", without=NOBODY)
        far = await search.search(HERE, "which bicycle is best", without=NOBODY)

        assert near.probability >= near.thresholds.answer > far.probability
        assert (await search.calibration(HERE)).thresholds == near.thresholds == far.thresholds

    async def test_what_was_not_meant_is_left_out_even_where_its_wording_was_typed(self, search):
        evidence = await search.search(HERE, "tell me about visas", without=frozenset({EntryId("visas")}))

        assert len(evidence.hits) == HITS
        assert "visas" not in found(evidence)
        assert evidence.probability < evidence.thresholds.answer

    async def test_with_every_entry_left_out_nothing_is_found(self, search, small_content):
        everything = frozenset(entry.id for entry in small_content.pack.entries)
        last = frozenset(everything - {"visas"})

        nothing = await search.search(HERE, "visas!", without=everything)

        assert ((), 0) == (nothing.hits, nothing.probability)
        assert found(await search.search(HERE, "visas!", without=last)) == ["visas"]

    async def test_an_unknown_entry_left_out_changes_nothing(self, search):
        gone = frozenset({EntryId("gone")})

        assert await search.search(HERE, "visas!", without=gone) == await search.search(HERE, "visas!", without=NOBODY)

    async def test_a_vector_names_its_model(self, search):
        vector, model = await search.vector_of("what about visas")

        assert vector == WordEmbedder().embed(["what about visas"]).tobytes()
        assert model == "word-embedder@1"


class TestGuilds:
    async def test_an_edit_embeds_only_its_new_texts_and_only_once(self, search, library, small_content, word_embedder):
        visas = entry_of(small_content, "visas")
        mine = dataclasses.replace(visas, phrasings=(*visas.phrasings, Phrasing("stamp in my passport")))
        embedded = len(word_embedder.texts)
        await edit(library, HERE, mine.id, mine)
        for _ in range(2):
            assert found(await search.search(HERE, "stamp in my passport", without=NOBODY)) == ["visas"]

        assert word_embedder.texts[embedded:] == ["stamp in my passport"]

    async def test_a_new_answer_embeds_its_document_alone(self, search, library, small_content, word_embedder):
        mine = dataclasses.replace(entry_of(small_content, "visas"), answer="Ask the welcome office.")
        embedded = len(word_embedder.texts)
        await edit(library, HERE, mine.id, mine)
        await search.search(HERE, mine.question, without=NOBODY)

        assert word_embedder.texts[embedded:] == [document_of(mine)]

    async def test_who_types_waits_for_no_index(self, search, library, small_content, word_embedder):
        mine = dataclasses.replace(entry_of(small_content, "visas"), question="Where are visas stamped?")
        embedded = len(word_embedder.texts)
        await edit(library, HERE, mine.id, mine)

        assert [mine.question] == [row.label for row in await search.suggest(HERE, "stamped", front=[])]
        assert word_embedder.texts[embedded:] == []

    async def test_however_many_ask_at_once_a_faq_is_read_once(self, search, library, small_content, monkeypatch):
        mine = dataclasses.replace(entry_of(small_content, "visas"), answer="Ask the welcome office.")
        await edit(library, HERE, mine.id, mine)
        built = []
        build = preparation.build_index
        monkeypatch.setattr(preparation, "build_index", lambda *given: built.append(given) or build(*given))
        await asyncio.gather(*(search.search(HERE, f"visas {number}", without=NOBODY) for number in range(20)))

        assert 1 == len(built)

    async def test_an_edit_here_changes_nothing_elsewhere(self, search, library, small_content):
        before = await search.search(THERE, "passport stamp for visas", without=NOBODY)
        visas = entry_of(small_content, "visas")
        await edit(
            library, HERE, visas.id, dataclasses.replace(visas, question="Passport stamp?", answer="Passport stamp!")
        )
        here = await search.search(HERE, "passport stamp for visas", without=NOBODY)

        assert await search.search(THERE, "passport stamp for visas", without=NOBODY) == before
        assert await search.search(NO_GUILD, "passport stamp for visas", without=NOBODY) == before
        assert here.hits[0].score > before.hits[0].score

    async def test_a_removed_entry_is_found_there_and_not_here(self, search, library):
        await edit(library, HERE, EntryId("visas"), None)
        here = await search.search(HERE, "tell me about visas", without=NOBODY)
        there = await search.search(THERE, "tell me about visas", without=NOBODY)

        assert ("visas" in found(here), found(there)) == (False, ["visas"])
        assert "id:visas" not in {row.value for row in await search.suggest(HERE, "visas", front=[EntryId("visas")])}
        assert "id:visas" in {row.value for row in await search.suggest(THERE, "visas", front=[])}

    async def test_an_entry_of_its_own_is_found_only_by_its_guild(self, search, library):
        mine = make_entry("parking", "Where can I park near the institute?", topic=TopicId("basics"))
        await edit(library, HERE, mine.id, mine)

        assert found(await search.search(HERE, mine.question, without=NOBODY)) == ["parking"]
        assert "parking" not in found(await search.search(THERE, mine.question, without=NOBODY))

    @pytest.mark.parametrize(
        ("expected", "question"),
        [
            ("no-papers", "whether a phd without publishing is had"),
            ("no-phd", "whether publishing without a phd is had"),
        ],
    )
    async def test_entries_of_the_same_words_are_told_apart_by_their_order(self, search, library, expected, question):
        for entry_id, text in (("no-phd", "Publishing without a PhD?"), ("no-papers", "A PhD without publishing?")):
            await edit(library, HERE, EntryId(entry_id), make_entry(entry_id, text, topic=TopicId("basics")))
        evidence = await search.search(HERE, question, without=NOBODY)

        assert expected == found(evidence)[0]
        assert evidence.hits[0].score > evidence.hits[1].score

    async def test_every_further_edit_is_found_at_once(self, search, library):
        for question in ("Where can I park?", "Where is the parking garage?"):
            mine = make_entry("parking", question, topic=TopicId("basics"))
            await edit(library, HERE, mine.id, mine)

            assert found(await search.search(HERE, question, without=NOBODY)) == ["parking"]
            assert [row.label for row in await search.suggest(HERE, "park", front=[])] == [question]

    async def test_a_guild_that_removed_everything_finds_nothing(self, search, library, small_content):
        for entry in small_content.pack.entries:
            await edit(library, HERE, entry.id, None)

        assert await search.search(HERE, "tell me about visas", without=NOBODY) == NOTHING
        assert list(await search.suggest(HERE, "visas", front=[EntryId("visas")])) == []

    async def test_more_guilds_than_stay_in_memory_keep_their_own_answers(
        self, search, library, word_embedder, monkeypatch
    ):
        monkeypatch.setattr(engine, "OWN_BYTES", 3 * search._pack.size)
        guilds = [GuildId(number) for number in range(100, 106)]
        for guild in guilds:
            mine = make_entry(f"room-{guild}", f"Where is room {guild}?", topic=TopicId("basics"))
            await edit(library, guild, mine.id, mine)
            await search.search(guild, "visas", without=NOBODY)
        embedded = len(word_embedder.texts)
        answers = [found(await search.search(guild, f"where is room {guild}?", without=NOBODY)) for guild in guilds]

        assert answers == [[f"room-{guild}"] for guild in guilds]
        assert 0 < len(search._own) < len(guilds)
        assert len(word_embedder.texts) == embedded
