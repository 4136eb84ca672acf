"""Rules about text from people: cleaning, comparing, quoting, cutting, naming, and what an answer must not hold."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from itertools import count, islice
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

QUESTION_LENGTH = 1000
"""Characters of a question that are searched. The model reads 256 word pieces, about as much."""
SLUG_LENGTH = 60
MOST_LINKS = 50
"""Of an answer; each is looked at."""

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
_MENTION = re.compile(r"@(everyone|here)\b|<[@#][!&]?\d+>")
_CODE = re.compile(r"(?<![\\`])(`+)(?!`).*?[^`]\1(?!`)", re.DOTALL)
_BRACKET = re.compile(r"\[|\](?:\(\s*<?(?P<address>[^\s<>)]*))?")
_ADDRESS = re.compile(r"(?:https?://|www\.)[^\s<>]+", re.IGNORECASE)
_BARE_ADDRESS = re.compile(r"(?P<host>[\w-]+(?:\.[\w-]+)*\.[^\W\d_]{2,})(?:[/:?#]\S*)?")
_PLAIN_QUOTES = {ord(quote): "'" for quote in "‘’ʼ′"} | {ord(quote): '"' for quote in "“”"}


def clean(text: str) -> str:
    """Return `text` as one line of visible characters in Unicode's NFC, idempotent.

    Control characters, zero-width and bidirectional controls, and blank fillers are dropped;
    the joiner and the style of an emoji stay inside it.
    """
    plain = " ".join(text.split())
    if plain.isascii() and plain.isprintable():
        return text if plain == text else plain  # most texts, in a tenth of the time
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
    cleaned = clean(text)
    if cleaned.isascii():
        return cleaned if cleaned.islower() else cleaned.lower()
    # The acute accent that many type as an apostrophe: NFKC would make a space and an accent of it.
    folded = unicodedata.normalize("NFKC", cleaned.replace("´", "'")).casefold()
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


def quoted(text: str, limit: int) -> str:
    """Return text as `escape` does, cut so that what is sent has at most `limit` characters, escapes included."""
    shown = cut(text, limit)
    while len(escape(shown)) > limit:
        shown = cut(shown, len(shown) * 9 // 10)
    return escape(shown)


def slug_of(question: str, taken: Collection[str] = ()) -> str:
    """Return an id for a new entry: the question in a-z, 0-9 and hyphens, at most SLUG_LENGTH; none of `taken`.

    A question in another script gets `entry-` and the beginning of its hash, so that the same one gets the same id.
    """
    folded = unicodedata.normalize("NFKD", normalise(question).replace("'", ""))
    letters = "".join(character for character in folded if not unicodedata.combining(character))
    words = re.findall(r"[a-z0-9]+", letters)
    slug = words[0][:SLUG_LENGTH] if words else ""
    for word in words[1:]:
        if len(slug) + 1 + len(word) > SLUG_LENGTH:
            break
        slug += f"-{word}"
    if len(slug) < 3:  # noqa: PLR2004 - a stray "pc" between other letters says nothing
        slug = f"entry-{hashlib.sha256(normalise(question).encode()).hexdigest()[:8]}"
    if slug not in taken:
        return slug
    stem = slug[: SLUG_LENGTH - 6].rstrip("-")
    return next(name for number in count(2) if (name := f"{stem}-{number}") not in taken)


@dataclass(frozen=True, slots=True)
class Unshowable:
    """Something that Markdown shown to members must not hold: a mention, or a link that lies.

    `text_key` names the sentence of prompts/ for whoever typed it; `str` is for whoever wrote it into a file.
    """

    text_key: str
    values: Mapping[str, object]
    message: str

    def __str__(self) -> str:
        return self.message


def faults_in_answer(text: str) -> list[Unshowable]:
    """Return each thing that must not be shown, once."""
    faults: dict[str, Unshowable] = {}

    def add(text_key: str, message: str, **values: object) -> None:
        faults.setdefault(message, Unshowable(text_key, values, message))

    for found in _MENTION.finditer(text):
        message = f"holds the mention {found.group()}; an answer must not ping anybody"
        add("fault.mention", message, text=found.group())
    links = list(islice(_masked_links(_CODE.sub(" ", text)), MOST_LINKS + 1))
    if len(links) > MOST_LINKS:
        add("fault.links", f"holds more than {MOST_LINKS} links; choose the best", most=MOST_LINKS)
    for label, address in links:
        host, shown = _host_of(address), _shown_host(label)
        if host is None:
            message = f"links to {address!r:.80}; a link needs a plain address that begins with https://"
            add("fault.address", message, text=address)
        elif shown is not None and shown != host and not host.endswith(f".{shown}"):
            message = f"shows {shown:.80} but leads to {host:.80}; write words, or the address it leads to"
            add("fault.lying_link", message, shown=shown, leads_to=host)
    return list(faults.values())


def _masked_links(text: str) -> Iterator[tuple[str, str]]:
    """Yield label and address of all that Discord may show as `[label](address)`, rather one too many."""
    opened: list[int] = []
    end = 0
    for bracket in _BRACKET.finditer(text):
        if bracket.group() == "[":
            opened.append(bracket.end())
            continue
        # A label may hold brackets that do not pair up: then it may begin anywhere after the last link.
        start = opened.pop() if opened else end
        if bracket["address"] is not None:
            yield text[start : bracket.start()], bracket["address"]
            end = bracket.end()


def _shown_host(label: str) -> str | None:
    """Return the host of the address that a label is or holds; None for words."""
    words = clean(unescape(label)).strip("*_~`|<>() ")
    if found := _ADDRESS.search(words):
        return _host_of("https://" + re.sub("^https?://", "", found.group(), flags=re.IGNORECASE)) or found.group()
    bare = _BARE_ADDRESS.fullmatch(words)
    # "Node.js" is a name: addresses are written small.
    return bare["host"].removeprefix("www.") if bare and bare["host"].islower() else None


def _host_of(address: str) -> str | None:
    """Return the host of an https address, without `www.`; None for anything else, or if it names a user."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    host = (parts.hostname or "").removeprefix("www.")
    return host if host and parts.scheme == "https" and "@" not in parts.netloc else None
