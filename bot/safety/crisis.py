"""Whether a person's own words speak of ending their life or hurting themselves.

Explicit phrases only, from data/crisis.yaml (safety.md 5.3, tier A). The consequence is gentle and always
the same: the person alone sees where to find help, before the answer they asked for. Nothing is stored or
told to anybody.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.safety.text import normalise

if TYPE_CHECKING:
    from collections.abc import Iterable

BUT_NOT = "but not "
"""What a line begins with whose words are an idiom: `but not cut myself some slack`."""

_REPEATED_LETTER = re.compile(r"([a-z])\1+")
_APOSTROPHE = re.compile(r"['`]")
_NOT_A_WORD = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class CrisisPhrases:
    """Phrases that ask for help first, and idioms that say something else in the same words."""

    phrases: re.Pattern[str]
    idioms: re.Pattern[str]

    @classmethod
    def of(cls, lines: Iterable[str]) -> CrisisPhrases:
        """Compile lines written in plain words: phrases, and idioms that begin with BUT_NOT."""
        phrases: list[str] = []
        idioms: list[str] = []
        for line in lines:
            (idioms if line.startswith(BUT_NOT) else phrases).append(_plain(line.removeprefix(BUT_NOT)))
        return cls(_any_of(phrases), _any_of(idioms))

    def found_in(self, text: str) -> bool:
        """Tell whether a phrase stands in `text`, however it is capitalised, stretched or punctuated.

        An idiom hides only its own words, never a phrase elsewhere in the text.
        """
        return self.phrases.search(self.idioms.sub(" |", f" {_plain(text)} ")) is not None


def _any_of(wordings: Iterable[str]) -> re.Pattern[str]:
    """Return a pattern of whole words; of nothing, one that is never found."""
    return re.compile("|".join(rf" {wording}(?= )" for wording in wordings if wording) or r"(?!)")


def _plain(text: str) -> str:
    """Return words only, single-spaced, with stretched letters (`dieee`, but also `kill`) squeezed alike."""
    words = _NOT_A_WORD.sub(" ", _APOSTROPHE.sub("", normalise(text)))
    return _REPEATED_LETTER.sub(r"\1", words).strip()
