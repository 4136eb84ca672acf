"""How often is too often, and for how long."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.errors import LimitError
from bot.safety.limits import Limit
from support.peers import NOOR, NOW, SAM

HOUR = timedelta(hours=1)


def taken(limit, key, now):
    try:
        limit.take(key, now)
    except LimitError:
        return False
    return True


def test_so_many_times_are_fine_and_one_more_is_not():
    limit = Limit(3, HOUR)

    assert [True, True, True, False, False] == [taken(limit, NOOR, NOW) for _ in range(5)]


def test_another_persons_times_are_their_own():
    limit = Limit(1, HOUR)
    limit.take(NOOR, NOW)

    assert taken(limit, SAM, NOW)


def test_the_error_names_nobody():
    limit = Limit(1, HOUR)
    limit.take(NOOR, NOW)
    with pytest.raises(LimitError) as caught:
        limit.take(NOOR, NOW)

    assert str(NOOR) not in str(caught.value)


@given(st.integers(1, 4), st.lists(st.integers(0, 90), max_size=30))
def test_in_no_period_are_there_more_and_nobody_is_refused_with_less(most, steps):
    limit, minute, done = Limit(most, HOUR), 0, []
    for step in steps:
        minute += step
        within = [one for one in done if one > minute - 60]
        is_allowed = taken(limit, NOOR, NOW + timedelta(minutes=minute))

        assert is_allowed == (len(within) < most)
        done += [minute] * is_allowed
