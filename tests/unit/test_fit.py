"""How well two people fit, and that health, money and where somebody stands alone never make a pair."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as trials

from bot.core.matching import Kind
from bot.core.peers import PeerSettings, Weights
from bot.pairing.candidates import Search
from bot.pairing.rounds import cosine_of, pair_now
from bot.pairing.table import Table
from bot.peers.constraints import forbidding, kinds_of
from bot.peers.fit import NEAR, STRANGERS, Rarity, because, parts_of, scaled, stage_part
from support.candidates import SENSITIVE, mentor, people, seeker, somebody

SETTINGS = PeerSettings()


def fit(one, other, among=(), kind=Kind.PEER, weights=SETTINGS.weights):
    """Return how well two people fit."""
    return parts(one, other, among, kind).total(weights)


def parts(one, other, among=(), kind=Kind.PEER):
    """Return the parts of a fit, rarity measured among both and some others."""
    rarity = Rarity.of([one, other, *among])
    return parts_of(kind, one, other, cosine=cosine_of(one, other), rarity=rarity, sensitive=SENSITIVE)


def test_the_same_in_everything_fits_perfectly():
    ada = somebody("ada", "rejection", story=0, stage=1, outlook=frozenset({"listening"}))

    assert 1 == pytest.approx(fit(ada, replace(ada, id="bob")))


def test_health_and_money_alone_never_make_a_pair():
    """Randomised evidence: matching on illness alone did not help (matching.md 3.9)."""
    shared = {"stage": 1, "outlook": frozenset({"listening"})}
    ada, bob = (somebody(name, *SENSITIVE, **shared) for name in ("ada", "bob"))

    assert 0 == fit(ada, bob)
    assert 0 < fit(*(replace(one, setbacks=one.setbacks | {"ghosting"}) for one in (ada, bob)))


def test_where_somebody_stands_and_what_helps_alone_never_make_a_pair():
    shared = {"stage": 1, "outlook": frozenset({"listening"})}

    assert 0 == fit(somebody("ada", "rejection", **shared), somebody("bob", "ghosting", **shared))


def test_stories_that_are_alike_make_a_pair_without_a_common_word():
    assert 0 < fit(somebody("ada", "rejection", story=0), somebody("bob", "ghosting", story=1))
    assert 0 == fit(somebody("ada", "rejection", story=0), somebody("bob", "ghosting", story=3))


def test_a_rare_setback_counts_more_than_one_that_everybody_names():
    crowd = [somebody(f"p{number}", "rejection") for number in range(9)]
    common = fit(somebody("ada", "rejection", "ghosting"), somebody("bob", "rejection"), crowd)
    rare = fit(somebody("ada", "rejection", "ghosting"), somebody("bob", "ghosting"), crowd)

    assert rare > common


def test_stories_count_from_what_strangers_have_upwards():
    assert [0, 0, 1, 1] == [scaled(cosine) for cosine in (-1.0, STRANGERS, NEAR, 1.0)]


def test_peers_of_one_stage_fit_best_and_mentors_two_steps_ahead():
    assert sorted((stage_part(Kind.PEER, 1, met) for met in range(1, 5)), reverse=True) == [1.0, 0.5, 0.0, 0.0]
    assert 2 == max((1, 2, 3, 4), key=lambda steps: stage_part(Kind.MENTOR, 0, steps))
    assert stage_part(Kind.PEER, None, 1) is None


def test_what_is_not_known_of_both_neither_helps_nor_harms():
    ada, bob = somebody("ada", "rejection"), somebody("bob", "rejection")

    assert 1 == fit(ada, bob)
    assert 1 == fit(replace(ada, stage=1), bob)


def test_weights_that_are_nought_leave_nothing_to_fit():
    nothing = Weights(*(0.0 for _ in fields(Weights)))

    assert 0 == fit(somebody("ada"), somebody("bob"), weights=nothing)


def test_each_part_that_speaks_for_a_pair_is_a_sentence():
    shared = {"story": 0, "outlook": frozenset({"listening"})}
    ada = somebody("ada", "rejection", "ghosting", stage=1, **shared)
    peer = replace(ada, id="bob")
    crowd = [somebody("p", "rejection")]

    expected = [("fit.setbacks", ("ghosting", "rejection")), ("fit.story", ()), ("fit.outlook", ("listening",))]
    reasons = because(Kind.PEER, ada, peer, parts(ada, peer, crowd))

    assert [*expected, ("fit.stage_same", ())] == [(reason.text_key, reason.values) for reason in reasons]
    one, other = seeker(), mentor()
    reasons = because(Kind.MENTOR, one, other, parts(one, other, kind=Kind.MENTOR))

    assert ["fit.setbacks", "fit.stage_ahead"] == [reason.text_key for reason in reasons]


def test_sensitive_topics_are_never_given_as_a_reason():
    ada, bob = (somebody(name, "rejection", *SENSITIVE) for name in ("ada", "bob"))

    assert ("rejection",) == because(Kind.PEER, ada, bob, parts(ada, bob))[0].values


def expected_edges(everybody, settings):
    """Return every pair that may be by the pure rules, with its fit."""
    rarity = Rarity.of(everybody)
    edges = {}
    for index, one in enumerate(everybody):
        for other in everybody[index + 1 :]:
            for kind, first, second in kinds_of(one, other):
                found = parts_of(
                    kind, first, second, cosine=cosine_of(first, second), rarity=rarity, sensitive=SENSITIVE
                ).total(settings.weights)
                if not forbidding(one, other) and found >= settings.floor:
                    edges[first.id if kind is Kind.MENTOR else min(first.id, second.id), second.id, kind] = found
    return edges


@trials(deadline=None)
@given(people())
def test_the_search_among_many_finds_exactly_what_the_rules_allow(everybody):
    """The two are one set of rules, written twice: once to be read, once for 50,000 people."""
    settings = replace(SETTINGS, floor=0.31415)  # no fit of these people lies on it
    graph = Search(everybody, settings, SENSITIVE).find().graph
    found = {
        (everybody[a].id, everybody[b].id, Kind.MENTOR if mentoring else Kind.PEER): fit
        for a, b, mentoring, fit in zip(graph.first, graph.second, graph.mentoring, graph.fit, strict=True)
    }

    assert found == pytest.approx(expected_edges(everybody, settings), abs=1e-5)


@trials(deadline=None)
@given(people())
def test_no_result_holds_a_pair_that_is_forbidden_or_below_the_floor(everybody):
    """Statements 16, 17, 18, 19, 20 and 21."""
    allowed = expected_edges(everybody, SETTINGS)
    result = pair_now(everybody, SETTINGS, SENSITIVE)

    assert {(pair.first, pair.second, pair.kind) for pair in result.pairs} <= allowed.keys()
    assert all(pair.fit >= SETTINGS.floor - 1e-6 for pair in result.pairs)


@trials(deadline=None)
@given(people())
def test_whoever_is_not_matched_learns_why_and_nobody_is_both(everybody):
    """Statement 24."""
    result = pair_now(everybody, SETTINGS, SENSITIVE)
    matched = {name for pair in result.pairs for name in (pair.first, pair.second)}

    assert result.matched == len(matched)
    assert sorted(one.id for one in everybody) == sorted([*matched, *(each.id for each in result.unmatched)])
    assert result.matched <= result.upper_bound


@trials(deadline=None)
@given(people())
def test_the_order_of_people_changes_nothing(everybody):
    """Statement 27."""
    there, back = (pair_now(order, SETTINGS, SENSITIVE) for order in (everybody, everybody[::-1]))

    assert (there.pairs, there.unmatched) == (back.pairs, back.unmatched)


def test_whoever_told_no_story_has_none_and_no_division_by_nothing_comes_of_it():
    table = Table.of([somebody("ada", story=0), somebody("bob")], SENSITIVE)

    assert [True, False] == table.has_story.tolist()
    assert not np.isnan(table.vectors).any()
