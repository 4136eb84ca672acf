"""A clock is believed as long as it agrees with the seconds that passed, and with who knows the time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.core.checked_clock import TOLERANCE, CheckedClock

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
YEAR = timedelta(days=365)


class Machine:
    """A machine whose clock can be set, while its seconds pass."""

    def __init__(self) -> None:
        self.set_by = timedelta(0)
        self.seconds = 1000.0
        self.clock = CheckedClock(lambda: self.true + self.set_by, lambda: self.seconds)

    @property
    def true(self):
        return NOON + timedelta(seconds=self.seconds - 1000.0)


@pytest.fixture
def machine():
    """A machine with a clock that is right."""
    return Machine()


@pytest.mark.parametrize("jump", [YEAR, -YEAR, timedelta(days=2), TOLERANCE + SECOND, -TOLERANCE - SECOND])
def test_a_clock_that_jumps_is_not_believed_until_it_is_set_back(machine, jump):
    machine.set_by = jump
    wrong = machine.clock.now(), machine.clock.is_off_by
    machine.seconds += 3600
    later = machine.clock.now()
    machine.set_by = timedelta(0)

    assert (None, jump) == wrong
    assert later is None, "nor is it right by having been wrong for long"
    assert machine.true == machine.clock.now()


@pytest.mark.parametrize("off", [TOLERANCE, -TOLERANCE, SECOND])
def test_a_clock_that_is_a_little_off_is_believed(machine, off):
    machine.set_by = off
    machine.seconds += 86_400

    assert machine.true + off == machine.clock.now()


def test_a_clock_that_was_wrong_from_the_beginning_is_found_by_somebody_who_knows_the_time(machine):
    machine.set_by = YEAR
    wrong = CheckedClock(lambda: machine.true + machine.set_by, lambda: machine.seconds)
    believed = wrong.now()
    wrong.heard(machine.true)

    assert machine.true + YEAR == believed
    assert wrong.now() is None


def test_a_machine_that_slept_is_believed_again_once_somebody_tells_the_time(machine):
    """Its seconds stood still meanwhile, so its clock seems to have jumped."""
    machine.set_by = timedelta(hours=8)
    slept = machine.clock.now()
    machine.clock.heard(machine.true + machine.set_by)

    assert slept is None
    assert machine.true + machine.set_by == machine.clock.now()
