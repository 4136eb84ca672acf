"""Every line of data/crisis.yaml is found however it is typed, and hides or raises as it should."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.safety.crisis import CrisisPhrases, Tier
from support.crisis_words import FILE, said_by

SHORTEST = [(line.words, said_by(line.words)[0], Tier.EXPLICIT) for line in FILE.explicit]
SHORTEST += [(line.words, said_by(line.words)[0], Tier.OBLIQUE) for line in (*FILE.softened, *FILE.oblique)]
PLAIN = [line for line in FILE.explicit if "$" not in line.words]
SAID = [said_by(line.words)[0] for line in PLAIN]
ZERO_WIDTH = ["\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\u00ad", "\ufe0f", "\u202e", "\u2066"]
CONTRACTIONS = {"dont": "don{}t", "im": "i{}m", "cant": "can{}t", "ive": "i{}ve"}
BLANKS = ["  ", "\n", "\t", "\u00a0", "\u3000", " - ", ", ", "... ", "_"]
APOSTROPHES = ["'", "’", "‘", "ʼ", "′", "´", "`", "＇"]
HOSTILE = [
    "i a ",
    "i want to ",
    "x",
    "?! ",
    "i\u0301 ",
    "if i have to ",
    "he said ",
    "thank you for everything ",
    "\u3164i ",
]


@pytest.fixture(scope="module")
def crisis(content):
    return content.crisis


@pytest.mark.parametrize(("words", "said", "tier"), SHORTEST, ids=range(len(SHORTEST)))
def test_each_line_says_its_tier(crisis, words, said, tier):
    found = crisis.tier_of(said)

    assert found is tier or found is Tier.EXPLICIT, (words, said)


@pytest.mark.parametrize("section", ["explicit", "softened", "oblique"])
def test_all_ways_to_say_a_line_are_found(crisis, section):
    """But for those that an idiom stands in, the only thing that may hide one."""
    ways = [way for line in getattr(FILE, section) for way in said_by(line.words)]
    silent = [way for way in ways if not crisis.found_in(way)]

    assert [way for way in silent if crisis.idioms.hidden_in(crisis.read(way)) == crisis.read(way)] == []
    assert len(silent) < len(ways) / 50


@pytest.mark.parametrize("line", FILE.idioms, ids=lambda line: line.words[:30])
def test_each_idiom_keeps_its_sentence_silent(crisis, line):
    assert not crisis.found_in(line.trap)
    assert crisis.idioms.stand_in(crisis.read(line.trap)), "the trap does not hold the idiom"


@pytest.mark.parametrize("said", SAID)
class TestHoweverItIsTyped:
    def test_inside_a_sentence_with_punctuation(self, crisis, said):
        assert crisis.found_in(f"After the rejection, honestly… {said}!! What now?")

    def test_in_capitals(self, crisis, said):
        assert crisis.found_in(said.upper())
        assert crisis.found_in(said.title())

    def test_with_any_apostrophe(self, crisis, said):
        typed = " ".join(CONTRACTIONS.get(word, word) for word in said.split())

        assert [mark for mark in APOSTROPHES if not crisis.found_in(typed.format(mark, mark))] == []

    def test_with_unseen_characters_between_all_letters(self, crisis, said):
        assert [unseen for unseen in ZERO_WIDTH if not crisis.found_in(unseen.join(said))] == []

    def test_with_stretched_letters(self, crisis, said):
        assert crisis.found_in(said + said[-1] * 5)
        assert crisis.found_in("".join(letter * 2 for letter in said))

    def test_with_any_blank_between_words(self, crisis, said):
        assert [blank for blank in BLANKS if not crisis.found_in(said.replace(" ", blank))] == []

    def test_in_full_width_letters_and_with_accents(self, crisis, said):
        wide = {ord(letter): ord(letter) + 0xFEE0 for letter in "abcdefghijklmnopqrstuvwxyz"}

        assert crisis.found_in(said.translate(wide))
        assert crisis.found_in(said.replace("e", "é").replace("i", "í"))
        assert crisis.found_in("\u0336".join(said))

    def test_with_fillers_between_words(self, crisis, said):
        assert crisis.found_in(said.replace(" ", " really just "))

    def test_not_as_a_part_of_longer_words(self, crisis, said):
        assert not crisis.found_in(f"x{said}x")


@given(st.sampled_from(FILE.idioms), st.sampled_from(SAID), st.sampled_from(["{0}. {1}", "{1}. {0}", "{0}. {1}. {0}"]))
def test_an_idiom_never_hides_a_phrase_beside_it(content, idiom, said, order):
    assert content.crisis.found_in(order.format(idiom.trap, said))


@given(st.sampled_from(SAID), st.text(), st.text())
def test_whatever_stands_around_a_phrase_does_not_hide_it(content, said, before, after):
    assert content.crisis.found_in(f"{before} . {said} . {after}")


def test_what_stands_around_an_idiom_does_not_become_a_phrase():
    phrases = CrisisPhrases.of(["want to die"], idioms=["of boredom"])

    assert not phrases.found_in("want to of boredom die")
    assert phrases.found_in("want to die of boredom")


def test_softened_words_are_asked_about_and_plain_ones_beside_them_stay_plain():
    phrases = CrisisPhrases.of(["kill myself"], softened=["not going to kill myself"])

    assert phrases.tier_of("I'm not going to kill myself") is Tier.OBLIQUE
    assert phrases.tier_of("I'm not going to kill myself. Or I kill myself.") is Tier.EXPLICIT


def test_a_misspelled_keyword_is_read_as_what_it_stands_for_but_a_word_of_its_own_is_not():
    phrases = CrisisPhrases.of(["i want to exist", "exit now"], keywords=["want", "exist"])

    assert all(phrases.found_in(f"i {want} to {exist}") for want, exist in [("wnat", "exist"), ("want", "exsist")])
    assert not phrases.found_in("i want to exit")


@pytest.mark.parametrize(
    "typed", ["i w4nt to d1e", "I w a n t t o d i e", "k1ll mys3lf", "K*ll myself", "i want to d!e"]
)
def test_disguises_are_seen_through(crisis, typed):
    assert crisis.tier_of(typed) is Tier.EXPLICIT


@pytest.mark.parametrize("piece", HOSTILE)
def test_hostile_texts_take_time_in_proportion_to_their_length(crisis, piece):
    """A little more than twice for twice the length; the event loop waits for it."""

    def least_seconds(text: str) -> float:
        return min(timed(text) for _ in range(15))

    def timed(text: str) -> float:
        began = time.thread_time()
        crisis.tier_of(text)
        return time.thread_time() - began

    once = least_seconds((piece * 3000)[:3000])

    assert least_seconds((piece * 6000)[:6000]) < 4 * once + 0.001


def test_no_question_of_the_shipped_off_topic_bank_fires(content):
    assert [text for text in content.pack.off_topic if content.crisis.found_in(text)] == []


def test_no_phrases_find_nothing():
    """An operator's empty list is silent, rather than firing at every text."""
    assert not CrisisPhrases.of([]).found_in("I want to die")
