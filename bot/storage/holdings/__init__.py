"""Everything that is stored: one declaration for each table, none of whose columns is left out.

`/mydata`, PRIVACY.md and the deletion of a server's data are all made from it, so that they cannot differ.
"""

from __future__ import annotations

from bot.storage.holdings.declared import Fate, Holding, Key, Owner, Trace
from bot.storage.holdings.faq import FAQ
from bot.storage.holdings.people import PEOPLE
from bot.storage.holdings.questions import QUESTIONS

HOLDINGS: tuple[Holding, ...] = (*PEOPLE, *QUESTIONS, *FAQ)
"""Those about people first."""

__all__ = ["HOLDINGS", "Fate", "Holding", "Key", "Owner", "Trace"]
