"""What forbids a pair: it is then in no result, whatever else speaks for it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.matching import Kind, Obstacle
from bot.core.peers import Role
from bot.peers.constraints import MINIMUM_HOURS, common_hours, forbidding, have_time, kinds_of, utc_spans
from support.candidates import mentor, people, seeker, somebody, spans

ADA, BOB = somebody("ada"), somebody("bob")


def at(*hours, offset=0.0, name="ada"):
    """Return somebody who is free at these hours of their day."""
    return somebody(name, hours=hours, utc_offset=offset, asynchronous=False)


def test_two_adults_of_one_language_who_write_at_any_time_may_be_paired():
    assert set() == forbidding(ADA, BOB)


@pytest.mark.parametrize("adult", [False, None])
def test_whoever_is_not_known_to_be_an_adult_is_paired_with_nobody(adult):
    """Statement 17."""
    assert {Obstacle.ADULT} == forbidding(replace(ADA, adult=adult), BOB)


@pytest.mark.parametrize("tie", ["blocks", "past", "same"])
def test_a_block_an_earlier_introduction_and_a_second_account_forbid_a_pair_from_either_side(tie):
    """Statements 16, 18, 19."""
    assert {Obstacle.PAST} == forbidding(replace(ADA, **{tie: frozenset({"bob"})}), BOB)
    assert {Obstacle.PAST} == forbidding(ADA, replace(BOB, **{tie: frozenset({"ada"})}))


def test_nobody_is_paired_with_themselves():
    """Statement 18."""
    assert Obstacle.PAST in forbidding(ADA, ADA)


def test_without_a_common_language_there_is_no_pair_and_spelling_does_not_matter():
    """Statement 21."""
    assert {Obstacle.LANGUAGE} == forbidding(ADA, replace(BOB, languages=frozenset({"es"})))
    assert {Obstacle.LANGUAGE} == forbidding(replace(ADA, languages=frozenset()), BOB)
    assert set() == forbidding(ADA, replace(BOB, languages=frozenset({" EN "})))


class TestTime:
    """Statement 21: time together, or both at any time."""

    def test_one_who_writes_at_any_time_and_one_who_does_not_need_hours_in_common(self):
        assert not have_time(ADA, at((18, 22)))
        assert have_time(replace(ADA, hours=((20, 23),)), at((18, 22)))

    def test_hours_are_those_of_everybodys_own_day(self):
        assert 4 == common_hours(at((18, 22)), at((18, 22)))
        assert 1 == common_hours(at((18, 22)), at((15, 19), offset=-6.0)) + common_hours(at((18, 22)), at((24, 1)))
        assert 3.5 == common_hours(at((18, 22)), at((18, 22), offset=0.5))

    def test_a_night_passes_midnight_and_so_does_a_time_zone(self):
        assert 4 == common_hours(at((22, 2)), at((21, 23), (0, 3), offset=0.0)) + 1
        assert 2 == common_hours(at((0, 2), offset=14.0), at((10, 12)))
        assert 2 == common_hours(at((23, 1), offset=-11.0), at((10, 12)))

    def test_a_whole_day_is_24_hours_and_no_hours_are_none(self):
        assert 24 == common_hours(at((0, 24)), at((0, 24), offset=5.5))
        assert 0 == common_hours(at((7, 7)), at((0, 24)))
        assert 0 == common_hours(at(), at((0, 24)))

    def test_less_than_the_least_is_not_enough(self):
        assert have_time(at((18, 19)), at((18, 22)))
        assert not have_time(at((18, 18 + MINIMUM_HOURS - 0.1)), at((18, 22)))

    @given(spans, st.sampled_from([-11.0, 0.0, 5.75]))
    def test_spans_ascend_and_neither_overlap_nor_pass_midnight(self, hours, offset):
        flat = [hour for span in utc_spans(at(*hours, offset=offset)) for hour in span]

        assert sorted(flat) == flat
        assert all(0 <= hour <= 24 for hour in flat)

    @given(people(most=2))
    def test_time_in_common_is_the_same_from_both_sides(self, two):
        assert common_hours(two[0], two[-1]) == pytest.approx(common_hours(two[-1], two[0]))


class TestRoles:
    def test_two_peers_and_one_who_seeks_with_a_mentor_make_a_pair_of_their_kind(self):
        assert [(Kind.PEER, ADA, BOB)] == list(kinds_of(ADA, BOB))
        assert [(Kind.MENTOR, seeker(), mentor())] == list(kinds_of(mentor(), seeker()))
        assert [] == list(kinds_of(seeker(), ADA)) + list(kinds_of(mentor(), ADA)) + list(kinds_of(seeker(), seeker()))

    def test_a_mentor_without_a_free_place_is_none(self):
        assert [] == list(kinds_of(seeker(), mentor(slots=0)))

    @pytest.mark.parametrize(("ahead", "may"), [(-1, False), (0, False), (1, True), (2, True), (3, True), (4, False)])
    def test_a_mentor_is_one_to_three_steps_ahead(self, ahead, may):
        assert may == bool(list(kinds_of(seeker(stage=1), mentor(stage=1 + ahead))))

    def test_steps_that_are_not_known_forbid_nothing(self):
        assert list(kinds_of(seeker(stage=None), mentor()))
        assert list(kinds_of(seeker(), mentor(stage=None)))

    def test_with_every_role_two_people_may_be_peers_or_the_one_ahead_a_mentor(self):
        every = frozenset(Role)
        ada, bob = (replace(one, roles=every, slots=1, stage=stage) for one, stage in ((ADA, 1), (BOB, 2)))

        assert [(Kind.PEER, ada, bob), (Kind.MENTOR, ada, bob)] == list(kinds_of(ada, bob))
