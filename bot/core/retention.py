"""How long what is kept. Whoever runs the bot answers for it, so the environment sets it, not each server's `/setup`.

PRIVACY.md is made from these figures: one text holds for everybody who writes to one bot.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Retention:
    """Windows in days. At the end of a window what it is about is deleted, within a day."""

    offers: int = 30
    """An offer that came to nothing, after its end; the cards of any introduction (safety.md 6.2)."""
    known: int = 90
    """Who knew whom, after names were known: so long it can be reported."""
    reports: int = 90
    letters_read: int = 30
    """A letter of the inbox that was read, after it came."""
    letters: int = 90
    """One that nobody reads."""
    questions: int = 365
    """A question without an answer, after it was asked last."""
    authors: int = 90
    """Whose words a question is in."""
    notices: int = 90
    """What could not be told."""
    drafts: int = 180
    """A draft, suggestion or open proposal that nobody touched."""
    uploads: int = 7
    claims: int = 30
    idle: int = 180
    """A profile without any activity, until its owner is asked (safety.md 6.2)."""
    answer: int = 14
    """How long they have to do anything at all, before it is deleted."""
    backups: int = 30
    """A backup of the database, and with it what is noted of deletions, so that it does not give them back."""

    def span(self, name: str) -> timedelta:
        """Return a window by its name."""
        return timedelta(days=getattr(self, name))

    def figures(self) -> Mapping[str, int]:
        """Return every window by its name, in days."""
        return {each.name: getattr(self, each.name) for each in fields(self)}


DEFAULT = Retention()


@dataclass(frozen=True, slots=True)
class Operator:
    """Who runs this bot, as they say themselves: how to reach them, and where their own privacy policy is."""

    contact: str = ""
    privacy_url: str = ""


UNKNOWN = Operator()

GONE_HOURS = 20
"""How long a server's data stays once the bot is no longer on it: who invites it again in that time loses nothing.
With an hour for each of the two looks this needs, all is gone within 24."""
