"""How often the story nearest to a story shares a setback with it; writes a Markdown table to standard output.

Asked with stories and the setbacks somebody else noted of them, JSON Lines {"story", "setbacks"}; they stay where they
are. Usage: python tests/bench/setbacks.py [FILE]
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT)]

from bot.core.matching import Candidate, Kind  # noqa: E402
from bot.core.peers import Weights  # noqa: E402
from bot.peers.fit import Rarity, parts_of  # noqa: E402
from bot.search.embedder import BUNDLED_MODEL, open_embedder  # noqa: E402

REAL = ROOT.parent / "shared" / "eval" / "real_setbacks_dev.jsonl"
SHUFFLES = 2_000
NEAREST = (1, 3)


def main() -> None:
    """Measure and print."""
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else REAL
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    vectors = open_embedder(BUNDLED_MODEL).embed([row["story"] for row in rows])
    tags = [frozenset(row["setbacks"]) for row in rows]
    shares = np.asarray([[bool(one & other) for other in tags] for one in tags])
    np.fill_diagonal(shares, val=False)
    ways = {
        "story vectors": vectors @ vectors.T,
        "fit without setbacks": fits([frozenset()] * len(tags), vectors),
        "fit": fits(tags, vectors),
        "setbacks alone": fits(tags, np.zeros_like(vectors)),
    }
    print(f"{len(rows)} stories, {int(shares.any(axis=1).sum())} of which share a setback with another at all\n")
    print(f"| nearest by | {' | '.join(f'shares one, best of {k}' for k in NEAREST)} | p (shuffled setbacks) |")
    print("| --- | --- | --- | --- |")
    print(f"| chance | {' | '.join(f'{chance(shares, k):.0%}' for k in NEAREST)} | |")
    for name, near in ways.items():
        found = " | ".join(f"{hits(shares, near, k):.0%}" for k in NEAREST)
        by_setbacks = name in {"fit", "setbacks alone"}
        print(f"| {name} | {found} | {'' if by_setbacks else f'{p_value(shares, near):.4f}'} |")


def fits(tags, vectors):
    """Return the fit of every two stories as peers, who are known by nothing else; shape (n, n)."""
    people = [Candidate(str(place), frozenset(), setbacks=one) for place, one in enumerate(tags)]
    rarity = Rarity.of(people)
    cosines = vectors @ vectors.T
    has_story = vectors.any(axis=1)
    found = np.zeros((len(people), len(people)))
    for i, one in enumerate(people):
        for j, other in enumerate(people):
            cosine = float(cosines[i, j]) if has_story[i] and has_story[j] else None
            parts = parts_of(Kind.PEER, one, other, cosine=cosine, rarity=rarity, sensitive=())
            found[i, j] = parts.total(Weights())
    return found


def hits(shares, near, k):
    """Return for which part of the stories one of the k nearest shares a setback; ties count as their mean."""
    masked = near.astype(np.float64, copy=True)
    np.fill_diagonal(masked, -np.inf)
    return float(np.mean([_hit(row, shared, k) for row, shared in zip(masked, shares, strict=True)]))


def _hit(near, shared, k):
    """Return the probability that one of the k nearest shares, where equally near ones come in any order."""
    edge = np.sort(near)[::-1][k - 1]
    sure, tied = near > edge, near == edge
    if shared[sure].any():
        return 1.0
    return 1.0 - none_of(int(tied.sum()), int(shared[tied].sum()), k - int(sure.sum()))


def none_of(count, good, draws):
    """Return the probability that `draws` out of `count`, of which `good` are, are none of those."""
    return float(np.prod([max(0, count - good - step) / (count - step) for step in range(draws)]))


def chance(shares, k):
    """Return what `hits` is for a random order."""
    return float(np.mean([none_of(len(row) - 1, int(row.sum()), k) * -1 + 1 for row in shares]))


def p_value(shares, near):
    """Return how often stories whose setbacks were dealt out anew do as well with the nearest one."""
    random = np.random.default_rng(1)
    found = hits(shares, near, 1)
    better = 0
    for _ in range(SHUFFLES):
        order = random.permutation(len(shares))
        better += hits(shares[np.ix_(order, order)], near, 1) >= found
    return (better + 1) / (SHUFFLES + 1)


if __name__ == "__main__":
    main()
