"""What the inside needs from the outside, as Protocols."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from bot.core.models import Entry, EntryId, Evidence, GuildId, Suggestion, UserId


class Embedder(Protocol):
    """Texts to vectors."""

    @property
    def model_id(self) -> str:
        """The model's name, as in the setting."""

    @property
    def revision(self) -> str:
        """What tells two states of the same model apart: a hash or a version."""

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one row per text, shape (len(texts), dimensions), each of unit length."""


class VectorStore(Protocol):
    """Vectors that were computed before, by the hash of their normalised text."""

    async def load(self, model_id: str, revision: str, hashes: Sequence[str]) -> Mapping[str, bytes]:
        """Return float32 bytes for those of `hashes` (hex sha256) that are stored."""

    async def save(self, model_id: str, revision: str, vectors: Mapping[str, bytes]) -> None:
        """Store float32 bytes by hash."""


class CalibrationStore(Protocol):
    """Fitted calibrations, by model and fingerprint of the data they were fitted on."""

    async def load_calibration(self, model_id: str, fingerprint: str) -> str | None:
        """Return the JSON that was saved, if any."""

    async def save_calibration(self, model_id: str, fingerprint: str, calibration: str) -> None:
        """Keep JSON for the next start."""


class GuildEdits(Protocol):
    """A guild's own entries, which win over the pack's."""

    async def edits_of(self, guild: GuildId) -> Mapping[EntryId, Entry | None]:
        """Return what this guild changed or added; None = removed here."""

    async def guilds(self) -> Sequence[GuildId]:
        """Return the guilds that changed anything."""

    async def save_edit(self, guild: GuildId, entry_id: EntryId, entry: Entry | None) -> None:
        """Keep this guild's own version of an entry; None removes it for this guild only."""


class Activity(Protocol):
    """What members did: votes, uses, unanswered questions. Who asked is kept only where they ticked."""

    async def count_use(self, guild: GuildId, entry_id: EntryId) -> None:
        """Count that an entry was shown."""

    async def most_used(self, guild: GuildId, limit: int) -> Sequence[EntryId]:
        """Return pinned entries, then the most shown ones."""

    async def vote(self, guild: GuildId, entry_id: EntryId, user: UserId, *, helped: bool) -> None:
        """Record whether an answer helped; a member's last vote on an entry counts."""

    async def add_unanswered(self, guild: GuildId, question: str, vector: bytes, model: str) -> int:
        """Queue a question, or count it again where one with the same meaning waits; return its id."""

    async def wait_for(self, unanswered_id: int, user: UserId) -> bool:
        """Add (True) or remove (False) a member who wants to be told when it is answered."""

    async def claim(self, what: str) -> bool:
        """Take a thing that may be done once, e.g. a share; False when it was taken before."""

    async def release(self, what: str) -> None:
        """Give a claim back, because what it was for failed."""


class Facts(Protocol):
    """Small things the bot remembers about itself."""

    async def fact(self, name: str) -> str | None:
        """Return what was kept under `name`."""

    async def keep_fact(self, name: str, value: str) -> None:
        """Keep a value under `name`."""


class Search(Protocol):
    """Finds the entries that fit a question, in one guild's FAQ."""

    async def search(self, guild: GuildId, question: str, *, without: frozenset[EntryId]) -> Evidence:
        """Return the evidence for a cleaned question."""

    async def vector_of(self, question: str) -> tuple[bytes, str]:
        """Return the question's float32 vector, and `model id@revision`."""

    async def suggest(self, guild: GuildId, typed: str, *, front: Sequence[EntryId]) -> Sequence[Suggestion]:
        """Return autocomplete rows for what was typed so far; `front` is shown for nothing typed."""
