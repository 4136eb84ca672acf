"""The other ways of answering, each against its definition, on a FAQ small enough to count by hand."""

from __future__ import annotations

import difflib
import sqlite3
from contextlib import closing

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.models import Kind
from bot.evaluation.contenders import (
    OURS,
    RIVALS,
    Bm25,
    Cascade,
    Case,
    Cosine,
    Lantern,
    Ranked,
    ReciprocalRanks,
    Trigrams,
    ranks_of,
    rival,
)
from bot.evaluation.contest import left_out_cases
from bot.search.calibration import OffTopic, fit
from bot.search.index import build_index, document_of
from bot.search.reading import Reader
from bot.search.scoring import DEFAULT_WEIGHTS
from bot.search.tokens import words_of
from bot.storage.fulltext import FullText
from support.parts import WordEmbedder, make_entry
from support.scoring import embedded, indexed, without_phrasing
from support.small import small_pack

ENTRIES = (
    make_entry("letters", "Whom can I ask for a letter?", "who writes my letter", answer="Ask who saw your thesis."),
    make_entry("visas", "How do I get a visa?", "visa papers for my stay", "visa trouble", answer="Ask the embassy."),
    make_entry("grades", "Do grades matter?", "my grades are bad", answer="Less than a letter does."),
)
LETTERS, VISAS, GRADES = range(3)
WORDS = sorted({word for entry in ENTRIES for text in (*entry.texts, entry.answer) for word in words_of(text)})
questions = st.lists(st.sampled_from([*WORDS, "pizza", "moon"]), min_size=1, max_size=6).map(" ".join)
DOCUMENTS = [document_of(entry) for entry in ENTRIES]


@pytest.fixture(scope="module")
def index():
    return indexed(WordEmbedder(), ENTRIES)


def case_of(index, text, vector=None):
    """Return a question as the contest puts it."""
    (own,) = WordEmbedder().embed([text])
    vector = own if vector is None else np.asarray(vector, np.float32)
    return Case(text, vector, words_of(text), index.phrasings @ vector, None)


def with_cosines(index, *rows):
    """Return a question that is so near to each wording, and of which else nothing is known."""
    return Case("?", np.zeros(index.phrasings.shape[1], np.float32), [], np.array(rows, np.float32), None)


def slow_cosines(text):
    """Return each entry's greatest cosine with a text."""
    embedder = WordEmbedder()
    (asked,) = embedder.embed([text])
    return [max(float(row @ asked) for row in embedder.embed(list(entry.texts))) for entry in ENTRIES]


def test_every_rival_has_its_name_and_none_is_ours(index):
    built = {name: rival(name, index, DOCUMENTS) for name in RIVALS}

    assert OURS not in built
    assert [Cosine, Cosine, Trigrams, Bm25, ReciprocalRanks, Cascade] == [type(each) for each in built.values()]


@pytest.mark.parametrize(("name", "threshold"), [("cosine-0.55", 0.55), ("cosine-0.35", 0.35)])
def test_a_cosine_rival_answers_from_its_threshold_on(index, name, threshold):
    at, below = float(np.float32(threshold) + np.float32(1e-6)), threshold - 1e-4
    rows = [0.1, 0.0, 0.2, 0.0, 0.0, -0.3, 0.1]
    judge = rival(name, index, DOCUMENTS).judge

    assert Kind.ANSWER == judge(with_cosines(index, at, *rows[1:])).kind
    assert Kind.UNKNOWN == judge(with_cosines(index, below, *rows[1:])).kind


@given(questions)
@settings(deadline=None)
def test_cosine_is_that_with_the_nearest_wording(index, text):
    verdict = Cosine(index, 0.35).judge(case_of(index, text))

    assert pytest.approx(slow_cosines(text), abs=1e-5) == verdict.scores
    assert pytest.approx(max(slow_cosines(text)), abs=1e-5) == verdict.confidence


class TestLetters:
    """Below its threshold, cosine-0.55 takes difflib's nearest question."""

    TEXT = "Do grdes matterr?"

    def test_the_question_nearest_in_letters_is_answered_less_surely_than_any_by_cosine(self, index):
        verdict = rival("cosine-0.55", index, DOCUMENTS).judge(case_of(index, self.TEXT, np.zeros(256)))
        likeness = difflib.SequenceMatcher(None, self.TEXT.lower(), "do grades matter?").ratio()

        assert (Kind.ANSWER, GRADES) == (verdict.kind, int(verdict.scores.argmax()))
        assert pytest.approx(0.55 * likeness) == verdict.confidence
        assert likeness >= 0.6

    def test_nothing_near_in_letters_is_not_answered(self, index):
        verdict = rival("cosine-0.55", index, DOCUMENTS).judge(case_of(index, "zzz qqq", np.zeros(256)))

        assert Kind.UNKNOWN == verdict.kind

    def test_above_the_threshold_letters_are_not_looked_at(self, index):
        rows = [0.1, 0.1, 0.9, 0.1, 0.1, 0.1, 0.1]
        asked = with_cosines(index, *rows)
        by_letters = Case("Do grades matter?", asked.vector, [], asked.cosines, None)

        assert VISAS == rival("cosine-0.55", index, DOCUMENTS).judge(by_letters).scores.argmax()

    def test_cosine_0_35_has_no_such_second_chance(self, index):
        verdict = rival("cosine-0.35", index, DOCUMENTS).judge(case_of(index, self.TEXT, np.zeros(256)))

        assert Kind.UNKNOWN == verdict.kind


def triples(text):
    """Return a text's letter triples as PostgreSQL's show_trgm does."""
    words, word = [], ""
    for character in text.lower() + " ":
        if character.isalnum():
            word += character
        elif word:
            words.append(f"  {word} ")
            word = ""
    return {word[start : start + 3] for word in words for start in range(len(word) - 2)}


def likeness(one, other):
    """Return the share of the triples of both that they have in common."""
    left, right = triples(one), triples(other)
    return len(left & right) / len(left | right) if left | right else 0.0


class TestTrigrams:
    @given(questions | st.sampled_from(["don't", "grades?!", "visa-papers", "a_letter", "", "?!"]))
    @settings(deadline=None)
    def test_it_is_the_share_of_triples_in_common_with_the_nearest_wording(self, index, text):
        verdict = Trigrams(index).judge(case_of(index, text))
        expected = [max(likeness(text, wording) for wording in entry.texts) for entry in ENTRIES]

        assert pytest.approx(expected, abs=1e-6) == verdict.scores
        assert (max(expected) >= 0.3 - 1e-7) == (verdict.kind is Kind.ANSWER)

    def test_by_hand(self):
        """PostgreSQL: similarity('word', 'two words') = 0.363636, of 4 triples in 11."""
        built = indexed(WordEmbedder(), (make_entry("one", "two words"),))

        assert pytest.approx(4 / 11) == Trigrams(built).judge(case_of(built, "word")).confidence

    def test_signs_are_no_part_of_a_word(self):
        built = indexed(WordEmbedder(), (make_entry("one", "Is my visa late?"),))

        assert 1 == Trigrams(built).judge(case_of(built, "is my visa... late")).confidence


def slow_fts(documents, words):
    """Return SQLite's own BM25 of documents that hold any of the words, 0 for the others."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("CREATE VIRTUAL TABLE held USING fts5(text, tokenize='porter')")
        connection.executemany("INSERT INTO held (rowid, text) VALUES (?, ?)", list(enumerate(documents)))
        query = " OR ".join(f'"{word}"' for word in words)
        found = dict(connection.execute("SELECT rowid, -bm25(held) FROM held WHERE held MATCH ?", [query]))
    return [found.get(number, 0.0) for number in range(len(documents))]


class TestBm25:
    @given(questions)
    @settings(deadline=None)
    def test_it_is_that_of_sqlite_over_question_and_answer_for_any_word(self, text):
        full_text = FullText(DOCUMENTS)

        assert pytest.approx(slow_fts(DOCUMENTS, words_of(text))) == full_text.scores(words_of(text))
        full_text.close()

    def test_one_word_of_many_is_enough_for_an_answer_and_none_is_not(self, index):
        bm25 = Bm25(DOCUMENTS)

        assert (Kind.ANSWER, VISAS) == (
            (verdict := bm25.judge(case_of(index, "pizza at the embassy"))).kind,
            int(verdict.scores.argmax()),
        )
        assert (Kind.UNKNOWN, 0) == ((verdict := bm25.judge(case_of(index, "pizza"))).kind, verdict.confidence)

    def test_phrasings_are_not_in_it_and_stems_are(self, index):
        bm25 = Bm25(DOCUMENTS)

        assert Kind.UNKNOWN == bm25.judge(case_of(index, "papers")).kind
        assert GRADES == bm25.judge(case_of(index, "grade")).scores.argmax()

    @given(st.text(max_size=20))
    @settings(deadline=None)
    def test_whatever_is_asked_is_no_syntax(self, text):
        full_text = FullText(["NOT a OR b", "c"])
        scores = full_text.scores(words_of(text))
        full_text.close()

        assert (2,) == scores.shape
        assert (scores >= 0).all()

    def test_without_words_nothing_is_found(self):
        assert [0, 0] == FullText(["a", "b"]).scores([]).tolist()


class TestReciprocalRanks:
    @given(questions)
    @settings(deadline=None)
    def test_each_list_gives_one_over_sixty_and_the_place_to_what_it_holds(self, index, text):
        asked = case_of(index, text)
        by_words = FullText(DOCUMENTS).scores(asked.words).tolist()
        by_cosine = Cosine(index, 0.35).judge(asked).scores.tolist()
        places = [sorted(range(3), key=lambda position: -one[position]) for one in (by_words, by_cosine)]
        expected = [
            (by_words[position] > 0) / (60 + places[0].index(position) + 1) + 1 / (60 + places[1].index(position) + 1)
            for position in range(3)
        ]
        verdict = ReciprocalRanks(index, DOCUMENTS).judge(asked)

        assert pytest.approx(expected, rel=1e-5) == verdict.scores
        assert Kind.ANSWER == verdict.kind

    def test_where_no_word_is_found_cosine_alone_ranks(self, index):
        rows = [0.1, 0.1, 0.2, 0.2, 0.2, 0.9, 0.9]
        verdict = ReciprocalRanks(index, DOCUMENTS).judge(with_cosines(index, *rows))

        assert [3, 2, 1] == ranks_of(verdict.scores).tolist()
        assert pytest.approx(1 / 61) == verdict.confidence


class TestCascade:
    NEAR, FAR = [0.1, 0.1, 0.71, 0.1, 0.1, 0.1, 0.1], [0.1, 0.1, 0.69, 0.1, 0.1, 0.1, 0.1]

    def asked(self, index, cosines, position=LETTERS, by_answer=0.9):
        """Return a question so near to the wordings, and to an entry's question and answer."""
        vector = by_answer * index.documents[position]
        return Case("?", vector, [], np.array(cosines, np.float32), None)

    def test_a_question_near_enough_is_answered_whatever_the_answers_say(self, index):
        verdict = Cascade(index).judge(self.asked(index, self.NEAR))

        assert (Kind.ANSWER, VISAS) == (verdict.kind, int(verdict.scores.argmax()))

    def test_where_no_question_is_a_nearer_answer_text_is_taken(self, index):
        verdict = Cascade(index).judge(self.asked(index, self.FAR))

        assert (Kind.ANSWER, LETTERS) == (verdict.kind, int(verdict.scores.argmax()))

    def test_where_neither_is_near_enough_nothing_is_answered_and_questions_rank(self, index):
        verdict = Cascade(index).judge(self.asked(index, self.FAR, by_answer=0.79))

        assert (Kind.UNKNOWN, VISAS) == (verdict.kind, int(verdict.scores.argmax()))

    def test_it_is_surest_by_question_then_by_answer_and_least_without_either(self, index):
        cascade = Cascade(index)
        first = cascade.judge(self.asked(index, self.NEAR)).confidence
        second = [cascade.judge(self.asked(index, self.FAR, by_answer=share)).confidence for share in (1.0, 0.81)]
        neither = cascade.judge(self.asked(index, self.FAR, by_answer=0.1)).confidence

        assert first > second[0] > second[1] > neither


@given(st.lists(st.sampled_from([0.0, 0.25, 0.5, 1.0]), min_size=1, max_size=12))
def test_ranks_count_from_1_and_of_equals_the_earlier_is_first(scores):
    expected = [
        1 + sum(other > own or (other == own and place < here) for place, other in enumerate(scores))
        for here, own in enumerate(scores)
    ]

    assert expected == ranks_of(np.array(scores, np.float32)).tolist()


PACK = small_pack()


@pytest.fixture(scope="module")
def small():
    """The index of the small pack."""
    return indexed(WordEmbedder(), PACK.entries)


@pytest.fixture(scope="module")
def shipped(small):
    """The shipped search over it."""
    off_topic = OffTopic(PACK.off_topic, WordEmbedder().embed(list(PACK.off_topic)))
    return Reader(small, fit(small, PACK.entries, off_topic, "word-embedder@1"), off_topic)


class TestLeftOut:
    """A phrasing asked as a question must find its entry by the others: its own words and vector are not there."""

    @pytest.mark.parametrize("name", ["cosine-0.35", "cosine-0.55", "trigrams", "cascade"])
    def test_a_phrasing_never_finds_itself(self, small, name):
        judge = rival(name, small, []).judge
        asked = [(case.left_out.owner, judge(case)) for _, _, case in left_out_cases(small, PACK.entries)]

        assert 4 * 12 == len(asked)
        assert all(verdict.scores[owner] < 0.999 for owner, verdict in asked)

    def test_cosine_sees_what_an_index_without_the_phrasing_shows(self, small):
        vectors = embedded(WordEmbedder(), PACK.entries)
        for case, poorer in self.without_each(small):
            rebuilt = build_index(poorer, vectors)
            expected = Cosine(rebuilt, 0.35).judge(case_of(rebuilt, case.text)).scores

            assert pytest.approx(expected) == Cosine(small, 0.35).judge(case).scores

    def test_both_of_ours_see_the_faq_without_the_phrasing(self, small, shipped):
        """The shipped search, and its ranking alone, with weights of their own."""
        vectors = embedded(WordEmbedder(), PACK.entries)
        both = [(Lantern(shipped), shipped.calibration.fusion), (Ranked(small, DEFAULT_WEIGHTS), DEFAULT_WEIGHTS)]
        for case, poorer in self.without_each(small):
            rebuilt = build_index(poorer, vectors)
            for contender, weights in both:
                expected = Ranked(rebuilt, weights).judge(case_of(rebuilt, case.text)).scores

                assert pytest.approx(expected, abs=1e-4) == contender.judge(case).scores

    def test_each_phrasing_comes_with_its_kind_and_its_entry(self, small):
        found = [(kind, relevant, case.text) for kind, relevant, case in left_out_cases(small, PACK.entries)]

        assert [
            (phrasing.kind, frozenset({entry.id}), phrasing.text)
            for entry in PACK.entries
            for phrasing in entry.phrasings
        ] == found

    def without_each(self, small):
        """Yield some phrasings left out, with the entries as if they had never had them."""
        for _, _, case in list(left_out_cases(small, PACK.entries))[::11]:
            owner, row = case.left_out.owner, case.left_out.row
            yield case, without_phrasing(PACK.entries, owner, row - small.starts[owner] - 1)


def test_the_shipped_search_is_certain_of_a_wording_it_holds(small, shipped):
    verdict = Lantern(shipped).judge(case_of(small, "  TELL me about visas"))

    assert (Kind.ANSWER, 1.0) == (verdict.kind, verdict.confidence)
    assert "visas" == small.ids[verdict.scores.argmax()]
