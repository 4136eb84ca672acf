"""What a sound pack may still have against it: long, hard to read, one-voiced, out of tone. Pure, no model needed."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bot.core.models import Entry, Pack

MOST_WORDS = 250
"""Of an answer: a tired person reads one screen."""
MOST_LIX = 45.0
"""Laesbarhetsindex (Bjoernsson 1968): words a sentence plus the share of words over six letters in per cent. Up to 40
reads like fiction, 40 to 50 like a newspaper, above 50 like an office. Needing no syllables, it fits any language."""
LONG_WORD = 6
LEAST_PHRASINGS = 6
VOICES = ("formal", "tired", "terse", "typo", "story", "elsewhere")
"""Each must ask every question once: a pack in one voice finds only people who talk like its authors."""
LEAST_ENTRIES = 3
"""Of a topic: a shelf with fewer is an orphan, and is better part of another."""

_WORD = re.compile(r"\w[\w'’-]*")
_SENTENCE_END = re.compile(r"[.!?:;](?=\s|$)|\n\s*[-*\d]")
_SHORTENERS = frozenset({"bit.ly", "t.co", "tinyurl.com", "goo.gl", "ow.ly", "is.gd", "buff.ly", "lnkd.in"})


@dataclass(frozen=True, slots=True)
class Advice:
    """Something to mend. `rule`: a short name of the reason; `entry`: whose it is, or a topic's id."""

    rule: str
    entry: str
    text: str


def lint(pack: Pack, tone: Mapping[str, str]) -> Iterator[Advice]:
    """Yield what people who read the pack would mind; `tone`: phrases not to use, with the reason."""
    for entry in pack.entries:
        yield from _lint_answer(entry, tone)
        yield from _lint_phrasings(entry)
        yield from lint_links(entry)
    held = Counter(entry.topic for entry in pack.entries)
    for topic in pack.topics:
        if held[topic.id] < LEAST_ENTRIES:
            yield Advice("orphan topic", topic.id, f"holds {held[topic.id]} entries; move them, or write more")
    used = {setback for entry in pack.entries for setback in entry.setbacks}
    linked = {other for entry in pack.entries for other in entry.related}
    for entry in pack.entries:
        if not entry.related and entry.id not in linked:
            yield Advice("no neighbours", entry.id, "no entry leads to it and it leads to none; give it `related`")
    if not used:
        yield Advice("no setbacks", pack.topics[0].id, "no entry names a setback, so none can lead on to a peer")


def lint_links(entry: Entry) -> Iterator[Advice]:
    """Yield what is wrong with the form of an entry's links; nothing is fetched."""
    for source in entry.sources:
        if source.link is None:
            continue
        try:
            parts = urlsplit(source.link)
            host, port = (parts.hostname or "").lower(), parts.port
        except ValueError as error:
            yield Advice("link", entry.id, f"{source.link} is no address ({error})")
            continue
        if parts.scheme != "https" or "." not in host or host.replace(".", "").isdigit():
            yield Advice("link", entry.id, f"{source.link} is no https address of a named host")
        elif "@" in parts.netloc or port is not None:
            yield Advice("link", entry.id, f"{source.link} names a user or a port; give the plain address")
        elif host.removeprefix("www.") in _SHORTENERS:
            yield Advice("link", entry.id, f"{source.link} hides where it leads; give the page itself")
        elif re.search(r"[?&](utm_|fbclid|gclid)", source.link):
            yield Advice("link", entry.id, f"{source.link} tracks who follows it; remove that part")


def readability(text: str) -> float:
    """Return the LIX of a text, see MOST_LIX; 0 for one without words."""
    words = _WORD.findall(text)
    if not words:
        return 0.0
    sentences = max(1, len(_SENTENCE_END.findall(text)))
    long_words = sum(sum(character.isalnum() for character in word) > LONG_WORD for word in words)
    return float(len(words) / sentences + 100 * long_words / len(words))


def _lint_answer(entry: Entry, tone: Mapping[str, str]) -> Iterator[Advice]:
    words = len(entry.answer.split())
    if words > MOST_WORDS:
        yield Advice("length", entry.id, f"has {words} words; at most {MOST_WORDS} are read")
    lix = readability(entry.answer)
    if lix > MOST_LIX:
        yield Advice("reading level", entry.id, f"has LIX {lix:.0f}, above {MOST_LIX:.0f}: shorter sentences and words")
    lowered = " ".join(entry.answer.casefold().replace("’", "'").split())
    for phrase, reason in tone.items():
        if re.search(rf"(?<!\w){re.escape(phrase)}(?!\w)", lowered):
            yield Advice("tone", entry.id, f"says {phrase!r}: {reason}")


def _lint_phrasings(entry: Entry) -> Iterator[Advice]:
    if len(entry.phrasings) < LEAST_PHRASINGS:
        yield Advice("phrasings", entry.id, f"has {len(entry.phrasings)} phrasings; give at least {LEAST_PHRASINGS}")
    if missing := [voice for voice in VOICES if voice not in {phrasing.kind for phrasing in entry.phrasings}]:
        yield Advice("voices", entry.id, f"has no phrasing of the kind {', '.join(missing)}")
