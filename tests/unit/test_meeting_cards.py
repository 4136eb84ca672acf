"""Cards of people who meet, and what moderators read of rounds, drawn from nouns alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from discord import ui

from bot.core.introductions import Card, Introduction, IntroductionId, IntroductionState, Letter, Side
from bot.core.matching import Kind, Obstacle, Reason, RoundRecord, Shortage
from bot.core.models import GuildId, UserId
from bot.core.peers import Help, Setback, Stage
from bot.core.ports.introductions import Inbox
from bot.views.moderators.matching import rounds_card, shortages_card
from bot.views.peers.inbox import Reader, blocks_of, inbox_page, packed
from bot.views.peers.introductions import Met, Place, card_text, meeting_parts, offer_parts, opener_text
from bot.views.peers.words import Words

HERE, READER, OTHER = GuildId(1), UserId(11), UserId(12)
NOW = datetime.now(UTC)
CARD = Card(
    kind=Kind.PEER,
    is_mentor=False,
    topics=("ghosting", "gone"),
    languages=("en", "de"),
    helps=(Help.LISTENING, Help.IDEAS),
    sentence="Somebody **bold** @everyone",
    stage=Stage.DOCTORATE,
    hours=3,
)
MEETING = Introduction(
    id=IntroductionId(5),
    guild=HERE,
    round=1,
    kind=Kind.PEER,
    state=IntroductionState.REVEALED,
    sides=(Side(READER), Side(OTHER)),
    cards=(CARD, CARD),
    because=(Reason("fit.setbacks", ("ghosting",)),),
    offered_at=NOW,
    told_at=NOW + timedelta(days=3),
    revealed_at=NOW,
)
RECORD = RoundRecord(
    number=4,
    at=NOW,
    people=9,
    pairs=3,
    matched=6,
    upper_bound=8,
    solver="exact",
    note="",
    seconds=0.31,
    input_hash="",
    waited={},
    waiting={},
)


@pytest.fixture
def words(texts):
    """English words, with one topic to choose from."""
    return Words(texts, {"ghosting": Setback("ghosting", "Left *without* an answer")})


def text_of(parts) -> str:
    """Return all that parts of a card say."""
    items = [item for part in parts for item in (part, *getattr(part, "walk_children", tuple)())]
    return "\n".join(item.content for item in items if isinstance(item, ui.TextDisplay))


def test_a_card_says_each_thing_in_words_and_nothing_of_topics_that_are_gone(words):
    said = card_text(CARD, words)

    for part in (r"Left \*without\* an answer", "doing a doctorate", "English · Deutsch", "about 3 h", "ideas"):
        assert part in said
    assert "gone" not in said
    assert r"\*\*bold\*\*" in said
    assert r"\@everyone" in said


def test_an_offer_whose_card_was_made_general_says_why_it_says_little(words):
    general = replace(CARD, stage=None, topics=(), hours=None, helps=())
    little = text_of(offer_parts(replace(MEETING, cards=(general, general)), READER, words))

    assert words.texts("offer.says_little") in little
    assert words.texts("offer.says_little") not in text_of(offer_parts(MEETING, READER, words))


def test_hours_of_none_in_common_means_that_both_write_at_any_time(words):
    assert words.texts("offer.asynchronous") in card_text(replace(CARD, hours=0), words)


def test_there_is_a_way_to_begin_for_each_thing_that_helps_the_other(texts):
    said = opener_text(CARD, texts)

    assert texts("meeting.opener_listening") in said
    assert texts("meeting.opener_ideas") in said
    assert texts("meeting.opener_together") not in said
    assert texts("meeting.opener_any") in opener_text(replace(CARD, helps=()), texts)


@pytest.mark.parametrize("place", Place)
@pytest.mark.parametrize("check_ins", [0, 1])
def test_wherever_two_talk_there_is_a_way_out_and_no_two_buttons_are_the_same(words, place, check_ins):
    """Discord takes no message with the same custom id twice."""
    one = replace(MEETING, thread=77, check_ins=check_ins)
    (container,) = meeting_parts(one, READER, Met(OTHER, "sam", place), words)
    ids = [item.custom_id for item in container.walk_children() if isinstance(item, ui.Button)]

    assert {"meet:wrong:5", "meet:said:5:stop" if check_ins else "meet:end:5"} <= set(ids)
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("many", [0, 1, 5, 40])
def test_every_page_of_an_inbox_fits_a_message_and_each_letter_is_on_one(words, many):
    letters = [
        Letter(number, HERE, READER, "round.soon", {"at": "1700000000"}, None, NOW) for number in range(1, many + 1)
    ]
    current = [replace(MEETING, id=IntroductionId(number), check_ins=1) for number in range(1, many + 1)]
    inbox = Inbox(tuple(letters), (), tuple(current))
    reader = Reader(READER, {one.id: Met(OTHER, "sam", Place.LOST) for one in current}, is_mentor=True)
    read = []
    for page in range(len(packed(blocks_of(inbox, reader, words)))):
        shown = inbox_page(inbox, reader, page, words)
        read += shown.letters
        ids = [item.custom_id for item in shown.card.walk_children() if isinstance(item, ui.Button)]
        assert shown.card.total_children_count <= 40
        assert shown.card.content_length() <= 4000
        assert len(set(ids)) == len(ids)

    assert letters == read


def test_a_round_is_told_in_figures_with_what_was_tried(texts):
    said = text_of(rounds_card([replace(RECORD, note="exact took too long")], texts).children)

    for part in ("Round 4", "Took part: 9", "Pairs: 3", "6 people", "at most 8", "gap 25.00 %", "Wait on: 3", "0.3 s"):
        assert part in said
    assert "exact took too long" in said
    assert "What was tried" not in text_of(rounds_card([RECORD], texts).children)


def test_shortages_say_whom_to_look_for_the_most_wanted_first(words):
    few = Shortage(2, Kind.PEER, Obstacle.TIME, "", -3.5, -3.5, "")
    many = Shortage(6, Kind.MENTOR, Obstacle.STAGE, "es", 5.0, 9.0, "ghosting")
    said = text_of(shortages_card([few, many], words).children)

    assert said.index("**6** wait for a mentor") < said.index("**2** wait for a peer")
    assert r"Español · UTC+5 to UTC+9 · Left \*without\* an answer" in said
    assert "UTC-3:30" in said
