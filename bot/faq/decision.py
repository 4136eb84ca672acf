"""Whether to answer, to offer choices, or to say that there is no answer. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.models import Decision, Kind

if TYPE_CHECKING:
    from bot.core.models import Evidence, Thresholds

CHOICES = 3
"""Entries offered at most: a person reads three questions before giving up [assumed]."""


def kind_of(probability: float, thresholds: Thresholds) -> Kind:
    """Return what to do at a probability: it decides alone, never a bare cosine."""
    if probability < thresholds.choices:
        return Kind.UNKNOWN
    return Kind.ANSWER if probability >= thresholds.answer else Kind.CHOICES


def decide(evidence: Evidence) -> Decision:
    """Return the fate of a question. A FAQ with a single entry has no second choice to offer, and offers the one."""
    hits, probability = evidence.hits, evidence.probability
    kind = kind_of(probability, evidence.thresholds) if hits else Kind.UNKNOWN
    entry = hits[0].entry_id if kind is Kind.ANSWER else None
    return Decision(kind, entry, probability, hits[:CHOICES])
