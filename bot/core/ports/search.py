"""What finds entries, and what it need not compute twice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from bot.core.models import Entry, EntryId, Evidence, Explanation, GuildId, Nearness, Pair, Suggestion


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


class Search(Protocol):
    """Finds the entries that fit a question, in one guild's FAQ."""

    @property
    def model(self) -> str:
        """The model vectors are made by, `model id@revision`."""

    async def search(self, guild: GuildId, question: str, *, without: frozenset[EntryId]) -> Evidence:
        """Return the evidence for a cleaned question."""

    async def evidence_for(self, guild: GuildId, question: str, vector: bytes) -> Evidence:
        """Return what `search` finds for a question whose float32 vector is known."""

    async def explain(self, guild: GuildId, question: str) -> Explanation:
        """Return why a cleaned question is answered as it is."""

    async def impact(
        self, guild: GuildId, entries: Sequence[Entry], recorded: Sequence[tuple[str, bytes]]
    ) -> Sequence[tuple[str, Evidence, Evidence]]:
        """Return what is found for recorded questions with their vectors now, and were these the guild's entries."""

    async def nearest(self, guild: GuildId, texts: Sequence[str], without: Collection[EntryId]) -> Sequence[Nearness]:
        """Return the wordings of other entries nearest to those of one being written, one per entry, best first."""

    async def alike(self, guild: GuildId) -> Sequence[Pair]:
        """Return pairs of entries that ask the same, most alike first."""

    async def vectors(self, texts: Sequence[str]) -> Sequence[bytes]:
        """Return the float32 vectors of texts, in order."""

    async def vector_of(self, question: str) -> tuple[bytes, str]:
        """Return the question's float32 vector, and `model id@revision`."""

    async def suggest(self, guild: GuildId, typed: str, *, front: Sequence[EntryId]) -> Sequence[Suggestion]:
        """Return autocomplete rows for what was typed so far; `front` is shown for nothing typed."""
