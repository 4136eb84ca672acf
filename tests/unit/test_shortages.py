"""Shortages: how many lack whom, and nobody who could be told apart."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.core.matching import Kind, Obstacle, Shortage, Unmatched
from bot.core.peers import Role
from bot.peers.shortages import shortages
from support.candidates import SENSITIVE, people, seeker, somebody


def lacking(found, *, obstacle=Obstacle.TIME, k=2):
    """Return the shortages of people who all met the same obstacle."""
    return shortages(found, [Unmatched(one.id, obstacle) for one in found], sensitive=SENSITIVE, k=k)


def test_people_who_lack_the_same_are_one_row():
    found = [
        seeker(name, "ghosting", languages=frozenset({"es"}), utc_offset=offset)
        for name, offset in (("a", 5.0), ("b", 7.5))
    ]

    assert (Shortage(2, Kind.MENTOR, Obstacle.TIME, "es", 5.0, 7.5, "ghosting"),) == lacking(found)


def test_what_few_went_through_is_dropped_first():
    found = [somebody("a", "ghosting"), somebody("b", "rejection")]

    assert (Shortage(2, Kind.PEER, Obstacle.TIME, "en", 0.0, 0.0, ""),) == lacking(found)


def test_then_time_zones_are_widened():
    found = [somebody("a", utc_offset=-8.0), somebody("b", utc_offset=9.0)]

    assert (Shortage(2, Kind.PEER, Obstacle.TIME, "en", -8.0, 9.0, ""),) == lacking(found)


def test_then_the_language_goes():
    found = [somebody("a", languages=frozenset({"en"})), somebody("b", languages=frozenset({"es"}))]

    assert (Shortage(2, Kind.PEER, Obstacle.TIME, "", 0.0, 0.0, ""),) == lacking(found)


def test_who_is_alone_even_then_is_in_no_row():
    assert () == lacking([somebody("a")])


def test_a_mentor_whom_nobody_needs_lacks_nobody():
    assert () == lacking([somebody(name, roles=frozenset({Role.MENTOR}), slots=1) for name in "abc"])


def test_a_sensitive_topic_is_never_named():
    assert [""] == [row.setback for row in lacking([somebody(name, "limited-energy") for name in "abc"])]


@given(people(most=9), st.integers(1, 4), st.data())
def test_no_row_holds_fewer_than_k_and_nobody_is_in_two(found, k, data):
    """Statement 60: counts, never a profile."""
    obstacles = data.draw(st.lists(st.sampled_from(Obstacle), min_size=len(found), max_size=len(found)))
    unmatched = [Unmatched(one.id, obstacle) for one, obstacle in zip(found, obstacles, strict=True)]
    rows = shortages(found, unmatched, sensitive=SENSITIVE, k=k)
    looking = sum(bool(one.roles & {Role.PEER, Role.SEEKER}) for one in found)

    assert [] == [row for row in rows if row.people < k or row.setback in SENSITIVE]
    assert looking >= sum(row.people for row in rows)
    assert rows == shortages(found[::-1], unmatched[::-1], sensitive=SENSITIVE, k=k)
