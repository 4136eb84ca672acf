"""What a sound pack may still have against it: every rule fires on its fault, and none on an entry without one."""

from __future__ import annotations

import dataclasses

import pytest

from bot.content.lint import (
    LEAST_ENTRIES,
    MOST_LIX,
    MOST_WORDS,
    VOICES,
    Advice,
    lint,
    lint_links,
    readability,
)
from bot.content.packs import load_tone
from bot.core.errors import ContentError
from bot.core.models import EntryId, Pack, Phrasing, Source, Topic, TopicId
from support.packs import SHIPPED_PROMPTS
from support.parts import make_entry

TONE = {"man up": "it shames", "don't worry!": "it says nothing"}
SHIPPED_DATA = SHIPPED_PROMPTS.parent / "data"


def sound_entry(entry_id, related=(), **changes):
    """Return an entry that nobody has anything against."""
    phrasings = tuple(Phrasing(f"{voice} words on {entry_id}", voice) for voice in VOICES)
    entry = make_entry(entry_id, f"What about {entry_id}?", related=related, setbacks=("rejection",))
    return dataclasses.replace(entry, **{"phrasings": phrasings, **changes})


def pack_of(*entries):
    """Return a pack with one topic."""
    return Pack((Topic(TopicId("letters"), "Letters"),), entries, ("best pizza",))


def sound_pack(**changes):
    """Return a pack that nobody has anything against, but for the changes to its first entry."""
    first = sound_entry("alpha", (EntryId("beta"),), **changes)
    return pack_of(first, sound_entry("beta", (EntryId("gamma"),)), sound_entry("gamma"))


def test_a_sound_pack_gets_no_advice():
    assert [] == list(lint(sound_pack(), TONE))


def test_an_entry_that_is_only_led_to_has_a_neighbour():
    """`gamma` in the sound pack leads nowhere itself."""
    assert () == sound_pack().entries[2].related


LONG = "One two three. " * (MOST_WORDS // 3 + 1)
HARD = "Institutional responsibilities notwithstanding, administrative requirements necessitate consideration."
FAULTS = {
    "length": ({"answer": LONG}, f"has {3 * (MOST_WORDS // 3 + 1)} words"),
    "reading level": ({"answer": HARD}, "shorter sentences and words"),
    "tone": ({"answer": "You must\nMAN  up now."}, "says 'man up': it shames"),
    "phrasings": ({"phrasings": tuple(Phrasing(f"words {kind}", kind) for kind in VOICES[1:])}, "has 5 phrasings"),
    "voices": ({"phrasings": tuple(Phrasing(f"words {number}") for number in range(6))}, ", ".join(VOICES)),
    "link": ({"sources": (Source("A page", "http://example.org", "trust"),)}, "no https address"),
}


@pytest.mark.parametrize("rule", FAULTS)
def test_every_rule_on_an_entry_fires_on_its_fault_and_says_what_is_wrong(rule):
    changes, text = FAULTS[rule]
    found = [advice for advice in lint(sound_pack(**changes), TONE) if advice.rule == rule]

    assert [("alpha", True)] == [(advice.entry, text in advice.text) for advice in found], found


@pytest.mark.parametrize("rule", [rule for rule in FAULTS if rule != "phrasings"])
def test_a_fault_is_blamed_on_nothing_else(rule):
    assert {rule} == {advice.rule for advice in lint(sound_pack(**FAULTS[rule][0]), TONE)}


def test_a_missing_voice_is_named_and_no_other():
    kept = tuple(Phrasing(f"words {kind}", kind) for kind in ("formal", "tired", "terse", "typo", "story", "plain"))

    assert [Advice("voices", "alpha", "has no phrasing of the kind elsewhere")] == list(
        lint(sound_pack(phrasings=kept), TONE)
    )


def test_an_answer_may_have_as_many_words_as_a_screen_holds():
    assert [] == list(lint(sound_pack(answer="One two. " * (MOST_WORDS // 2)), TONE))


class TestPack:
    def test_a_topic_with_too_few_entries_is_an_orphan(self):
        pack = dataclasses.replace(sound_pack(), topics=(*sound_pack().topics, Topic(TopicId("lonely"), "Lonely")))

        assert [("orphan topic", "lonely", True)] == [
            (advice.rule, advice.entry, "holds 0 entries" in advice.text) for advice in lint(pack, TONE)
        ]
        assert LEAST_ENTRIES == len(sound_pack().entries), "and one with just enough is none"

    def test_an_entry_without_neighbours_is_named(self):
        pack = pack_of(*sound_pack().entries, sound_entry("island"))

        assert [("no neighbours", "island")] == [(advice.rule, advice.entry) for advice in lint(pack, TONE)]

    def test_a_pack_whose_entries_name_no_setback_is_told_once(self):
        entries = (dataclasses.replace(entry, setbacks=()) for entry in sound_pack().entries)

        assert [("no setbacks", "letters")] == [(advice.rule, advice.entry) for advice in lint(pack_of(*entries), TONE)]


class TestTone:
    @pytest.mark.parametrize("answer", ["Man up.", "So man\nup!", "*man up*", "man up"])
    def test_a_phrase_is_found_in_any_letters_and_over_line_ends(self, answer):
        assert ["tone"] == [advice.rule for advice in lint(sound_pack(answer=answer), TONE)]

    @pytest.mark.parametrize("answer", ["A woman upstairs.", "The man upset me.", "Man. Up.", "Don't worry."])
    def test_words_that_only_hold_its_letters_are_not_it(self, answer):
        assert [] == list(lint(sound_pack(answer=answer), TONE))

    @pytest.mark.parametrize("answer", ["Don't worry! It is so.", "Don’t worry!"])
    def test_a_sign_at_its_end_and_a_curly_apostrophe_are_no_hindrance(self, answer):
        assert ["tone"] == [advice.rule for advice in lint(sound_pack(answer=answer), TONE)]


class TestReadability:
    @pytest.mark.parametrize(
        ("lix", "text"),
        [
            (4.0, "We ask you this."),
            (2 + 100 / 4, "We wonder. Nobody answered."),
            (5 + 100 * 2 / 5, "Research institutes ask for it."),
            (3.0, "One two three"),
            (0.0, ""),
            (0.0, "?! -- ..."),
        ],
    )
    def test_lix_is_words_a_sentence_and_the_share_of_words_over_six_letters_by_hand(self, lix, text):
        """`wonder` has six letters, `answered` eight; a text without an end is one sentence."""
        assert pytest.approx(lix) == readability(text)

    def test_a_list_has_as_many_sentences_as_points(self):
        assert pytest.approx(readability("Ask them. Ask us. Ask me.")) == readability("Ask them\n- Ask us\n- Ask me.")

    def test_a_figure_with_a_point_in_it_ends_no_sentence(self):
        assert 5 == readability("It is 3.5 pages.")

    def test_an_apostrophe_and_a_hyphen_join_a_word_and_are_no_letters(self):
        assert readability("I don't.") == readability("I cannot.") == 2
        assert 2 + 50 == readability("A so-called.")

    def test_letters_of_any_script_count(self):
        assert 2 + 50 == readability("Ich überprüfe.")


LINKS = {
    "http://example.org/page": "no https address",
    "https://localhost/page": "no https address",
    "https://127.0.0.1/page": "no https address",
    "https:///page": "no https address",
    "https://[::1]/page": "no https address",
    "https://somebody@example.org/": "a user or a port",
    "https://:word@example.org/": "a user or a port",
    "https://example.org:8443/": "a user or a port",
    "https://example.org:0/": "a user or a port",
    "https://bit.ly/abc": "hides where it leads",
    "https://www.tinyurl.com/abc": "hides where it leads",
    "https://T.co/abc": "hides where it leads",
    "https://example.org/?utm_source=x": "tracks",
    "https://example.org/?a=b&fbclid=x": "tracks",
    "https://example.org:port/": "is no address",
    "https://example.org:99999/": "is no address",
    "https://[broken/": "is no address",
}


@pytest.mark.parametrize("link", LINKS)
def test_a_link_of_a_wrong_form_is_named_with_its_reason(link):
    entry = make_entry(sources=(Source("A page", link, "trust"),))

    assert [("link", "letters", True)] == [
        (advice.rule, advice.entry, link in advice.text and LINKS[link] in advice.text) for advice in lint_links(entry)
    ]


@pytest.mark.parametrize(
    "link",
    [
        "https://example.org",
        "https://sub.example.co.uk/a/b?c=d&e=f#g",
        "https://exbit.ly/page",
        "https://example.org/?outm_source=x",
        "https://1and1.com/",
        None,
    ],
)
def test_a_plain_link_and_somebodys_experience_are_fine(link):
    assert [] == list(lint_links(make_entry(sources=(Source("A page", link, "trust"),))))


def test_every_link_of_an_entry_is_looked_at():
    links = ("https://bit.ly/a", "https://example.org", "https://example.org:x/", "http://example.org")
    entry = make_entry(sources=tuple(Source("A page", link, "trust") for link in links))

    assert 3 == len(list(lint_links(entry)))


class TestToneFile:
    def test_the_shipped_one_gives_a_reason_for_every_phrase_and_fires_on_each(self):
        tone = load_tone(SHIPPED_DATA)

        assert len(tone) > 10
        assert all(reason.strip() for reason in tone.values())
        for phrase in tone:
            found = [advice.text for advice in lint(sound_pack(answer=f"So: {phrase.title()}."), tone)]

            assert any(text.startswith(f"says {phrase!r}") for text in found)

    def test_phrases_are_read_in_small_letters(self, tmp_path):
        (tmp_path / "tone.yaml").write_text('"Man UP": it shames\n')

        assert {"man up": "it shames"} == load_tone(tmp_path)

    @pytest.mark.parametrize(
        "content", ["", "- man up\n", "man up: 5\n", "5: it shames\n", "man up: [a]\n", "man up: \n"]
    )
    def test_one_of_another_shape_is_told_with_its_place(self, tmp_path, content):
        (tmp_path / "tone.yaml").write_text(content)
        with pytest.raises(ContentError) as caught:
            load_tone(tmp_path)

        assert f"{tmp_path / 'tone.yaml'}:1: file: must be a list of phrases, each with its reason" in str(caught.value)

    def test_a_doubled_phrase_and_a_missing_file_are_told(self, tmp_path):
        with pytest.raises(ContentError, match="cannot be read"):
            load_tone(tmp_path)
        (tmp_path / "tone.yaml").write_text("man up: it shames\nman up: it does\n")
        with pytest.raises(ContentError, match=r"tone.yaml:2: man up: stands here and in line 1"):
            load_tone(tmp_path)


def test_the_limit_of_hard_words_is_that_of_a_newspaper():
    """Björnsson: 40 to 50 is a newspaper; the limit lies inside."""
    assert 40 < MOST_LIX < 50
