"""A round from people to pairs: candidates, a solver, a second pass for those left out, and why the rest is."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from bot.core.matching import Kind, Obstacle, Pair, RoundResult, Unmatched
from bot.pairing.candidates import Search
from bot.pairing.obstacles import obstacles_of
from bot.pairing.solve import EXACT_PEOPLE, Solver, bettered, solve, spare_pairs
from bot.pairing.table import Table
from bot.peers.fit import Rarity, because, parts_of
from bot.processes import TooLongError, in_child

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from numpy.typing import NDArray

    from bot.core.matching import Candidate
    from bot.core.peers import PeerSettings
    from bot.pairing.candidates import Found
    from bot.pairing.graph import Graph, Plan

SECOND_PASS = 2_000
"""At most so many of those left out are looked at once more, with all their pairs."""

log = logging.getLogger(__name__)


class Pairing:
    """Implements the port Pairer: each step of a round is computed in a process of its own.

    Only solvers may take long, so only they have to be done in time: looking for pairs ends in a time that the number
    of people alone decides (docs/benchmarks.md).
    """

    async def pair(
        self, people: Sequence[Candidate], settings: PeerSettings, sensitive: Collection[str]
    ) -> RoundResult:
        """Return the pairs of a round; `settings.budget_seconds` is for one solver, see `plan_in_time`.

        Raises ChildError.
        """
        people = sorted(people, key=lambda one: one.id)
        found = await in_child(look, None, people, settings, sensitive)
        plan = await plan_in_time(found.graph, grace=settings.grace, budget_seconds=settings.budget_seconds)
        graph, note = found.graph, plan.note
        if len(left_out := left_out_of(found, plan)):
            try:
                graph, plan = await in_child(
                    widened,
                    settings.budget_seconds,
                    *(people, settings, sensitive),
                    left_out=left_out,
                    graph=graph,
                    plan=plan,
                )
            except TooLongError as error:
                note = "; ".join(filter(None, (note, f"no second pass: {error}")))
                log.warning("A round of %d people, second pass: %s", len(people), error)
        result = await in_child(explained, None, people, settings, sensitive, found=found, graph=graph, plan=plan)
        return replace(result, note=note)

    async def spare(
        self, people: Sequence[Candidate], asker: str, settings: PeerSettings, sensitive: Collection[str]
    ) -> Pair | None:
        """Return the best pair for somebody that takes nothing away from the next round; None where there is none.

        None also where finding out takes too long. Raises ChildError.
        """
        try:
            return await in_child(spare_now, settings.budget_seconds, people, asker, settings, sensitive)
        except TooLongError as error:
            log.warning("Asked between rounds: %s", error)
            return None


async def plan_in_time(graph: Graph, *, grace: int, budget_seconds: float) -> Plan:
    """Return the plan by the best solver that is done in time; its note says which ones were given up.

    Up to EXACT_PEOPLE exact, then by the double cover, at last best edge first, which always ends. Raises ChildError.
    """
    count, given_up = len(graph.receives), list[str]()
    for solver in (Solver.EXACT, Solver.COVER) if count <= EXACT_PEOPLE else (Solver.COVER,):
        try:
            plan = await in_child(solve, budget_seconds, graph, grace, solver)
            return replace(plan, note="; ".join(given_up))
        except TooLongError:
            given_up.append(f"{solver} took longer than {budget_seconds:g} s")
            log.warning("A round of %d people: %s", count, given_up[-1])
    return replace(await in_child(solve, None, graph, grace, Solver.GREEDY), note="; ".join(given_up))


def pair_now(people: Sequence[Candidate], settings: PeerSettings, sensitive: Collection[str]) -> RoundResult:
    """Return the pairs of a round, computed here and without a limit. The order of people changes nothing."""
    people = sorted(people, key=lambda one: one.id)
    found = look(people, settings, sensitive)
    graph, plan = found.graph, solve(found.graph, settings.grace)
    if len(left_out := left_out_of(found, plan)):
        graph, plan = widened(people, settings, sensitive, left_out=left_out, graph=graph, plan=plan)
    return explained(people, settings, sensitive, found=found, graph=graph, plan=plan)


def look(people: Sequence[Candidate], settings: PeerSettings, sensitive: Collection[str]) -> Found:
    """Return the pairs that may be among people, who are sorted by id."""
    return Search(people, settings, sensitive).find()


def left_out_of(found: Found, plan: Plan) -> NDArray[np.int64]:
    """Return who has possible pairs that were not looked at and is in none; nobody where they are too many to help."""
    left_out = np.setdiff1d(np.flatnonzero(found.degree), sorted(matched_in(found.graph, plan.pairs)))
    return left_out if not found.is_all and len(left_out) <= SECOND_PASS else left_out[:0]


def widened(
    people: Sequence[Candidate],
    settings: PeerSettings,
    sensitive: Collection[str],
    *,
    left_out: NDArray[np.int64],
    graph: Graph,
    plan: Plan,
) -> tuple[Graph, Plan]:
    """Return the graph with all the pairs of those left out, and the plan that this makes possible."""
    wider = Search(people, settings, sensitive).every_edge_of(left_out, graph)
    return wider, bettered(graph, plan, wider, settings.grace)


def explained(
    people: Sequence[Candidate],
    settings: PeerSettings,
    sensitive: Collection[str],
    *,
    found: Found,
    graph: Graph,
    plan: Plan,
) -> RoundResult:
    """Return a plan by people's ids, with what speaks for each pair, and what keeps each of the rest.

    Where not every possible pair was looked at, `upper_bound` counts who has one at all, and mentors' places.
    """
    bound = plan.upper_bound if found.is_all else max(plan.matched, reachable(graph, found.degree))
    return RoundResult(
        pairs=_pairs(people, graph, plan.pairs, sensitive),
        matched=plan.matched,
        upper_bound=bound,
        unmatched=_unmatched(people, found.degree, matched_in(graph, plan.pairs), settings, sensitive),
        solver=plan.solver,
        note=plan.note,
        seconds=plan.seconds,
    )


def reachable(graph: Graph, degree: NDArray[np.int64]) -> int:
    """Return a bound on the people any plan can match: those with a pair at all, and of seekers as many as places."""
    has_one = degree > 0
    only_seeks = has_one & graph.receives
    only_seeks[graph.first[~graph.mentoring]] = only_seeks[graph.second[~graph.mentoring]] = False
    only_seeks &= graph.slots == 0
    places = int(graph.slots[has_one].sum())
    return int(has_one.sum()) - max(0, int(only_seeks.sum()) - places)


def spare_now(
    people: Sequence[Candidate], asker: str, settings: PeerSettings, sensitive: Collection[str]
) -> Pair | None:
    """Return the best pair for somebody that takes nothing away from the next round, computed here."""
    people = sorted(people, key=lambda one: one.id)
    place = next((index for index, one in enumerate(people) if one.id == asker), None)
    if place is None:
        return None
    search = Search(people, settings, sensitive)
    graph = search.every_edge_of(np.asarray([place]), search.find().graph)
    spare = spare_pairs(graph, place, grace=settings.grace)
    return next(iter(_pairs(people, graph, spare[:1], sensitive)), None)


def matched_in(graph: Graph, pairs: Sequence[int]) -> frozenset[int]:
    """Return the positions of the people in some pairs."""
    chosen = list(pairs)
    return frozenset(graph.first[chosen].tolist() + graph.second[chosen].tolist())


def _pairs(
    people: Sequence[Candidate], graph: Graph, pairs: Sequence[int], sensitive: Collection[str]
) -> tuple[Pair, ...]:
    rarity = Rarity.of(people)
    named = []
    for edge in pairs:
        first, second = people[int(graph.first[edge])], people[int(graph.second[edge])]
        kind = Kind.MENTOR if graph.mentoring[edge] else Kind.PEER
        parts = parts_of(kind, first, second, cosine=cosine_of(first, second), rarity=rarity, sensitive=sensitive)
        named.append(Pair(first.id, second.id, kind, float(graph.fit[edge]), because(kind, first, second, parts)))
    return tuple(named)


def cosine_of(one: Candidate, other: Candidate) -> float | None:
    """Return the cosine of two people's stories; None where either has none."""
    if not one.vector or not other.vector:
        return None
    return float(np.frombuffer(one.vector, np.float32) @ np.frombuffer(other.vector, np.float32))


def _unmatched(
    people: Sequence[Candidate],
    degree: NDArray[np.int64],
    matched: Collection[int],
    settings: PeerSettings,
    sensitive: Collection[str],
) -> tuple[Unmatched, ...]:
    rest = np.setdiff1d(np.arange(len(people)), sorted(matched))
    without = rest[degree[rest] == 0]
    found = obstacles_of(Table.of(people, sensitive), without, settings) if len(without) else []
    why = dict(zip(without.tolist(), found, strict=True))
    return tuple(Unmatched(people[index].id, why.get(index, Obstacle.FULL)) for index in rest.tolist())
