"""Whether a person's own words speak of ending their life or hurting themselves.

Explicit phrases only, from data/crisis.yaml (safety.md 5.3, tier A). The consequence is gentle and always the
same: the person alone sees where to find help, before the answer they asked for. Nothing is stored or told to anybody.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.safety.text import normalise

if TYPE_CHECKING:
    from collections.abc import Iterable

_REPEATED_LETTER = re.compile(r"([a-z])\1+")
_APOSTROPHE = re.compile(r"[’'`´]")
_NOT_A_WORD = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class CrisisPhrases:
    """Phrases that ask for help first, as one pattern with word boundaries."""

    pattern: re.Pattern[str]

    @classmethod
    def of(cls, phrases: Iterable[str]) -> CrisisPhrases:
        """Compile phrases written in plain words."""
        return cls(re.compile("|".join(rf" {re.escape(_plain(phrase))} " for phrase in phrases)))

    def found_in(self, text: str) -> bool:
        """Tell whether a phrase stands in `text`, however it is capitalised, stretched or punctuated."""
        return self.pattern.search(f" {_plain(text)} ") is not None


def _plain(text: str) -> str:
    """Return words only, single-spaced, with stretched letters (`dieee`, but also `kill`) squeezed alike."""
    words = _NOT_A_WORD.sub(" ", _APOSTROPHE.sub("", normalise(text)))
    return _REPEATED_LETTER.sub(r"\1", words).strip()
