"""Whom a bot should ask how they are, and how often: nothing of it is written anywhere.

What is known here is in memory alone, and forgotten when the bot stops. Of words there is only a hash, made with a
key of this process.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from collections import OrderedDict
from enum import Enum, auto
from typing import TYPE_CHECKING, TypeVar

from bot.core.countries import COUNTRIES
from bot.safety.text import normalise

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.core.models import UserId

Known = TypeVar("Known")

REPEAT_SECONDS = 24 * 60 * 60.0
"""Nobody reads the same block twice within a day (safety.md 7.40)."""
REMEMBERED = 10_000
"""People and texts that are remembered; the oldest are forgotten first."""
MARK_BYTES = 8
COUNTRY_OF_LANGUAGE = {
    "bg": "BG", "cs": "CZ", "da": "DK", "el": "GR", "fi": "FI", "hi": "IN", "hr": "HR", "hu": "HU", "it": "IT",
    "ja": "JP", "ko": "KR", "lt": "LT", "no": "NO", "pl": "PL", "ro": "RO", "th": "TH", "tr": "TR", "uk": "UA",
    "vi": "VN",
}  # fmt: skip
"""Languages Discord can be set to that are spoken mostly in one country. English and others say nothing."""
UNTOLD = "en-US"
"""What Discord is set to unless somebody changes it."""
SPOKEN_ABROAD = frozenset({"en-GB", "es-ES"})
"""Chosen for the language in many other countries too, so that a server's own country says more."""


class Due(Enum):
    """What somebody should be shown whose words sound like a crisis."""

    WHOLE = auto()
    """The question, and where to find help."""
    AGAIN = auto()
    """A shorter one: they were asked today."""
    NOTHING = auto()
    """They said that these very words were only venting."""


class Recently:
    """Remembers who was asked, and which words somebody said were only venting."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock`: seconds from any start."""
        self._clock = clock
        self._key = secrets.token_bytes(32)
        self._asked: OrderedDict[UserId, float] = OrderedDict()
        self._vented: OrderedDict[tuple[UserId, str], float] = OrderedDict()

    def due(self, user: UserId, text: str) -> Due:
        """Return what to show somebody for what they wrote, and note that it was shown."""
        if (user, self.mark(user, text)) in self._vented:
            return Due.NOTHING
        asked, now = self._asked.get(user), self._clock()
        if asked is not None and now - asked < REPEAT_SECONDS:
            return Due.AGAIN
        _remember(self._asked, user, now)
        return Due.WHOLE

    def vented(self, user: UserId, mark: str) -> None:
        """Note that somebody said that the words with this mark were only venting."""
        _remember(self._vented, (user, mark), self._clock())

    def mark(self, user: UserId, text: str) -> str:
        """Return what stands for a person's words until the bot stops, 16 hex digits; it leads back to neither."""
        spoken = f"{user}:{normalise(text)}".encode(errors="replace")
        return hashlib.blake2b(spoken, key=self._key, digest_size=MARK_BYTES).hexdigest()


def likely_country(locale: str, servers: str | None) -> str | None:
    """Return the country whose lines to show first: what a person's Discord is set to says it, or their server's.

    `locale`: such as `pt-BR`. None where neither says any.
    """
    language, _, region = locale.partition("-")
    theirs = region if locale != UNTOLD and region in COUNTRIES else COUNTRY_OF_LANGUAGE.get(language)
    return servers or theirs if locale in SPOKEN_ABROAD else theirs or servers


def _remember(known: OrderedDict[Known, float], what: Known, now: float) -> None:
    known[what] = now
    known.move_to_end(what)
    while len(known) > REMEMBERED:
        known.popitem(last=False)
