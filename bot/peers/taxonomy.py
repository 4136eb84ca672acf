"""The topics people choose from: those that ship with Lantern, then the server's own. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.errors import Fault, SetbackFaultsError
from bot.core.peers import Setback
from bot.safety.cards import faults_in_sentence
from bot.safety.text import clean, faults_in_answer, has_words, normalise, slug_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MOST_SETBACKS = 25
"""Of a server in all: what one select of Discord holds."""
LABEL_LENGTHS = (3, 60)
LEADING = frozenset(f"card.{what}" for what in ("email", "link", "orcid", "handle", "year", "number"))
"""What no card may hold, so no topic either (safety.md 7, 14)."""


def taxonomy_of(shipped: Sequence[Setback], own: Sequence[Setback]) -> Mapping[str, Setback]:
    """Return topics by id, in the order they are offered. A shipped one wins over an own one that has its id."""
    ids = {setback.id for setback in shipped}
    return {setback.id: setback for setback in (*shipped, *(setback for setback in own if setback.id not in ids))}


def new_setback(typed: str, taxonomy: Mapping[str, Setback], *, is_sensitive: bool) -> Setback:
    """Return the topic a moderator typed. Raises SetbackFaultsError with every fault."""
    label = clean(typed)
    least, most = LABEL_LENGTHS
    faults = [Fault(found.text_key, found.values) for found in faults_in_answer(label)]
    faults += [fault for fault in faults_in_sentence(label) if fault.text_key in LEADING]
    if not least <= len(label) <= most or not has_words(label):
        faults.append(Fault("setback.length", {"least": least, "most": most, "length": len(label)}))
    if normalise(label) in {normalise(setback.label) for setback in taxonomy.values()}:
        faults.append(Fault("setback.taken", {"text": label}))
    if len(taxonomy) >= MOST_SETBACKS:
        faults.append(Fault("setback.full", {"most": MOST_SETBACKS}))
    if faults:
        raise SetbackFaultsError(faults)
    return Setback(slug_of(label, taxonomy.keys()), label, is_sensitive)
