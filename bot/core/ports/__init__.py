"""What the inside needs from the outside, as Protocols, by area. Those of upkeep are in bot/core/upkeep.py."""

from __future__ import annotations

from bot.core.ports.faq import Drafts, GuildEdits, Notes
from bot.core.ports.members import Activity, Outbox, ProposalNotes, QuestionStore
from bot.core.ports.search import CalibrationStore, Embedder, Search, VectorStore
from bot.core.ports.server import Facts, GuildSettingsStore, Posts

__all__ = [
    "Activity",
    "CalibrationStore",
    "Drafts",
    "Embedder",
    "Facts",
    "GuildEdits",
    "GuildSettingsStore",
    "Notes",
    "Outbox",
    "Posts",
    "ProposalNotes",
    "QuestionStore",
    "Search",
    "VectorStore",
]
