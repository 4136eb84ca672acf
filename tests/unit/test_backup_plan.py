"""When a backup is due, and which ones stay."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.backups import BackupPlan

NOW = datetime(2026, 11, 28, 3, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PLAN = BackupPlan(Path("backups"))

moments = st.lists(st.integers(0, 2000), unique=True).map(lambda hours: [NOW - hour * HOUR for hour in hours])


def test_one_a_day_leaves_seven_days_and_the_newest_of_each_of_four_weeks():
    made = [NOW - day * DAY for day in range(60)]

    assert PLAN.kept(made, NOW) == {NOW - day * DAY for day in (*range(7), 13, 20)}, "Sundays, but today is Saturday"


def test_more_than_one_a_day_leaves_the_newest_of_each_day():
    made = [NOW - 6 * hour * HOUR for hour in range(8)]

    assert PLAN.kept(made, NOW) == {NOW, NOW - 6 * HOUR, NOW - 30 * HOUR}


@given(moments)
def test_the_newest_stays_and_no_other_that_is_too_old(made):
    kept = PLAN.kept(made, NOW)

    assert kept <= set(made)
    assert len(kept) <= PLAN.daily + PLAN.weekly
    assert not made or max(made) in kept
    assert all(NOW - each <= PLAN.days * DAY for each in kept if each != max(made))


@given(moments)
def test_what_was_kept_once_is_kept_when_asked_again(made):
    kept = PLAN.kept(made, NOW)

    assert kept == PLAN.kept(sorted(kept), NOW)


@pytest.mark.parametrize(
    ("made", "is_due"),
    [
        ([], True),
        ([NOW - 25 * HOUR], True),
        ([NOW - 23 * HOUR], False),
        ([NOW - 23 * HOUR, NOW + 300 * DAY], False),
        ([NOW + 300 * DAY], True),
    ],
    ids=["none", "old", "young", "young beside one from the future", "only one from the future"],
)
def test_one_is_due_when_the_newest_is_old_and_the_future_counts_for_nothing(made, is_due):
    assert is_due == PLAN.is_due(made, NOW)


def test_none_is_ever_due_where_the_bot_makes_none():
    assert not BackupPlan(Path("backups"), hours=0).is_due([], NOW)
