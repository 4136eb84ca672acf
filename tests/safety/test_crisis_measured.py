"""The figures of `lantern eval --safety` stay above the bars of a release, on the sets kept apart. See docs/crisis.md."""

from __future__ import annotations

import asyncio

import pytest

from bot.evaluation.safety import LEAST_OBLIQUE, MOST_OBLIQUE_TRAPS
from bot.quality import measured_safety
from bot.settings import Settings


@pytest.fixture(scope="module")
def figures(tmp_path_factory):
    """Shares found by words and meaning together, by figure."""
    settings = Settings(_env_file=None, state=tmp_path_factory.mktemp("safety"))
    apart, *_ = asyncio.run(measured_safety(settings, []))
    assert apart.below_bar == ()
    return {figure.name: figure.both for figure in apart.figures}


def test_everything_explicit_is_found(figures):
    """Statement 30: recall on the explicit set is 100 %."""
    found = figures["explicit: found"]

    assert found.of >= 150
    assert found.count == found.of


def test_what_is_said_around_it_is_mostly_found(figures):
    """Statement 31: recall on the oblique set is at least 80 %; `lantern eval --safety` prints it."""
    found = figures["oblique: found"]

    assert found.of >= 150
    assert found.count >= LEAST_OBLIQUE * found.of


def test_research_life_raises_nothing_in_tier_a_and_little_in_tier_b(figures):
    """Statement 32: of the traps none is in tier A, and at most 2 % in tier B."""
    plain, asked = figures["traps: in tier A"], figures["traps: in tier B"]

    assert plain.of >= 300
    assert plain.count == 0
    assert asked.count <= MOST_OBLIQUE_TRAPS * asked.of


def test_an_idiom_beside_a_real_statement_hides_nothing(figures):
    """Statement 33: every mixed text is found."""
    found = figures["mixed: found"]

    assert found.of >= 50
    assert found.count == found.of
