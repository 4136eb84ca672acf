"""How long people wait for somebody to be found, counting those who still wait. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from bot.core.matching import Reason

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bot.core.matching import RoundRecord

ROUNDS = 8
"""The last so many are looked at: two months by default, so that it is about how it is now (safety.md 7, 26)."""
LEAST_PEOPLE = 5
"""Fewer who waited tell nothing of others [assumed]."""
HALF, MOST = Fraction(1, 2), Fraction(1, 5)
"""What part still waits once half, and once most people were matched."""


@dataclass(frozen=True, slots=True)
class WaitingTimes:
    """After how many rounds half, and most people (four of five) were matched; 1 = in their first round.

    None: not within `seen`, the longest wait of which anything is known.
    """

    half: int | None
    most: int | None
    seen: int


def waiting_times(records: Sequence[RoundRecord]) -> WaitingTimes | None:
    """Return how long people wait, by a server's last rounds, newest first; None where too few took part to tell.

    The estimate of Kaplan and Meier (1958) in rounds. Of all who came into a round after so many rounds of waiting, a
    part was matched in it; who was not is still counted as waiting. So the wait of who was not matched yet counts too,
    as long as it is known, and nobody has to have been there from the first round.
    """
    matched, waiting = Counter[int](), Counter[int]()
    for record in records[:ROUNDS]:
        matched.update(record.waited)
        waiting.update(record.waiting)
    if matched[0] + waiting[0] < LEAST_PEOPLE:
        return None
    curve = list(_still_waiting(matched, waiting))
    return WaitingTimes(_reaches(curve, HALF), _reaches(curve, MOST), len(curve))


def _still_waiting(matched: Counter[int], waiting: Counter[int]) -> Iterator[Fraction]:
    """Yield what part still waits after 1, 2, ... rounds, as far as somebody was seen to."""
    part, rounds = Fraction(1), 0
    while (there := matched[rounds] + waiting[rounds]) and part:
        part *= Fraction(waiting[rounds], there)
        rounds += 1
        yield part


def _reaches(curve: Sequence[Fraction], part: Fraction) -> int | None:
    return next((rounds for rounds, left in enumerate(curve, start=1) if left <= part), None)


def in_words(times: WaitingTimes | None) -> Reason:
    """Return waiting times as a sentence: its key, and its values in the order of its placeholders."""
    if times is None:
        return Reason("wait.unknown")
    if times.half is None:
        return Reason("wait.longer", (str(times.seen),))
    if times.most is None:
        return Reason("wait.half", (str(times.half), str(times.seen)))
    if times.half == times.most:
        return Reason("wait.same", (str(times.most),))
    return Reason("wait.most", (str(times.half), str(times.most)))
