"""Whether to answer, to offer choices, or to say that there is no answer. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.models import Decision, Kind

if TYPE_CHECKING:
    from bot.core.models import Evidence, Thresholds

CHOICES = 3
"""Entries offered at most: a person reads three questions before giving up [assumed]."""


def decide(evidence: Evidence, thresholds: Thresholds) -> Decision:
    """Return the fate of a question: the probability decides alone, never a bare cosine.

    A FAQ with a single entry has no second choice to offer, and offers the one.
    """
    hits, probability = evidence.hits, evidence.probability
    if not hits or probability < thresholds.choices:
        return Decision(Kind.UNKNOWN, None, probability, hits[:CHOICES])
    if probability >= thresholds.answer:
        return Decision(Kind.ANSWER, hits[0].entry_id, probability, hits[:CHOICES])
    return Decision(Kind.CHOICES, None, probability, hits[:CHOICES])
