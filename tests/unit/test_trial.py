"""Why a question is answered as it is, and what another FAQ would make of recorded questions."""

import dataclasses

import pytest

from bot.core.models import EntryId, GuildId, Phrasing
from bot.search.engine import NOTHING, NOTHING_TO_EXPLAIN
from bot.search.scoring import VIEWS
from bot.search.trial import CANDIDATES
from support.edits import edit
from support.parts import WordEmbedder, make_entry

HERE = GuildId(1)
ASKED = "worried: what is known about visas"
RECORDED = (ASKED, "help with grades please", "where is parking", "tell me about visas", "which bicycle is best")


@pytest.fixture
def search(small_lantern):
    return small_lantern.search


@pytest.fixture
def library(small_lantern):
    return small_lantern.library


@pytest.fixture
async def recorded(search):
    return list(zip(RECORDED, await search.vectors(RECORDED), strict=True))


async def asked(search, text=ASKED):
    return await search.search(HERE, text, without=frozenset())


async def remove_all(library, entries):
    for entry in entries:
        await edit(library, HERE, entry.id, None)


class TestExplain:
    async def test_it_names_what_the_search_found_best_first(self, search):
        explained, evidence = await search.explain(HERE, ASKED), await asked(search)

        assert [hit.entry_id for hit in evidence.hits[:CANDIDATES]] == [each.entry_id for each in explained.candidates]
        assert [hit.score for hit in evidence.hits[:CANDIDATES]] == [each.score for each in explained.candidates]
        assert (evidence.probability, evidence.thresholds) == (explained.probability, explained.thresholds)
        assert (None, ()) == (explained.exact, explained.left_out)

    async def test_a_score_is_the_weighted_mean_of_what_its_views_say(self, search):
        fusion = (await search.calibration(HERE)).fusion
        for candidate in (await search.explain(HERE, ASKED)).candidates:
            mean = sum(weight * candidate.views[name] for name, weight in zip(VIEWS, fusion, strict=True))

            assert list(VIEWS) == list(candidate.views)
            assert pytest.approx(mean, abs=1e-6) == candidate.score

    async def test_the_wording_that_matched_best_is_named_with_its_cosine(self, search, small_content):
        (question,) = WordEmbedder().embed([ASKED])
        entries = {entry.id: entry for entry in small_content.pack.entries}
        for candidate in (await search.explain(HERE, ASKED)).candidates:
            cosines = WordEmbedder().embed(list(entries[candidate.entry_id].texts)) @ question
            best = entries[candidate.entry_id].texts[int(cosines.argmax())]

            assert pytest.approx(float(cosines.max()), abs=1e-6) == candidate.cosine == candidate.views["best"]
            assert best == candidate.phrasing

    async def test_the_nearest_off_topic_question_is_named(self, search):
        explained = await search.explain(HERE, "which cat is the best")
        one, other = WordEmbedder().embed(["which cat is the best", "which cat is best"])

        assert "which cat is best" == explained.off_topic
        assert pytest.approx(float(one @ other)) == explained.off_topic_cosine

    async def test_an_exact_wording_is_certain_and_named(self, search):
        explained = await search.explain(HERE, "Tell me about VISAS")

        assert ("visas", 1.0) == (explained.exact, explained.probability)
        assert "visas" == explained.candidates[0].entry_id

    async def test_of_a_faq_without_entries_there_is_nothing_to_explain(self, search, library, small_content):
        await remove_all(library, small_content.pack.entries)

        assert NOTHING_TO_EXPLAIN == await search.explain(HERE, ASKED)


class TestKnownVectors:
    async def test_they_find_what_the_question_finds_and_nothing_is_embedded(self, search, recorded, word_embedder):
        expected = [await asked(search, text) for text in RECORDED]
        embedded = len(word_embedder.texts)

        assert expected == [await search.evidence_for(HERE, text, vector) for text, vector in recorded]
        assert embedded == len(word_embedder.texts)

    async def test_vectors_are_those_of_the_texts_in_order_and_are_kept(self, search, word_embedder):
        expected = [row.tobytes() for row in WordEmbedder().embed(["one more", "another", "one more"])]

        for _ in range(2):
            assert expected == await search.vectors(["one more", "another", "one more"])
        assert 2 == sum(text in {"one more", "another"} for text in word_embedder.texts)

    async def test_without_entries_nothing_is_found(self, search, library, small_content, recorded):
        await remove_all(library, small_content.pack.entries)

        assert NOTHING == await search.evidence_for(HERE, *recorded[0])


def changed(entries, *new):
    """Return the FAQ with entries in the place of those with their ids, and what is new."""
    by_id = {entry.id: entry for entry in (*entries, *new)}
    return tuple(by_id.values())


class TestImpact:
    async def test_the_same_faq_changes_nothing(self, search, small_content, recorded):
        found = await search.impact(HERE, small_content.pack.entries, recorded)

        assert list(RECORDED) == [question for question, _, _ in found]
        for _, before, after in found:
            assert before == after

    async def test_before_is_what_is_found_now_and_after_what_is_found_once_it_is_published(
        self, search, library, small_content, recorded
    ):
        parking = make_entry("parking", "Where is parking?", "where can one park", answer="Behind the institute.")
        trial = await search.impact(HERE, changed(small_content.pack.entries, parking), recorded)
        now = [await asked(search, text) for text in RECORDED]
        await edit(library, HERE, parking.id, parking)
        then = [await asked(search, text) for text in RECORDED]

        assert "parking" == then[2].hits[0].entry_id != now[2].hits[0].entry_id
        for expected, (_, before, after) in zip(zip(now, then, strict=True), trial, strict=True):
            for one, other in zip(expected, (before, after), strict=True):
                assert pytest.approx(one.probability, abs=1e-5) == other.probability
                assert (one.hits[0].entry_id, one.thresholds) == (other.hits[0].entry_id, other.thresholds)

    async def test_nothing_that_anybody_sees_changes_and_only_new_texts_are_embedded(
        self, search, small_content, recorded, word_embedder
    ):
        visas = next(entry for entry in small_content.pack.entries if entry.id == "visas")
        mine = dataclasses.replace(visas, phrasings=(*visas.phrasings, Phrasing("stamp in my passport")))
        before, calibration = await asked(search), await search.calibration(HERE)
        embedded = len(word_embedder.texts)
        await search.impact(HERE, changed(small_content.pack.entries, mine), recorded)

        assert ["stamp in my passport"] == word_embedder.texts[embedded:]
        assert {} == search._own
        assert before == await asked(search)
        assert calibration is await search.calibration(HERE)

    async def test_a_faq_may_begin_or_end_empty(self, search, library, small_content, recorded):
        emptied = await search.impact(HERE, (), recorded)
        await remove_all(library, small_content.pack.entries)
        filled = await search.impact(HERE, small_content.pack.entries, recorded)

        assert {NOTHING} == {after for _, _, after in emptied} == {before for _, before, _ in filled}
        assert [before.hits for _, before, _ in emptied] == [after.hits for _, _, after in filled]

    async def test_without_recorded_questions_there_is_none(self, search, small_content):
        assert [] == await search.impact(HERE, small_content.pack.entries, [])


class TestNearest:
    async def test_the_nearest_wording_of_each_entry_best_first_over_all_texts(self, search):
        texts = ["zebra", "tell me about grants", "a question on visas in research"]
        found = await search.nearest(HERE, texts, frozenset({EntryId("letters")}))

        assert ["grants", "visas"] == [each.entry_id for each in found[:2]]
        assert ("tell me about grants", "tell me about grants") == (found[0].phrasing, found[0].text)
        assert ("question on visas in research", texts[2]) == (found[1].phrasing, found[1].text)
        assert 3 == len({each.entry_id for each in found})
        assert [each.cosine for each in found] == sorted((each.cosine for each in found), reverse=True)
        assert pytest.approx(1) == found[0].cosine

    async def test_the_entry_itself_is_never_named(self, search, small_content):
        names = frozenset(entry.id for entry in small_content.pack.entries)

        assert ["visas"] == [
            each.entry_id for each in await search.nearest(HERE, ["tell me about grants"], names - {"visas"})
        ]
        assert [] == await search.nearest(HERE, ["tell me about grants"], names)
        assert [] == await search.nearest(HERE, [], frozenset())
