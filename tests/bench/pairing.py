"""`make bench-pairing`: pairs left out, fits and seconds against other ways, on the same edges, in one run."""

from __future__ import annotations

import platform
import resource
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT)]

import networkx as nx  # noqa: E402 - after the path
import numpy as np  # noqa: E402

from bench.crowd import crowd  # noqa: E402
from bench.sections import put  # noqa: E402
from bot.core.peers import PeerSettings  # noqa: E402
from bot.pairing.candidates import Search  # noqa: E402
from bot.pairing.graph import Split  # noqa: E402
from bot.pairing.rounds import pair_now  # noqa: E402
from bot.pairing.solve import Solver, best_edge_first, solve  # noqa: E402

SETTINGS = PeerSettings()
EXACT, NETWORKX_TO, NEAR_EXACT = (100, 1_000, 2_000, 5_000), 2_000, (10_000, 50_000)
FASTER, GAP, MINUTES, GIGABYTES = 50, 0.005, 5, 4
NOBODY = frozenset[str]()


def main() -> None:
    """Measure everything; exit 1 when a bar is missed."""
    rows, large, bars = [], [], []
    for mentors, title in ((0.0, "peers"), (0.2, "seekers and mentors")):
        for count in EXACT:
            say(f"{count:,} {title}")
            some_rows, some_bars = against_others(count, title, mentors)
            rows += some_rows
            bars += some_bars
    for count in NEAR_EXACT:
        say(f"{count:,} peers, candidate search and solver, in a process of their own")
        row, some_bars = near_exact(count)
        large.append(row)
        bars += some_bars
    put("pairing", report(rows, large, bars))
    for name, holds in bars:
        say(f"{'holds ' if holds else 'MISSED'} {name}")
    sys.exit(0 if all(holds for _, holds in bars) else 1)


def against_others(count, title, mentors):
    """Return the rows of a table, one for each way on the same edges, and the bars."""
    graph = Search(crowd(count, mentors=mentors), SETTINGS, NOBODY).find().graph
    found = ways(graph, with_networkx=count <= NETWORKX_TO)
    ours, our_seconds = found[Solver.EXACT.value]
    bars = [
        (f"{count:,} {title}: no way makes more pairs", all(len(pairs) <= len(ours) for pairs, _ in found.values()))
    ]
    if count == NETWORKX_TO and not mentors:
        ratio = found["networkx"][1] / our_seconds
        bars.append((f"{count:,} {title}: at least {FASTER} times as fast as networkx ({ratio:.0f})", ratio >= FASTER))
    return [(title, f"{count:,}", name, *columns) for name, columns in cells(graph, found)], bars


def near_exact(count):
    """Return a row of the table of large rounds, and the bars; in a process of its own, whose memory is the round's."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as child:
        matched, bound, pairs, solver_seconds, seconds, gigabytes = child.submit(whole_round, count).result()
    gap = (bound - matched) / bound
    figures = (f"{solver_seconds:.1f}", f"{seconds:.1f}", f"{gigabytes:.2f}")
    bars = [
        (f"{count:,}: at most {100 * GAP} % below the bound", gap <= GAP),
        (f"{count:,}: at most {MINUTES} minutes", seconds <= 60 * MINUTES),
        (f"{count:,}: at most {GIGABYTES} GB", gigabytes <= GIGABYTES),
    ]
    return (f"{count:,}", f"{bound:,}", f"{matched:,}", f"{pairs:,}", f"{100 * gap:.3f} %", *figures), bars


def ways(graph, *, with_networkx):
    """Return the pairs, as edges, and the seconds of processor time of each way: others on the machine change them little."""
    found = {}
    started = time.process_time()
    plan = solve(graph, SETTINGS.grace, Solver.EXACT)
    found[Solver.EXACT.value] = (list(plan.pairs), time.process_time() - started)
    split = Split(graph, SETTINGS.grace)
    rivals = {Solver.GREEDY.value: best_fit_first, "first come, first served": first_come}
    if with_networkx:
        rivals["networkx"] = by_networkx
    for name, rival in rivals.items():
        started = time.process_time()
        chosen = rival(split)
        found[name] = (sorted({int(edge) for edge in split.edge[chosen]}), time.process_time() - started)
    return found


def best_fit_first(split):
    """Take the best fitting pair, then the next, as most programs do."""
    return best_edge_first(split, split.steps)


def first_come(split):
    """Let each in turn, those who waited longest first, have the best of who is left."""
    neighbours = {}
    for index, (u, v, steps) in enumerate(zip(split.u.tolist(), split.v.tolist(), split.steps.tolist(), strict=True)):
        neighbours.setdefault(u, []).append((-steps, v, index))
        if not split.is_place[v]:
            neighbours.setdefault(v, []).append((-steps, u, index))
    taken, chosen = set(), []
    for person in sorted(neighbours, key=lambda vertex: (-int(split.graph.waited[split.person[vertex]]), vertex)):
        if person in taken:
            continue
        free = min((one for one in neighbours[person] if one[1] not in taken), default=None)
        if free is not None:
            taken |= {person, free[1]}
            chosen.append(free[2])
    return np.asarray(sorted(chosen), np.int64)


def by_networkx(split):
    """Solve it exactly in pure Python."""
    graph = nx.Graph()
    for index, (u, v, weight) in enumerate(
        zip(split.u.tolist(), split.v.tolist(), split.weights.tolist(), strict=True)
    ):
        graph.add_edge(u, v, weight=weight, index=index)
    return np.asarray(sorted(graph.edges[pair]["index"] for pair in nx.max_weight_matching(graph)), np.int64)


def cells(graph, found):
    """Yield for each way its name, and: people left out who have an edge, sum of fits, worst fit, processor seconds."""
    reachable = len({*graph.first.tolist(), *graph.second.tolist()})
    for name, (pairs, seconds) in found.items():
        fits = graph.fit[pairs]
        matched = len({*graph.first[pairs].tolist(), *graph.second[pairs].tolist()})
        yield (
            name,
            (str(len(pairs)), str(reachable - matched), f"{fits.sum():.1f}", f"{fits.min():.3f}", f"{seconds:.3f}"),
        )


def whole_round(count):
    """Return what a whole round of peers comes to, its seconds, and the most memory it took, in GB."""
    people = crowd(count)
    started = time.perf_counter()
    result = pair_now(people, SETTINGS, NOBODY)
    seconds = time.perf_counter() - started
    gigabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    return result.matched, result.upper_bound, len(result.pairs), result.seconds, seconds, gigabytes


def report(rows, large, bars) -> str:
    """Return the part about pairing."""
    packages = ", ".join(f"{name} {version(name)}" for name in ("rustworkx", "scipy", "networkx"))
    lines = [
        "Written by `make bench-pairing`, one run on one busy two-core machine, so read the ratios; everybody is invented",
        f"(`tests/bench/crowd.py`). {datetime.now(UTC).date()}, Python {platform.python_version()}, {packages}.",
        "Every way has the same edges. *Left out*: people with a possible pair who got none; *CPU s*: processor time.",
        "",
        "| who | people | way | pairs | left out | sum of fits | worst fit | CPU s |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
        *(f"| {' | '.join(row)} |" for row in rows),
        "",
        "Candidate search and solver together, of peers; seconds by the clock, whatever else ran:",
        "",
        "| people | proven bound | matched | pairs | gap | solver, s | in all, s | memory, GB |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
        *(f"| {' | '.join(row)} |" for row in large),
        "",
        "| bar | |",
        "| --- | --- |",
        *(f"| {name} | {'holds' if holds else '**missed**'} |" for name, holds in bars),
    ]
    return "\n".join(lines)


def say(text: str) -> None:
    """Tell whoever waits."""
    sys.stderr.write(text + "\n")


if __name__ == "__main__":
    main()
