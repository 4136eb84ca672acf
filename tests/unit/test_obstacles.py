"""Which constraint keeps somebody from every partner, so that they know what to loosen."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import settings as trials

from bot.core.matching import Kind, Obstacle
from bot.core.peers import PeerSettings, Role
from bot.pairing.rounds import cosine_of, pair_now
from bot.peers.constraints import forbidding, is_ahead
from bot.peers.fit import Rarity, parts_of
from bot.peers.obstacles import EASIEST_FIRST, TEXT_KEYS
from support.candidates import SENSITIVE, mentor, people, seeker, somebody

ADA = somebody("ada", "rejection", stage=1)
BOB = somebody("bob", "rejection", stage=1)


def obstacle(one, *others):
    """Return what keeps somebody unmatched; None for who is matched."""
    result = pair_now([one, *others], PeerSettings(), SENSITIVE)
    return next((each.obstacle for each in result.unmatched if each.id == one.id), None)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, None),
        ({"adult": None}, Obstacle.ADULT),
        ({"languages": frozenset({"es"})}, Obstacle.LANGUAGE),
        ({"asynchronous": False}, Obstacle.TIME),
        ({"setbacks": frozenset({"relocation"})}, Obstacle.FIT),
        ({"roles": frozenset({Role.SEEKER})}, Obstacle.ROLES),
        ({"blocks": frozenset({"bob"})}, Obstacle.PAST),
        ({"past": frozenset({"bob"})}, Obstacle.PAST),
    ],
)
def test_the_one_thing_to_be_loosened_is_named(change, expected):
    """Statement 24."""
    assert expected is obstacle(replace(ADA, **change), BOB)


def test_who_is_alone_learns_that_nobody_else_is_there():
    assert Obstacle.NOBODY is obstacle(ADA)
    assert Obstacle.NOBODY is obstacle(ADA, replace(BOB, adult=False))


def test_a_mentor_too_few_or_too_many_steps_ahead_is_a_matter_of_stages():
    assert Obstacle.STAGE is obstacle(seeker(stage=1), mentor(stage=1))
    assert Obstacle.STAGE is obstacle(mentor(stage=1), seeker(stage=1))


def test_where_a_partner_is_taken_that_is_said():
    assert Obstacle.FULL is obstacle(somebody("zoe", "rejection", "ghosting", stage=1), ADA, BOB)


def test_a_second_person_for_whom_one_thing_is_enough_counts_more_than_many_for_whom_it_takes_two():
    """Nine speak another language and have no time; one has no time."""
    strangers = [somebody(f"p{n}", languages=frozenset({"es"}), asynchronous=False, hours=((1, 2),)) for n in range(9)]

    assert Obstacle.TIME is obstacle(ADA, *strangers, replace(BOB, asynchronous=False))


def test_of_two_that_would_help_as_much_the_easier_one_is_named():
    other_language = replace(BOB, languages=frozenset({"es"}))
    no_time = replace(BOB, id="cid", asynchronous=False)

    assert Obstacle.TIME is obstacle(ADA, other_language, no_time)


def test_every_obstacle_has_a_sentence(texts):
    assert set(Obstacle) == TEXT_KEYS.keys()
    assert all(texts(key) for key in TEXT_KEYS.values())


def test_many_of_another_kind_who_would_not_fit_do_not_count():
    """Forty peers who went through something else, and one mentor without time: more roles would help with nobody."""
    peers = [somebody(f"p{number}", "family", stage=1) for number in range(40)]
    busy = mentor(stage=2, asynchronous=False)

    assert Obstacle.TIME is obstacle(seeker(stage=1), busy, *peers)


def needed(one, other, everybody):
    """Yield for each thing that somebody else is there for what would have to be loosened; by the pure rules."""
    rarity = Rarity.of(everybody)
    is_mentor = {each.id: Role.MENTOR in each.roles and each.slots > 0 for each in (one, other)}
    ways = (
        (Kind.PEER, one, other, Role.PEER in one.roles, Role.PEER in other.roles),
        (Kind.MENTOR, one, other, Role.SEEKER in one.roles, is_mentor[other.id]),
        (Kind.MENTOR, other, one, is_mentor[one.id], Role.SEEKER in other.roles),
    )
    for kind, first, second, own, theirs in ways:
        parts = parts_of(kind, first, second, cosine=cosine_of(first, second), rarity=rarity, sensitive=SENSITIVE)
        if theirs:
            yield (
                set(forbidding(one, other))
                | ({Obstacle.ROLES} if not own else set())
                | ({Obstacle.STAGE} if kind is Kind.MENTOR and not is_ahead(second, first) else set())
                | ({Obstacle.FIT} if parts.total(PeerSettings().weights) < 0.31415 else set())
            )


def brute_force(one, everybody):
    """Return what keeps somebody from every partner, None for who has a possible one."""
    if one.adult is not True:
        return Obstacle.ADULT
    others = [other for other in everybody if other.id != one.id and other.adult is True]
    lists = [each for other in others for each in needed(one, other, everybody)]
    if not lists:
        return Obstacle.ROLES if others else Obstacle.NOBODY
    fewest = min(map(len, lists))
    counted = Counter(obstacle for each in lists if len(each) == fewest for obstacle in each)
    return min(EASIEST_FIRST, key=lambda each: (-counted[each], EASIEST_FIRST.index(each))) if fewest else None


@trials(deadline=None)
@given(people())
def test_it_is_the_one_whose_loosening_would_give_most_partners(everybody):
    """Statement 24, against brute force over the pure rules."""
    result = pair_now(everybody, PeerSettings(floor=0.31415), SENSITIVE)  # no fit of these people lies on it
    told = {each.id: each.obstacle for each in result.unmatched}
    expected = {one.id: brute_force(one, everybody) for one in everybody if one.id in told}

    assert {name: obstacle or Obstacle.FULL for name, obstacle in expected.items()} == told
