"""Rules about text from people: cleaning, comparing, quoting, cutting."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

QUESTION_LENGTH = 1000
"""Characters of a question that are searched. The model reads 256 word pieces, about as much."""

_BLANKS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0")
_SPACE = re.compile(r"\s+")
_JOINER, _EMOJI_STYLE = "\u200d", "\ufe0f"
_EMOJI = "[\u2190-\u21ff\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff]"
# The joiner holds 👩‍🔬 together, the style gives ❤️ its colour; anywhere else neither is seen.
_STRAY = re.compile(
    f"(?<!{_EMOJI}){_EMOJI_STYLE}|(?<!{_EMOJI})(?<!{_EMOJI}{_EMOJI_STYLE}){_JOINER}|{_JOINER}(?!{_EMOJI})"
)
# Everything Discord's Markdown, mentions, time stamps, emoji and link detection can start or end with.
_MARKUP = re.compile(r"([\\*_~`|>#\-+\[\](){}<@:.!&/=])")
_ESCAPED = re.compile(r"\\([\\*_~`|>#\-+\[\](){}<@:.!&/=])")
_PLAIN_QUOTES = {ord(quote): "'" for quote in "‘’ʼ′"} | {ord(quote): '"' for quote in "“”"}


def clean(text: str) -> str:
    """Return `text` as one line of visible characters in Unicode's NFC, idempotent.

    Control characters, zero-width and bidirectional controls, and blank fillers are dropped;
    the joiner and the style of an emoji stay inside it.
    """
    spaced = _SPACE.sub(" ", text)
    visible = _STRAY.sub("", "".join(character for character in spaced if not _is_invisible(character)))
    return _SPACE.sub(" ", unicodedata.normalize("NFC", visible)).strip()


@lru_cache(4096)  # a question of 6,000 characters has few different ones, and must not hold up the event loop
def _is_invisible(character: str) -> bool:
    if character in {_JOINER, _EMOJI_STYLE}:
        return False
    is_variant = "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef"
    # Controls, formats (zero-width, bidi), surrogates (SQLite cannot store them), private use, unassigned.
    is_control = unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Cn"}
    return is_control or is_variant or character in _BLANKS


def normalise(text: str) -> str:
    """Return the form under which two texts count as the same: NFKC, case folded, plain quotes."""
    # The acute accent that many type as an apostrophe: NFKC would make a space and an accent of it.
    folded = unicodedata.normalize("NFKC", clean(text).replace("´", "'")).casefold()
    return clean(folded.translate(_PLAIN_QUOTES))


def has_words(text: str) -> bool:
    """Tell whether there is a letter or a digit of any script."""
    return any(character.isalnum() for character in text)


def escape(text: str) -> str:
    """Quote text so that Discord shows it letter for letter: no Markdown, link, mention or custom emoji."""
    return _MARKUP.sub(r"\\\1", text)


def unescape(text: str) -> str:
    """Return the text that `escape` made this from."""
    return _ESCAPED.sub(r"\1", text)


def cut(text: str, limit: int) -> str:
    """Return `text` in at most `limit` characters, cut at a word where it must be, with an ellipsis."""
    if len(text) <= limit:
        return text
    head = text[: limit - 1]
    if not text[limit - 1].isspace():
        at_word = head.rfind(" ")
        # A single long word is cut inside: half a word says more than nothing.
        head = head[:at_word] if at_word >= limit // 2 else head
    return head.rstrip() + "…"
