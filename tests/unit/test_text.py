"""Cleaning, comparing, quoting and cutting what people write."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.safety.text import (
    MOST_LINKS,
    SLUG_LENGTH,
    clean,
    cut,
    escape,
    faults_in_answer,
    has_words,
    normalise,
    slug_of,
    unescape,
)

MARKUP = "\\*_~`|>#-+[](){}<@:.!&/= \na1"
INVISIBLE = (
    "\u200b\u200c\u200d\u2060\ufeff\u00ad\u202e\u2066\u2069\u034f\u3164\u2800\ufe0e\ufe0f"
    "\U000e0041\U000e0100\x00\x1b\x7f"
)
EMOJI = "[←-⇿☀-➿⬀-⯿🀀-🫿]"
anything = st.text() | st.text(alphabet=INVISIBLE + "ab 👩💻❤↔\u0301\u0338´") | st.text(alphabet=MARKUP)


@given(anything)
def test_cleaning_twice_changes_nothing_more(text):
    assert clean(clean(text)) == clean(text)


@given(anything)
def test_comparing_twice_changes_nothing_more(text):
    assert normalise(normalise(text)) == normalise(text)


@given(anything)
def test_clean_text_is_one_line_without_outer_or_doubled_blanks(text):
    assert clean(text) == " ".join(clean(text).split())


@given(anything)
def test_clean_text_holds_nothing_unseen_outside_an_emoji(text):
    outside = re.sub(f"{EMOJI}\ufe0f?(\u200d(?={EMOJI}))?", "", clean(text))

    assert {unicodedata.category(character) for character in outside}.isdisjoint({"Cc", "Cf", "Cs", "Co", "Cn"})
    assert set(INVISIBLE).isdisjoint(outside)


@pytest.mark.parametrize("unseen", INVISIBLE, ids=ascii)
def test_an_unseen_character_inside_a_word_is_dropped(unseen):
    assert clean(f"let{unseen}ters") == "letters"


@pytest.mark.parametrize("emoji", ["👩‍🔬", "👩🏽‍💻", "❤️‍🔥", "🏳️‍🌈", "👨‍👩‍👧‍👦", "🙂‍↔️", "🧑‍⚖️", "🐦‍⬛"])
def test_an_emoji_of_several_parts_stays_one(emoji):
    assert clean(f"thanks {emoji}!") == f"thanks {emoji}!"


@pytest.mark.parametrize("text", ["\u200d👩", "👩\u200d", "👩\u200d \u200d💻", "👩\u200da", "👩\u200d\u200d"])
def test_a_joiner_that_joins_no_emoji_is_dropped(text):
    assert "\u200d" not in clean(text)


def test_a_lone_surrogate_which_sqlite_cannot_store_is_dropped():
    assert clean("half \ud83d an emoji") == "half an emoji"


def test_composed_and_decomposed_letters_become_the_same():
    assert clean("Universite\u0301") == clean("Universit\u00e9") == "Universit\u00e9"


@pytest.mark.parametrize(
    "text", ["don't", "don’t", "don‘t", "donʼt", "don′t", "don´t", "DON'T", "ｄｏｎ＇ｔ", "do\u200bn't"]
)
def test_an_apostrophe_by_any_keyboard_compares_alike(text):
    assert normalise(text) == "don't"


@pytest.mark.parametrize(
    ("text", "expected"), [("什么", True), ("١", True), ("PhD?", True), ("👩‍🔬 ?!", False), ("_ -", False)]
)
def test_a_question_has_words_in_any_script_but_not_in_symbols(text, expected):
    assert has_words(text) is expected


@given(anything)
def test_unescape_gives_back_what_was_escaped(text):
    assert unescape(escape(text)) == text


DISCORD_SEES = {
    "bold or italic": r"\*.+?\*|_.+?_",
    "struck out": r"~~.+?~~",
    "spoiler": r"\|\|.+?\|\|",
    "code": r"`.+?`",
    "quote": r"(?m)^ *>",
    "heading or small print": r"(?m)^ *(#|-#)",
    "list": r"(?m)^ *([-*+]|\d+\.) ",
    "masked link": r"\[.*?\]\(.*?\)",
    "link": r"(?i)https?://\S|discord(app)?\.(gg|com)/",
    "mention": r"<(@[!&]?|#|id:)\w+>|@(everyone|here)",
    "command": r"</.+?:\d+>",
    "emoji": r"<a?:\w+:\d+>|:\w+:",
    "time": r"<t:\d+(:\w)?>",
}
"""What Discord makes of a message's text, by what a reader would see."""

LIVE = [
    "**bold** and *italic* and __under__ and _it_",
    "~~gone~~ ||hidden||",
    "`code` ```block```",
    "> quote",
    ">>> quote of many lines",
    "# heading",
    "-# small",
    "- list\n* list\n+ list\n12. list",
    "[free visa](https://example.org)",
    "https://example.org/a_b HTTP://example.org discord.gg/abc",
    "<https://example.org>",
    "<@123> <@!123> <@&123> <#123> <id:guide> @everyone @here",
    "</ask:123>",
    "<:smile:123> <a:dance:123> :smile:",
    "<t:1700000000:R> <t:1700000000>",
    "\\*not escaped* \\\\*neither*",
]


def what_discord_sees(text):
    # Discord reads a backslash with a following symbol first, as that symbol and nothing more.
    read = re.sub(r"\\[^0-9A-Za-z\s]", "\0", text)
    return {name for name, pattern in DISCORD_SEES.items() if re.search(pattern, read)}


@pytest.mark.parametrize("text", LIVE)
def test_escaped_text_has_no_live_markdown_link_mention_or_emoji(text):
    assert what_discord_sees(text) != set()
    assert what_discord_sees(escape(text)) == set()


@given(st.lists(st.sampled_from(LIVE) | st.text(alphabet=MARKUP, max_size=8), max_size=4).map("".join))
def test_no_mixture_stays_live_once_escaped(text):
    assert what_discord_sees(escape(text)) == set()


@given(anything, st.integers(1, 40))
def test_a_cut_text_fits_and_is_the_beginning(text, limit):
    short = cut(text, limit)

    assert len(short) <= limit
    assert text.startswith(short) if len(text) <= limit else text.startswith(short.removesuffix("…"))


@given(
    st.lists(st.text(alphabet="abc", min_size=1, max_size=8), min_size=1, max_size=20).map(" ".join),
    st.integers(20, 60),
)
def test_a_cut_never_goes_through_a_word_shorter_than_half_the_limit(text, limit):
    kept = cut(text, limit).removesuffix("…").split()

    assert kept == text.split()[: len(kept)]


def test_a_cut_between_two_words_keeps_the_first_one():
    """Where the last kept character is the blank between two words, the word before it is whole and stays."""
    assert cut("aaaa bbbb cccc dddd", 16) == "aaaa bbbb cccc…"


def test_one_endless_word_is_cut_inside():
    assert cut("x" * 30, 10) == "x" * 9 + "…"


@pytest.mark.parametrize(
    ("question", "slug"),
    [
        ("How do I get into a PhD?", "how-do-i-get-into-a-phd"),
        ("What's naïve about Łódź's Straße?", "whats-naive-about-odzs-strasse"),
        ("PhD في ألمانيا", "phd"),
        ("x" * 90, "x" * 60),
        ("word " * 20, "-".join(["word"] * 12)),
    ],
)
def test_an_id_is_made_of_the_words_of_a_question(question, slug):
    assert slug == slug_of(question)


def test_a_question_in_another_script_gets_an_id_that_is_always_the_same():
    assert re.fullmatch("entry-[0-9a-f]{8}", slug_of("كيف أجد مشرفا؟"))
    assert slug_of("كيف أجد مشرفا؟") == slug_of(" كيف  أجد مشرفا؟") != slug_of("كيف أبدأ؟")


@given(anything, st.integers(0, 3))
def test_an_id_has_the_form_of_ids_and_is_none_that_is_taken(question, others):
    taken = set()
    for _ in range(others):
        taken.add(slug_of(question, taken))
    slug = slug_of(question, taken)

    assert others == len(taken)
    assert slug not in taken
    assert re.fullmatch("[a-z0-9]+(-[a-z0-9]+)*", slug)
    assert len(slug) <= SLUG_LENGTH


@pytest.mark.parametrize(
    "text",
    [
        "Read [the guide](https://example.org/guide) first.",
        'Read [example.org](https://www.example.org/guide "Guide").',
        "Read [https://EXAMPLE.org/a](<https://example.org/b>), [mit.edu](https://web.mit.edu).",
        "[Node.js](https://nodejs.org), e.g. [Ph.D. positions](https://euraxess.ec.europa.eu/)",
        "Write `[text](url)` or\n```\n[text](url)\n```",
        "[1] says so, (see there) and everyone",
        "",
    ],
)
def test_an_honest_answer_has_no_faults(text):
    assert [] == faults_in_answer(text)


@pytest.mark.parametrize(
    ("text", "piece"),
    [
        ("@everyone look", "mention @everyone"),
        ("<@1> <@!2> <@&3> <#4>", "mention <@1>"),
        ("[https://bank.example](https://evil.example)", "shows bank.example but leads to evil.example"),
        ("[**www.bank.example**](https://evil.example)", "shows bank.example"),
        ("[bank.example/login](https://evil.example)", "shows bank.example"),
        ("[ba\u200bnk.example](https://evil.example)", "shows bank.example"),
        ("[go to HTTP://bank.example now](https://evil.example)", "shows bank.example"),
        ("[https://bank.example@evil.example](https://evil.example)", "shows https://bank.example@evil.example"),
        ("[https://bank.example [a](https://a.org)](https://evil.example)", "shows bank.example"),
        ("[see] https://bank.example](https://evil.example)", "shows bank.example"),
        ("\\`[https://bank.example](https://evil.example)`", "shows bank.example"),
        ("[here](https://bank.example@evil.example)", "links to 'https://bank.example@evil.example'"),
        ("[here](http://example.org)", "links to 'http://example.org'"),
        ("[here]( javascript:alert )", "links to 'javascript:alert'"),
        ("[here](https://[)", "links to 'https://['"),
        ("[a](https://a.org) " * (MOST_LINKS + 1), "more than 50 links"),
    ],
)
def test_a_mention_or_a_link_that_lies_is_a_fault(text, piece):
    assert piece in str(faults_in_answer(text)[0])


@given(st.text(alphabet="[]()`\\<>a. :/@") | anything)
def test_any_text_can_be_looked_at_for_faults(text):
    assert all(str(fault).endswith(("anybody", "https://", "leads to", "the best")) for fault in faults_in_answer(text))
