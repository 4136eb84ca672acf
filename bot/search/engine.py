"""The search over every guild's FAQ: builds indexes, embeds questions, scores them, gives probabilities."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, ParamSpec, TypeVar

import numpy as np

from bot.core.models import Evidence, Explanation, Thresholds
from bot.safety.crisis import NO_PROTOTYPES
from bot.search.batching import QuestionEmbedder
from bot.search.calibration import OffTopic
from bot.search.calibrator import Calibrator
from bot.search.completion import Completer
from bot.search.heaviness import Heaviness
from bot.search.index import Index, build_index, text_hash, texts_to_embed
from bot.search.likeness import alike, nearest
from bot.search.negatives import Negatives
from bot.search.reading import Reader
from bot.search.trial import explained, impact
from bot.search.vectors import vectors_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from numpy.typing import NDArray

    from bot.core.models import Entry, EntryId, GuildId, Nearness, Pair, Suggestion
    from bot.core.ports import CalibrationStore, Embedder, VectorStore
    from bot.faq.library import Library, Shelf
    from bot.safety.crisis import Prototypes
    from bot.search.calibration import Calibration

OWN_INDEXES = 16
"""Guilds with edits whose index stays in memory: about 2 MB each."""
NOTHING = Evidence((), 0.0, Thresholds(1.0, 1.0))
NOTHING_TO_EXPLAIN = Explanation((), 0.0, NOTHING.thresholds, None, (), "", 0.0)

P = ParamSpec("P")
T = TypeVar("T")

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Ready:
    """One guild's FAQ, indexed and calibrated."""

    shelf: Shelf
    completer: Completer
    reader: Reader

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Return the entries that were indexed, in their order."""
        return tuple(self.shelf.entries.values())

    @property
    def data(self) -> tuple[Index, Sequence[Entry], Negatives]:
        """Return what a calibration is fitted on."""
        return self.reader.index, self.entries, self.reader.negatives


class SearchEngine:
    """Implements the port Search. Build it with `SearchEngine.start`."""

    def __init__(
        self,
        library: Library,
        embedder: Embedder,
        vectors: VectorStore,
        executor: ThreadPoolExecutor,
    ) -> None:
        self._library = library
        self._embedder = embedder
        self._vectors = vectors
        self._executor = executor
        self._fitting = ThreadPoolExecutor(1, thread_name_prefix="search-calibration")
        self._questions = QuestionEmbedder(embedder, executor)
        self._own: OrderedDict[GuildId, _Ready] = OrderedDict()
        self._pack: _Ready
        self._off_topic: OffTopic
        self._heaviness: Heaviness
        self._calibrator: Calibrator
        self._renewals: dict[GuildId, asyncio.Task[None]] = {}

    @classmethod
    async def start(
        cls,
        library: Library,
        embedder: Embedder,
        vectors: VectorStore,
        stored: CalibrationStore,
        progress: Callable[[int, int], None],
        *,
        prototypes: Prototypes = NO_PROTOTYPES,
    ) -> SearchEngine:
        """Index and calibrate the pack; only what is not stored yet is computed.

        `progress(done, of)` counts texts; `prototypes` say which questions are heavy, without them none is.
        """
        engine = cls(library, embedder, vectors, ThreadPoolExecutor(1, thread_name_prefix="search"))
        try:
            await engine._prepare(stored, progress, prototypes)
        except BaseException:
            engine.close()
            raise
        return engine

    async def _prepare(
        self, stored: CalibrationStore, progress: Callable[[int, int], None], prototypes: Prototypes
    ) -> None:
        pack = self._library.pack
        compared = (*pack.off_topic, *prototypes.heavy, *prototypes.light)
        known = await self._embed([*texts_to_embed(pack.entries), *compared], progress)
        self._heaviness = Heaviness.of(prototypes, known)
        self._off_topic = OffTopic(pack.off_topic, np.stack([known[text_hash(text)] for text in pack.off_topic]))
        self._calibrator = Calibrator(stored, self._off_topic, self.model, self._fitting)
        index = await self._off_loop(build_index, pack.entries, known)
        completer = await self._off_loop(Completer, pack.entries)
        calibration = await self._calibrator.stored(pack.entries)
        if calibration is None:
            calibration = await self._calibrator.fitted(index, pack.entries)
        self._pack = _Ready(self._library.pack_shelf, completer, Reader(index, calibration, self._off_topic))

    @property
    def model(self) -> str:
        """The model vectors are made by, `model id@revision`."""
        return f"{self._embedder.model_id}@{self._embedder.revision}"

    async def search(self, guild: GuildId, question: str, *, without: frozenset[EntryId]) -> Evidence:
        """Return the evidence for a cleaned question, leaving out the entries in `without`.

        A wording that stands in the FAQ is certain and is not embedded.
        """
        ready = await self._ready(guild)
        if ready is None:
            return NOTHING
        certain = ready.reader.certain(question, without)
        if certain is not None:
            return certain
        vector = await self._questions.vector(question)
        evidence = await self._off_loop(ready.reader.evidence, question, vector, without)
        return replace(evidence, is_heavy=self._heaviness.is_heavy(vector))

    async def evidence_for(self, guild: GuildId, question: str, vector: bytes) -> Evidence:
        """Return what `search` finds for a question whose float32 vector is known."""
        ready = await self._ready(guild)
        if ready is None:
            return NOTHING
        return await self._off_loop(ready.reader.evidence, question, np.frombuffer(vector, np.float32))

    async def explain(self, guild: GuildId, question: str) -> Explanation:
        """Return why a cleaned question is answered as it is."""
        ready = await self._ready(guild)
        if ready is None:
            return NOTHING_TO_EXPLAIN
        return await self._off_loop(explained, ready.reader, question, await self._questions.vector(question))

    async def impact(
        self, guild: GuildId, entries: Sequence[Entry], recorded: Sequence[tuple[str, bytes]]
    ) -> list[tuple[str, Evidence, Evidence]]:
        """Return what is found for recorded questions now, and were these the guild's entries instead.

        Each comes with its float32 vector. The guild's calibration stays, and nothing it sees changes.
        """
        ready = await self._ready(guild)
        now = ready.reader if ready else None
        trial = None
        if entries:
            index, negatives = await self._indexed(entries, ready.shelf.negatives if ready else {})
            trial = replace(now or self._pack.reader, index=index, negatives=negatives)
        return await asyncio.to_thread(impact, now, trial, NOTHING, recorded)

    async def nearest(self, guild: GuildId, texts: Sequence[str], without: Collection[EntryId]) -> list[Nearness]:
        """Return the wordings of other entries nearest to those of one being written, one per entry, best first."""
        ready = await self._ready(guild)
        if ready is None or not texts:
            return []
        known = await self._embed(texts, lambda *_: None, are_kept=False)
        vectors = np.stack([known[text_hash(text)] for text in texts])
        return await self._off_loop(nearest, ready.reader.index, texts, vectors, without)

    async def alike(self, guild: GuildId) -> list[Pair]:
        """Return pairs of entries that ask the same, most alike first."""
        ready = await self._ready(guild)
        return await asyncio.to_thread(alike, ready.reader.index) if ready else []

    async def vectors(self, texts: Sequence[str]) -> list[bytes]:
        """Return the float32 vectors of texts, in order; new ones are kept."""
        known = await self._embed(texts, lambda *_: None)
        return [known[text_hash(text)].tobytes() for text in texts]

    async def vector_of(self, question: str) -> tuple[bytes, str]:
        """Return the question's float32 vector, and `model id@revision`."""
        vector = await self._questions.vector(question)
        return vector.tobytes(), self.model

    async def suggest(self, guild: GuildId, typed: str, *, front: Sequence[EntryId]) -> Sequence[Suggestion]:
        """Return autocomplete rows for what was typed so far."""
        ready = await self._ready(guild)
        return ready.completer.rows(typed, front=front) if ready else []

    async def calibration(self, guild: GuildId) -> Calibration | None:
        """Return what the guild's FAQ is read with now; None for a guild that removed every entry."""
        ready = await self._ready(guild)
        return ready.reader.calibration if ready else None

    async def recalibrate(self, guild: GuildId) -> Calibration | None:
        """Fit the guild's FAQ anew, whatever has changed, and read it with that; None for an empty FAQ.

        Raises SmallPackError.
        """
        ready = await self._ready(guild)
        if ready is None:
            return None
        calibration = await self._calibrator.fitted(*ready.data)
        self._use(guild, ready, calibration)
        return calibration

    async def renewals(self) -> None:
        """Wait until no FAQ is being calibrated in the background."""
        while self._renewals:
            await asyncio.gather(*self._renewals.values())

    def close(self) -> None:
        """Let the threads end; what is being calibrated is given up."""
        for task in self._renewals.values():
            task.cancel()
        self._fitting.shutdown(cancel_futures=True)
        self._executor.shutdown(cancel_futures=True)

    def _use(self, guild: GuildId, ready: _Ready, calibration: Calibration) -> None:
        read_anew = replace(ready, reader=replace(ready.reader, calibration=calibration))
        if ready is self._pack:
            self._pack = read_anew
        elif self._own.get(guild) is ready:
            self._own[guild] = read_anew

    async def _renew(self, guild: GuildId, ready: _Ready) -> None:
        """Calibrate an edited FAQ in the background, and again where it was edited meanwhile."""
        try:
            calibration = await self._calibrator.renewed(*ready.data, ready.reader.calibration)
        except Exception:
            log.exception("A server's FAQ could not be calibrated anew; it keeps its old calibration.")
            calibration = None
        self._renewals.pop(guild)
        current = self._own.get(guild)
        if current is None:
            return
        if calibration is not None:
            self._use(guild, current, calibration)
        if current is not ready:
            self._look_after(guild, self._own[guild])

    def _look_after(self, guild: GuildId, ready: _Ready) -> None:
        _, entries, negatives = ready.data
        if guild not in self._renewals and self._calibrator.is_outgrown(ready.reader.calibration, entries, negatives):
            self._renewals[guild] = asyncio.get_running_loop().create_task(self._renew(guild, ready))

    async def _ready(self, guild: GuildId) -> _Ready | None:
        """Return the guild's index; None for a guild that removed every entry."""
        shelf = await self._library.shelf(guild)
        if shelf.is_pack:
            return self._pack
        if not shelf.entries:
            return None
        known = self._own.get(guild)
        if known is None or known.shelf is not shelf:
            entries = tuple(shelf.entries.values())
            index, negatives = await self._indexed(entries, shelf.negatives)
            completer = await asyncio.to_thread(Completer, entries)
            calibration = await self._calibrator.stored(entries, negatives)
            last = self._own.get(guild) or known or self._pack  # it may have been calibrated meanwhile
            reader = Reader(index, calibration or last.reader.calibration, self._off_topic, negatives)
            known = _Ready(shelf, completer, reader)
            self._own[guild] = known
            self._look_after(guild, known)
        self._own.move_to_end(guild)
        while len(self._own) > OWN_INDEXES:
            self._own.popitem(last=False)
        return known

    async def _indexed(
        self, entries: Sequence[Entry], confirmed: Mapping[str, frozenset[EntryId]]
    ) -> tuple[Index, Negatives]:
        """Index entries with what they are confirmed not to answer, in a thread that no question waits for."""
        texts = await asyncio.to_thread(texts_to_embed, entries)
        vectors = await self._embed(texts, lambda *_: None)
        vectors |= await self._embed(list(confirmed), lambda *_: None, are_kept=False)
        index = await asyncio.to_thread(build_index, entries, vectors)
        return index, Negatives.of(index, confirmed, vectors)

    async def _embed(
        self, texts: Sequence[str], progress: Callable[[int, int], None], *, are_kept: bool = True
    ) -> dict[str, NDArray[np.float32]]:
        return await vectors_of(texts, self._embedder, self._vectors, self._executor, progress, are_kept=are_kept)

    async def _off_loop(self, job: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._executor, partial(job, *args, **kwargs))
