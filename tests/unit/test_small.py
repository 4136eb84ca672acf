"""The small FAQ of the tests: its three questions meet the three decisions that they are named for."""

import pytest

from bot import app
from bot.core.models import NO_GUILD, Kind
from bot.faq.decision import decide
from support.parts import WordEmbedder
from support.small import ANSWERED, OFFERED, UNKNOWN, small_pack

ROOM = 0.05
"""Between a probability and the thresholds: so that another build of NumPy moves no question to the other side."""


@pytest.fixture
async def search(content):
    small = app.Content(content.texts, small_pack(), content.crisis, content.setbacks, content.helplines)
    async with app.lantern(small, None, None, WordEmbedder) as lantern:
        yield lantern.search


async def test_each_question_has_its_decision_with_room_to_the_thresholds(search):
    for expected, first, question in (
        (Kind.ANSWER, "letters", ANSWERED),
        (Kind.CHOICES, "visas", OFFERED),
        (Kind.UNKNOWN, None, UNKNOWN),
    ):
        evidence = await search.search(NO_GUILD, question, without=frozenset())
        limits = evidence.thresholds

        assert expected is decide(evidence).kind
        assert first in (None, evidence.hits[0].entry_id)
        assert ROOM < min(abs(evidence.probability - limit) for limit in (limits.answer, limits.choices))
