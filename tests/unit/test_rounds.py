"""Rounds, as far as no database is needed: when, who, and what is kept of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.core.matching import Kind, Obstacle, Pair, RoundResult, Unmatched
from bot.core.models import UserId
from bot.core.peers import PeerSettings, Role
from bot.peers.rounds import Rounds, hash_of, record_of, taking_part
from support.candidates import people, somebody
from support.peers import NOW, make_member

EVERYTHING = frozenset(Role)
moments = st.timedeltas(timedelta(days=-4000), timedelta(days=4000)).map(NOW.__add__)


@given(st.integers(0, 6), st.integers(0, 23), moments)
def test_the_next_round_is_the_first_on_its_day_and_hour_after_now(day, hour, now):
    at = Rounds.next_at(PeerSettings(round_day=day, round_hour=hour), now)

    assert (day, hour, 0, 0, 0) == (at.weekday(), at.hour, at.minute, at.second, at.microsecond)
    assert now < at <= now + timedelta(days=7)


def there(candidates=(), members=(), offered=(), taken=None, number=4):
    """Return who takes part, by id."""
    return {one.id: one for one in taking_part(candidates, members, offered, taken or {}, number=number)}


ONE = somebody("1", roles=EVERYTHING, slots=2)


def test_whoever_skips_this_round_is_not_in_it():
    assert {} == there([ONE], [make_member(UserId(1), skips=4)])


def test_whoever_skipped_another_round_is():
    assert {"1"} == there([ONE], [make_member(UserId(1), skips=3)]).keys()


def test_whoever_is_not_a_member_any_more_is_not_in_it():
    """Statement 1."""
    assert {} == there([ONE], [make_member(UserId(2))])


def test_an_open_offer_is_enough_at_a_time_but_mentors_may_have_more():
    """Statement 7."""
    found = there([ONE], [make_member(UserId(1))], offered={UserId(1)})

    assert frozenset({Role.MENTOR}) == found["1"].roles
    assert {} == there([somebody("1")], [make_member(UserId(1))], offered={UserId(1)})


def test_a_resting_mentor_does_not_mentor():
    """Statement 59."""
    found = there([ONE], [make_member(UserId(1), rests=1)])

    assert (EVERYTHING - {Role.MENTOR}, 0) == (found["1"].roles, found["1"].slots)


def test_places_that_are_taken_are_not_free():
    """Statement 13."""
    mentor = replace(ONE, roles=frozenset({Role.MENTOR}), slots=2)

    assert 1 == there([mentor], [make_member(UserId(1))], taken={UserId(1): 1})["1"].slots
    assert {} == there([mentor], [make_member(UserId(1))], taken={UserId(1): 2})


def test_a_record_counts_those_who_look_for_somebody_by_their_wait():
    """Statement 27: pairs, bound, gap, unmatched; nobody in it."""
    found = [
        somebody("1", waited=2),
        somebody("2"),
        somebody("3", waited=2),
        somebody("4", roles=frozenset({Role.MENTOR}), slots=1, waited=9),
    ]
    unmatched = (Unmatched("3", Obstacle.FULL), Unmatched("4", Obstacle.ROLES))
    result = RoundResult((Pair("1", "2", Kind.PEER, 0.5, ()),), 2, 3, unmatched, "exact", "a note", 0.1)
    record = record_of(7, NOW, found, result, settings=PeerSettings(), sensitive=())

    assert (7, 4, 1, 2, 3) == (record.number, record.people, record.pairs, record.matched, record.upper_bound)
    assert ({2: 1, 0: 1}, {2: 1}) == (record.waited, record.waiting)


@given(people(most=5), st.randoms())
def test_the_hash_of_the_input_knows_no_order(found, random):
    """Statement 27: same input, same hash."""
    shuffled = random.sample(found, len(found))

    assert hash_of(found, PeerSettings()) == hash_of(shuffled, PeerSettings())


def test_the_hash_tells_inputs_apart():
    inputs = [
        ([somebody("1")], PeerSettings()),
        ([somebody("1", waited=1)], PeerSettings()),
        ([somebody("1", story=1)], PeerSettings()),
        ([somebody("1")], PeerSettings(floor=0.4)),
        ([somebody("1"), somebody("2")], PeerSettings()),
    ]

    assert len(inputs) == len({hash_of(*each) for each in inputs})
