"""How well two people fit, from 0 to 1, in parts that can each be said in one plain sentence. Pure.

Health, money and demographics alone never make a fit: it takes a setback that both named and that is not sensitive, or
stories that are more alike than stories of strangers are.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.core.matching import Kind, Reason

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from bot.core.matching import Candidate
    from bot.core.peers import Weights

STRANGERS, NEAR = 0.45, 0.75
"""The cosines of stories that count as 0 and as 1. 35 real ones (bundled model): of all pairs half are below .22, 95 %
below .45, the nearest .60."""
TELLING = 0.25
"""A story part from which it counts as evidence, and is worth a sentence."""
PEER_STEPS = {0: 1.0, 1: 0.5}
"""How well peers fit that are so many steps apart; more: not at all."""
MENTOR_STEPS = {1: 0.8, 2: 1.0, 3: 0.9}
"""Two or three steps ahead are best (ADPList's guide)."""


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of a fit, each from 0 to 1, None where it is not known of both.

    `common`: the setbacks both named that are no sensitive ones, the rarest first.
    """

    story: float | None
    setbacks: float | None
    outlook: float | None
    stage: float | None
    common: tuple[str, ...] = ()

    @property
    def is_evidence(self) -> bool:
        """Whether anything says that the two went through the same."""
        return bool(self.common) or (self.story or 0.0) >= TELLING

    def total(self, weights: Weights) -> float:
        """Return the fit: the weighted mean of what is known of both; 0 without evidence."""
        if not self.is_evidence:
            return 0.0
        pairs = (
            (self.story, weights.story),
            (self.setbacks, weights.setbacks),
            (self.outlook, weights.outlook),
            (self.stage, weights.stage),
        )
        known = [(part, weight) for part, weight in pairs if part is not None]
        whole = sum(weight for _, weight in known)
        return min(1.0, sum(part * weight for part, weight in known) / whole) if whole > 0 else 0.0


@dataclass(frozen=True, slots=True)
class Rarity:
    """How much it says that two people share a setback: more, the fewer named it (inverse document frequency)."""

    weights: Mapping[str, float]

    @classmethod
    def of(cls, people: Iterable[Candidate]) -> Rarity:
        """Weigh each setback by ln(1 + n / times), as many people as there are."""
        everybody = list(people)
        times = Counter(setback for somebody in everybody for setback in somebody.setbacks)
        return cls({setback: math.log(1 + len(everybody) / count) for setback, count in times.items()})

    def alike(self, one: Collection[str], other: Collection[str]) -> float | None:
        """Return how alike two sets are: weighted overlap (Jaccard, weighted); None where either is empty."""
        if not one or not other:
            return None
        both, either = set(one) & set(other), set(one) | set(other)
        return sum(self.weights[each] for each in both) / sum(self.weights[each] for each in either)


def parts_of(
    kind: Kind,
    receiver: Candidate,
    met: Candidate,
    *,
    cosine: float | None,
    rarity: Rarity,
    sensitive: Collection[str],
) -> Parts:
    """Return the parts of a fit; `cosine`: of their stories, None where either has none."""
    common = (receiver.setbacks & met.setbacks).difference(sensitive)
    return Parts(
        story=None if cosine is None else scaled(cosine),
        setbacks=rarity.alike(receiver.setbacks, met.setbacks),
        outlook=jaccard(receiver.outlook, met.outlook),
        stage=stage_part(kind, receiver.stage, met.stage),
        common=tuple(sorted(common, key=lambda each: (-rarity.weights[each], each))),
    )


def scaled(cosine: float) -> float:
    """Return a cosine as a part from 0, as strangers' stories have it (they are all sad), to 1."""
    return min(1.0, max(0.0, (cosine - STRANGERS) / (NEAR - STRANGERS)))


def jaccard(one: Collection[str], other: Collection[str]) -> float | None:
    """Return the overlap of two sets as a part of both; None where either is empty."""
    if not one or not other:
        return None
    return len(set(one) & set(other)) / len(set(one) | set(other))


def stage_part(kind: Kind, receiver: int | None, met: int | None) -> float | None:
    """Return how well two stages fit; None where either is unknown."""
    if receiver is None or met is None:
        return None
    if kind is Kind.PEER:
        return PEER_STEPS.get(abs(met - receiver), 0.0)
    return MENTOR_STEPS.get(met - receiver, 0.0)


def because(kind: Kind, receiver: Candidate, met: Candidate, parts: Parts) -> tuple[Reason, ...]:
    """Return each part that speaks for a pair as one plain sentence, the strongest grounds first."""
    reasons = []
    if parts.common:
        reasons.append(Reason("fit.setbacks", parts.common))
    if (parts.story or 0.0) >= TELLING:
        reasons.append(Reason("fit.story"))
    if shared := sorted(receiver.outlook & met.outlook):
        reasons.append(Reason("fit.outlook", tuple(shared)))
    if parts.stage:
        if kind is Kind.MENTOR:
            reasons.append(Reason("fit.stage_ahead"))
        elif receiver.stage == met.stage:
            reasons.append(Reason("fit.stage_same"))
    return tuple(reasons)
