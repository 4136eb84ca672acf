"""How much each view counts, learnt from phrasings left out of the FAQ."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.search.fusion import RIVALS, _loss, learn_weights
from bot.search.left_out import LeftOut
from bot.search.scoring import DEFAULT_WEIGHTS, VIEWS
from support.scoring import seeds


def left_out_phrasings(random, phrasings, entries, telling=None):
    """Return phrasings to which every view shows chance; the view `telling` shows the right entry as well."""
    made = []
    for row in range(phrasings):
        owner = int(random.integers(entries))
        views = random.uniform(-1, 1, size=(len(VIEWS), entries)).astype(np.float32)
        if telling is not None:
            views[telling] = np.arange(entries) == owner
        made.append(LeftOut(row, owner, np.ones(1, np.float32), views))
    return made


@given(seeds, st.integers(1, 12), st.integers(1, RIVALS + 5))
@settings(deadline=None)  # the first one loads SciPy
def test_weights_are_shares_of_one_and_never_below_0(seed, phrasings, entries):
    weights = learn_weights(left_out_phrasings(np.random.default_rng(seed), phrasings, entries))

    assert len(VIEWS) == len(weights)
    assert pytest.approx(1) == sum(weights)
    assert all(weight >= 0 for weight in weights)


@pytest.mark.parametrize("telling", range(len(VIEWS)), ids=VIEWS)
@pytest.mark.parametrize("entries", [8, RIVALS + 20])
def test_a_view_that_always_tells_the_right_entry_gets_the_weight_and_chance_next_to_none(telling, entries):
    weights = learn_weights(left_out_phrasings(np.random.default_rng(telling), 150, entries, telling))
    others = np.delete(weights, telling)

    assert weights[telling] > 0.9
    assert max(others) < 0.05


def test_a_view_that_always_misleads_gets_no_weight():
    """The right entry is always the last in it."""
    misleading = left_out_phrasings(np.random.default_rng(5), 150, 8, telling=0)
    for one in misleading:
        one.views[1] = -one.views[0]
    weights = learn_weights(misleading)

    assert 0 == weights[1]


@pytest.mark.parametrize("entries", [[], [1], [1, 1]], ids=["no phrasings", "one entry", "one entry, two phrasings"])
def test_where_there_is_nothing_to_learn_the_weights_are_the_default(entries):
    random = np.random.default_rng(0)
    phrasings = [one for count in entries for one in left_out_phrasings(random, 1, count)]

    assert DEFAULT_WEIGHTS == learn_weights(phrasings)


def test_where_every_view_misleads_the_weights_are_the_default():
    misleading = left_out_phrasings(np.random.default_rng(0), 20, 8)
    for one in misleading:
        one.views[:, one.owner] = -2

    assert DEFAULT_WEIGHTS == learn_weights(misleading)


@given(seeds, st.integers(1, 6), st.integers(1, 8))
def test_the_gradient_of_the_loss_is_its_slope(seed, phrasings, rivals):
    random = np.random.default_rng(seed)
    table = random.uniform(-1, 1, size=(phrasings, rivals, len(VIEWS)))
    counts = random.integers(2, size=(phrasings, rivals)).astype(float)
    weights = random.uniform(0, 5, size=len(VIEWS))
    steps = 1e-5 * np.eye(len(VIEWS))
    slope = [
        (_loss(weights + step, table, counts)[0] - _loss(weights - step, table, counts)[0]) / 2e-5 for step in steps
    ]

    assert pytest.approx(slope, abs=1e-6) == _loss(weights, table, counts)[1]


def test_the_loss_is_minus_the_log_of_the_chance_of_the_right_entry():
    """Two phrasings: one rival as good as the right entry, then none at all."""
    table, counts = np.zeros((2, 1, len(VIEWS))), np.array([[1.0], [0.0]])

    assert pytest.approx(np.log(2) / 2) == _loss(np.ones(len(VIEWS)), table, counts)[0]
