"""Whether a person's own words speak of ending their life or hurting themselves.

The words come from data/crisis.yaml (safety.md 5.3). What follows from a find is gentle, and the person alone sees it;
nothing is stored or told to anybody.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from string import ascii_lowercase
from typing import TYPE_CHECKING

from bot.safety.patterns import Line, Lines
from bot.safety.text import clean

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

_WORD = re.compile(r"[a-z]+")
_REPEATED_LETTER = re.compile(r"([a-z])\1+")
_APOSTROPHE = re.compile("['`‘’ʼ′´＇]")
_ACCENT = re.compile(r"[\u0300-\u036f]+")
_SPELLED = re.compile(r"(?<!\w)(?:\w[\W_]{1,2}){3,}\w(?!\w)")
_BLANK = re.compile(r"[\s\-_*/~]+")
_MARK = re.compile(r"[^\w ]+(?: +[^\w ]+)*")
_DIGIT_IN_WORD = re.compile("(?<=[a-z])[013457]|[013457](?=[a-z])")
_LETTERS = dict(zip("013457", "oieast", strict=True))


LONG_WORD = 5
"""Letters of a word that is still known without one of them, or with one more."""


class Tier(StrEnum):
    """How plainly a text speaks of it: in so many words, or around it."""

    EXPLICIT = "explicit"
    OBLIQUE = "oblique"


@dataclass(frozen=True, slots=True)
class Prototypes:
    """Sentences that a question's meaning is compared with: `heavy` ones, and `light` ones that only sound so."""

    heavy: tuple[str, ...]
    light: tuple[str, ...]


NO_PROTOTYPES = Prototypes((), ())


@dataclass(frozen=True, slots=True)
class CrisisPhrases:
    """What data/crisis.yaml holds.

    `softened`: explicit words that are denied, quoted or exaggerated, so that they count as oblique.
    `idioms` hide their own words, never what stands beside them. `fillers` are passed over; `misspelled` words are
    read as what they stand for.
    """

    explicit: Lines
    softened: Lines
    oblique: Lines
    idioms: Lines
    fillers: frozenset[str]
    misspelled: Mapping[str, str]
    prototypes: Prototypes

    @classmethod
    def of(
        cls,
        explicit: Iterable[str],
        *,
        softened: Iterable[str] = (),
        oblique: Iterable[str] = (),
        idioms: Iterable[str] = (),
        parts: Mapping[str, str] | None = None,
        fillers: Iterable[str] = (),
        keywords: Iterable[str] = (),
        prototypes: Prototypes = NO_PROTOTYPES,
    ) -> CrisisPhrases:
        """Compile lines in the language of data/crisis.yaml. Raises PatternError."""
        passed_over = frozenset(map(_squeezed, fillers))
        plain, soft, around, hiding = (list(each) for each in (explicit, softened, oblique, idioms))
        spelled = (*plain, *soft, *around, *hiding, *(parts or {}).values())
        # "exit" lacks a letter of "exist", and is a word of its own.
        known = {_squeezed(word) for words in spelled for word in _WORD.findall(words)}

        def lines(written: Iterable[str], *, in_one_piece: bool = False) -> Lines:
            return Lines.of(compiled(each, parts or {}, passed_over, in_one_piece=in_one_piece) for each in written)

        return cls(
            lines(plain),
            lines(soft),
            lines(around),
            lines(hiding, in_one_piece=True),
            passed_over,
            {typo: word for word in map(_squeezed, keywords) for typo in _typos_of(word) - known},
            prototypes,
        )

    def tier_of(self, text: str) -> Tier | None:
        """Return how plainly `text` speaks of a crisis, however it is typed; None where it does not."""
        plain = self.idioms.hidden_in(self.read(text))
        softer = self.softened.hidden_in(plain)
        if self.explicit.stand_in(softer):
            return Tier.EXPLICIT
        return Tier.OBLIQUE if softer != plain or self.oblique.stand_in(plain) else None

    def found_in(self, text: str) -> bool:
        """Tell whether `text` speaks of a crisis, plainly or around it."""
        return self.tier_of(text) is not None

    def read(self, text: str) -> str:
        """Return words, each with a blank after it, and `.` for a mark between them, and at both ends.

        Alike become: any apostrophe and none, accents and none, letters spelled out (`d i e`), digits for letters
        (`d1e`), stretched letters (`dieee`, but also `kill`), and misspelled keywords. Fillers are left out.
        """
        bare = _APOSTROPHE.sub("", clean(text))
        folded = bare.casefold()
        if not folded.isascii():
            folded = _ACCENT.sub("", unicodedata.normalize("NFKD", folded).casefold())
        joined = _SPELLED.sub(_letters_of, folded)
        marked = _MARK.sub(" . ", _BLANK.sub(" ", joined))
        words = _squeezed(_DIGIT_IN_WORD.sub(_letter_for, marked)).split()
        known = (self.misspelled.get(word, word) for word in words if word not in self.fillers)
        return " ".join([".", *known, ". "])


def compiled(words: str, parts: Mapping[str, str], fillers: Collection[str], *, in_one_piece: bool = False) -> Line:
    """Return one line of data/crisis.yaml, compiled; `fillers` are squeezed. Raises PatternError."""

    def spelling(word: str) -> str | None:
        squeezed = _squeezed(word)
        return None if squeezed in fillers else squeezed

    return Line.of(words, parts, spelling, in_one_piece=in_one_piece)


def _squeezed(word: str) -> str:
    return _REPEATED_LETTER.sub(r"\1", word)


def _typos_of(word: str) -> set[str]:
    """Return a word with two letters in each other's place; a long one also with one left out or one too many."""
    typos = {word[:at] + word[at + 1] + word[at] + word[at + 2 :] for at in range(len(word) - 1)}
    if len(word) >= LONG_WORD:
        typos |= {word[:at] + word[at + 1 :] for at in range(1, len(word))}
        typos |= {word[:at] + letter + word[at:] for at in range(1, len(word)) for letter in ascii_lowercase}
    return typos - {word}


def _letters_of(spelled: re.Match[str]) -> str:
    return "".join(filter(str.isalnum, spelled[0]))


def _letter_for(digit: re.Match[str]) -> str:
    return _LETTERS[digit[0]]
