"""Rules about text from people: cleaning, comparing, quoting, cutting."""

from __future__ import annotations

import re
import unicodedata

QUESTION_LENGTH = 1000
"""Characters of a question that are searched. The model reads 256 word pieces, about as much."""

_INVISIBLE = frozenset("\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u2800\u3164\uffa0\ufeff")
_SPACE = re.compile(r"\s+")
# Everything Discord's Markdown, mentions, time stamps, emoji and link detection can start or end with.
_MARKUP = re.compile(r"([\\*_~`|>#\-+\[\](){}<@:.!&/=])")
_ESCAPED = re.compile(r"\\([\\*_~`|>#\-+\[\](){}<@:.!&/=])")


def clean(text: str) -> str:
    """Return `text` as one line of visible characters in Unicode's NFC, idempotent.

    Control characters, zero-width and bidirectional controls, and blank fillers are dropped;
    the joiner that holds an emoji together stays between two other characters.
    """
    spaced = _SPACE.sub(" ", text)
    visible = "".join(character for character in spaced if not _is_invisible(character))
    return _SPACE.sub(" ", unicodedata.normalize("NFC", visible)).strip()


def _is_invisible(character: str) -> bool:
    # Cc controls, Cf format (zero-width, bidi), Cs lone surrogates (SQLite cannot store them), Co/Cn unassigned.
    return character in _INVISIBLE or unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Cn"}


def normalise(text: str) -> str:
    """Return the form under which two texts count as the same: NFKC, case folded, plain quotes."""
    folded = unicodedata.normalize("NFKC", clean(text)).casefold()
    folded = folded.translate({0x2018: "'", 0x2019: "'", 0x02BC: "'", 0x2032: "'", 0x201C: '"', 0x201D: '"'})
    return clean(folded)


def has_words(text: str) -> bool:
    """Tell whether there is a letter or a digit of any script."""
    return any(character.isalnum() for character in text)


def escape(text: str) -> str:
    """Quote a person's text so that Discord shows it letter for letter: no Markdown, link, mention or emoji."""
    return _MARKUP.sub(r"\\\1", text)


def unescape(text: str) -> str:
    """Undo `escape`: unescape(escape(t)) == t for every t."""
    return _ESCAPED.sub(r"\1", text)


def cut(text: str, limit: int) -> str:
    """Return `text` in at most `limit` characters, cut at a word where it must be, with an ellipsis."""
    if len(text) <= limit:
        return text
    head = text[: limit - 1]
    if not text[limit - 1].isspace():
        at_word = head.rstrip().rfind(" ")
        # A single long word is cut inside: half a word says more than nothing.
        head = head[:at_word] if at_word >= limit // 2 else head
    return head.rstrip() + "…"
