"""Waiting times: the curve of Kaplan and Meier in rounds, with those who still wait in it."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.matching import Reason, RoundRecord
from bot.core.texts import DECLARED
from bot.peers.waiting import ROUNDS, WaitingTimes, in_words, waiting_times


def held(waited=None, waiting=None) -> RoundRecord:
    """Return the record of a round by who was matched, and who still waits, after how many rounds."""
    return RoundRecord(
        number=1,
        at=datetime.now(UTC),
        people=0,
        pairs=0,
        matched=0,
        upper_bound=0,
        solver="",
        note="",
        seconds=0.0,
        input_hash="",
        waited=waited or {},
        waiting=waiting or {},
    )


def test_those_who_still_wait_count():
    """Statement 26: of ten two were matched at once and eight wait, so nobody may be told "one round"."""
    assert WaitingTimes(None, None, 1) == waiting_times([held({0: 2}, {0: 8})])


def test_whoever_waits_is_followed_from_round_to_round():
    """Ten come; 4 are matched in the first round, 3 of 6 in the second, 2 of 3 in the third: .6, .3, .1 still wait."""
    third, second, first = held({2: 2}, {2: 1}), held({1: 3}, {1: 3}), held({0: 4}, {0: 6})

    assert WaitingTimes(2, 3, 3) == waiting_times([third, second, first])


def test_only_the_last_rounds_count():
    """Statement 26: the last 8 rounds."""
    fast, slow = held({0: 10}), held({}, {0: 10})

    assert WaitingTimes(1, 1, 1) == waiting_times([fast] * ROUNDS + [slow] * 50)


@pytest.mark.parametrize("records", [[], [held({0: 4})], [held({3: 9}, {3: 9})]], ids=["none", "few", "no newcomers"])
def test_too_few_people_tell_nothing(records):
    assert waiting_times(records) is None


def test_a_wait_nobody_has_come_to_the_end_of_is_told_as_longer():
    assert WaitingTimes(1, None, 2) == waiting_times([held({0: 6, 1: 1}, {0: 4, 1: 3})])


@given(st.lists(st.integers(1, 6), min_size=5, max_size=60), st.integers(1, 6))
def test_where_everybody_starts_together_it_is_the_share_of_people(waits, seen):
    """People who all began in one round and were watched for `seen` rounds: brute force over the people."""
    records = [
        held(
            {number: sum(wait == number + 1 for wait in waits)},
            {number: sum(wait > number + 1 for wait in waits)},
        )
        for number in range(seen)
    ]
    by_round = {number: sum(wait > number for wait in waits) for number in range(1, seen + 1)}
    times = waiting_times(records[::-1])

    assert next((number for number in by_round if by_round[number] * 2 <= len(waits)), None) == times.half
    assert next((number for number in by_round if by_round[number] * 5 <= len(waits)), None) == times.most


@given(st.lists(st.tuples(st.integers(0, 3), st.booleans()), min_size=1, max_size=40))
def test_one_more_who_still_waits_never_makes_it_shorter(people):
    matched = Counter(waited for waited, is_matched in people if is_matched)
    waiting = Counter(waited for waited, is_matched in people if not is_matched)
    matched[0] += 5
    before = waiting_times([held(matched, waiting)])
    after = waiting_times([held(matched, waiting + Counter({0: 1}))])

    longest = 10**6
    assert (before.half or longest) <= (after.half or longest)
    assert (before.most or longest) <= (after.most or longest)


@pytest.mark.parametrize(
    ("times", "reason"),
    [
        (None, Reason("wait.unknown")),
        (WaitingTimes(None, None, 3), Reason("wait.longer", ("3",))),
        (WaitingTimes(2, None, 4), Reason("wait.half", ("2", "4"))),
        (WaitingTimes(1, 1, 4), Reason("wait.same", ("1",))),
        (WaitingTimes(2, 4, 5), Reason("wait.most", ("2", "4"))),
    ],
)
def test_it_is_said_in_one_sentence(times, reason):
    assert reason == in_words(times)
    assert len(DECLARED[reason.text_key]) == len(reason.values)
