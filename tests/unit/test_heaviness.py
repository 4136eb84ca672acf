"""A question is heavy by its meaning alone: nearer to heavy sentences than to light ones, and it is asked about."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bot import app
from bot.core.models import GuildId, UserId
from bot.safety.crisis import NO_PROTOTYPES, Prototypes
from bot.search.heaviness import LEAST_COSINE, MARGIN, Heaviness
from bot.search.index import text_hash

HERE, NOOR = GuildId(7), UserId(1)
HEAVY, LIGHT = "grey empty rivers carry everything downwards", "sunny meadows carry butterflies upwards"
QUESTION = "grey empty rivers, everything downwards"


def heaviness(heavy, light):
    """Return what compares with one prototype of each kind, given as vectors."""
    return Heaviness(np.array([heavy], np.float32), np.array([light], np.float32))


def at(cosine):
    """Return the unit vector of a plane that has `cosine` with its first axis."""
    return np.array([cosine, np.sqrt(1 - cosine**2)], np.float32)


@pytest.mark.parametrize(
    ("to_heavy", "to_light", "is_heavy"),
    [
        (0.9, 0.2, True),
        (0.2, 0.9, False),
        (LEAST_COSINE + 0.01, 0.0, True),
        (LEAST_COSINE - 0.01, 0.0, False),
        (0.5, 0.5 - MARGIN - 0.01, True),
        (0.5, 0.5 - MARGIN + 0.01, False),
    ],
)
def test_it_must_be_near_and_nearer_than_what_is_light(to_heavy, to_light, is_heavy):
    question = np.array([1.0, 0.0, 0.0], np.float32)
    heavy = [to_heavy, np.sqrt(1 - to_heavy**2), 0.0]
    light = [to_light, 0.0, np.sqrt(1 - to_light**2)]

    assert heaviness(heavy, light).is_heavy(question) is is_heavy


def test_without_prototypes_nothing_is_heavy():
    assert not Heaviness.of(NO_PROTOTYPES, {}).is_heavy(at(1.0))


def test_prototypes_go_by_the_hash_of_their_text():
    vectors = {text_hash("down"): at(1.0), text_hash("up"): at(0.0)}
    heavy = Heaviness.of(Prototypes(("down",), ("up",)), vectors)

    assert heavy.is_heavy(at(0.99))
    assert not heavy.is_heavy(at(0.01))


@pytest.fixture
async def comparing(small_content, word_embedder):
    """The bot's inside, for which one sentence is heavy and another light."""
    crisis = replace(small_content.crisis, prototypes=Prototypes((HEAVY,), (LIGHT,)))
    async with app.lantern(replace(small_content, crisis=crisis), None, None, lambda: word_embedder) as started:
        yield started


async def test_a_heavy_question_gets_help_first_and_is_not_kept(comparing):
    """Its words say nothing, so help comes with the answer."""
    asked = comparing.asking.read(QUESTION)
    reply = await comparing.asking.ask(HERE, asked, user=NOOR)

    assert asked.tier is None
    assert reply.help_first
    assert (reply.is_personal, reply.unanswered_id) == (True, None)


async def test_somebody_elses_heavy_words_get_no_help_but_are_not_kept_either(comparing):
    reply = await comparing.asking.ask(HERE, QUESTION, user=NOOR, own_words=False)

    assert (reply.help_first, reply.is_personal, reply.unanswered_id) == (False, True, None)


async def test_a_heavy_question_whose_choices_were_not_meant_is_not_kept_either(comparing):
    given_up = await comparing.asking.give_up(HERE, QUESTION, NOOR)

    assert (given_up.is_personal, given_up.unanswered_id) == (True, None)


async def test_a_light_question_is_kept_for_the_moderators(comparing):
    question = "butterflies of sunny meadows carry upwards"
    reply = await comparing.asking.ask(HERE, question, user=NOOR)
    given_up = await comparing.asking.give_up(HERE, question, NOOR)

    assert (reply.help_first, reply.is_personal, given_up.is_personal) == (False, False, False)
    assert given_up.unanswered_id is not None


async def test_comparing_embeds_no_question_twice(comparing, word_embedder):
    await comparing.asking.ask(HERE, QUESTION, user=NOOR)

    assert word_embedder.texts.count(QUESTION) == 1
