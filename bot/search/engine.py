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
from bot.core.ports.watch import UNMETERED, Stage
from bot.safety.crisis import NO_PROTOTYPES
from bot.search.batching import QuestionEmbedder
from bot.search.calibration import OffTopic
from bot.search.calibrator import Calibrator
from bot.search.completers import Completers
from bot.search.completion import Completer
from bot.search.heaviness import Heaviness
from bot.search.index import Index, build_index, text_hash, texts_to_embed
from bot.search.likeness import alike, nearest
from bot.search.negatives import Negatives
from bot.search.once import Once
from bot.search.reading import Reader
from bot.search.trial import explained, impact
from bot.search.vectors import vectors_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from numpy.typing import NDArray

    from bot.core.models import Entry, EntryId, GuildId, Nearness, Pair, Suggestion
    from bot.core.ports import CalibrationStore, Embedder, VectorStore
    from bot.core.ports.watch import Meter
    from bot.faq.library import Library, Shelf
    from bot.safety.crisis import Prototypes
    from bot.search.calibration import Calibration

OWN_BYTES = 1 << 30
"""Of vectors of servers with edits that stay in memory: some 80 servers with 1,000 entries of six wordings each."""
NOTHING = Evidence((), 0.0, Thresholds(1.0, 1.0))
NOTHING_TO_EXPLAIN = Explanation((), 0.0, NOTHING.thresholds, None, (), "", 0.0)

P = ParamSpec("P")
T = TypeVar("T")

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Model:
    """A model, and what is made with it once for every FAQ."""

    embedder: Embedder
    questions: QuestionEmbedder
    off_topic: OffTopic
    heaviness: Heaviness
    calibrator: Calibrator


@dataclass(frozen=True, slots=True)
class _Ready:
    """One guild's FAQ, indexed and calibrated with one model."""

    model: _Model
    shelf: Shelf
    completer: Completer
    reader: Reader

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Return the entries that were indexed, in their order."""
        return tuple(self.shelf.entries.values())

    @property
    def size(self) -> int:
        """How many bytes its vectors take, which are most of it."""
        index = self.reader.index
        return index.phrasings.nbytes + index.documents.nbytes + index.discriminant.centres.nbytes

    @property
    def data(self) -> tuple[Index, Sequence[Entry], Negatives]:
        """Return what a calibration is fitted on."""
        return self.reader.index, self.entries, self.reader.negatives


class SearchEngine:
    """Implements the port Search. Build it with `SearchEngine.start`."""

    def __init__(
        self,
        library: Library,
        vectors: VectorStore,
        stored: CalibrationStore,
        prototypes: Prototypes,
        meter: Meter,
    ) -> None:
        self._library = library
        self._meter = meter
        self._vectors = vectors
        self._stored = stored
        self._prototypes = prototypes
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="search")
        self._fitting = ThreadPoolExecutor(1, thread_name_prefix="search-calibration")
        self._own: OrderedDict[GuildId, _Ready] = OrderedDict()
        self._reading = Once[_Ready]()
        self._completers = Completers()
        self._pack: _Ready
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
        meter: Meter = UNMETERED,
    ) -> SearchEngine:
        """Index and calibrate the pack; only what is not stored yet is computed.

        `progress(done, of)` counts texts; `prototypes` say which questions are heavy, without them none is.
        """
        engine = cls(library, vectors, stored, prototypes, meter)
        try:
            engine._pack = await engine._prepared(embedder, engine._executor, progress)
        except BaseException:
            engine.close()
            raise
        return engine

    async def switch(self, embedder: Embedder, progress: Callable[[int, int], None]) -> None:
        """Read every FAQ with another model, in a thread that no question waits for, and then change to it at once.

        Until then, and for questions that are being answered, the model before it serves. `progress`: as in `start`.
        """
        with ThreadPoolExecutor(1, thread_name_prefix="search-next") as beside:
            pack = await self._prepared(embedder, beside, progress)
            own: OrderedDict[GuildId, _Ready] = OrderedDict()
            for guild in await self._library.edited():
                shelf = await self._library.shelf(guild)
                if shelf.entries and not shelf.is_pack:
                    own[guild] = await self._read(guild, shelf, pack.model, beside, lambda: pack.reader.calibration)
        self._pack, self._own = pack, own
        for guild, ready in own.items():
            self._look_after(guild, ready)

    async def _prepared(
        self, embedder: Embedder, executor: ThreadPoolExecutor, progress: Callable[[int, int], None]
    ) -> _Ready:
        """Return the pack, read with a model."""
        pack, prototypes = self._library.pack, self._prototypes
        compared = (*pack.off_topic, *prototypes.heavy, *prototypes.light)
        texts = [*texts_to_embed(pack.entries), *compared]
        known = await vectors_of(texts, embedder, self._vectors, executor, progress)
        off_topic = OffTopic(pack.off_topic, np.stack([known[text_hash(text)] for text in pack.off_topic]))
        model = _Model(
            embedder,
            QuestionEmbedder(embedder, self._executor),
            off_topic,
            Heaviness.of(prototypes, known),
            Calibrator(self._stored, off_topic, _name_of(embedder), self._fitting),
        )
        index = await _in(executor, build_index, pack.entries, known)
        completer = await _in(executor, Completer, pack.entries)
        calibration = await model.calibrator.stored(pack.entries)
        if calibration is None:
            calibration = await model.calibrator.fitted(index, pack.entries)
        return _Ready(model, self._library.pack_shelf, completer, Reader(index, calibration, off_topic))

    @property
    def model(self) -> str:
        """The model vectors are made by, `model id@revision`."""
        return _name_of(self._pack.model.embedder)

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
        with self._meter.timed(Stage.EMBED):
            vector = await ready.model.questions.vector(question)
        with self._meter.timed(Stage.SCORE):
            evidence = await self._off_loop(ready.reader.evidence, question, vector, without)
        return replace(evidence, is_heavy=ready.model.heaviness.is_heavy(vector))

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
        vector = await ready.model.questions.vector(question)
        return await self._off_loop(explained, ready.reader, question, vector)

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
            confirmed = ready.shelf.negatives if ready else {}
            model = (ready or self._pack).model
            index, negatives = await self._indexed(entries, confirmed, model.embedder, self._executor)
            trial = replace(now or self._pack.reader, index=index, negatives=negatives)
        return await asyncio.to_thread(impact, now, trial, NOTHING, recorded)

    async def nearest(self, guild: GuildId, texts: Sequence[str], without: Collection[EntryId]) -> list[Nearness]:
        """Return the wordings of other entries nearest to those of one being written, one per entry, best first."""
        ready = await self._ready(guild)
        if ready is None or not texts:
            return []
        known = await self._embed(texts, ready.model.embedder, self._executor, are_kept=False)
        vectors = np.stack([known[text_hash(text)] for text in texts])
        return await self._off_loop(nearest, ready.reader.index, texts, vectors, without)

    async def alike(self, guild: GuildId) -> list[Pair]:
        """Return pairs of entries that ask the same, most alike first."""
        ready = await self._ready(guild)
        return await asyncio.to_thread(alike, ready.reader.index) if ready else []

    async def vectors(self, texts: Sequence[str]) -> list[bytes]:
        """Return the float32 vectors of texts, in order; new ones are kept."""
        known = await self._embed(texts, self._pack.model.embedder, self._executor)
        return [known[text_hash(text)].tobytes() for text in texts]

    async def vector_of(self, question: str) -> tuple[bytes, str]:
        """Return the question's float32 vector, and `model id@revision`."""
        model = self._pack.model
        vector = await model.questions.vector(question)
        return vector.tobytes(), _name_of(model.embedder)

    async def suggest(self, guild: GuildId, typed: str, *, front: Sequence[EntryId]) -> Sequence[Suggestion]:
        """Return autocomplete rows for what was typed so far."""
        shelf = await self._library.shelf(guild)
        if not shelf.entries:
            return []
        completer = self._pack.completer if shelf.is_pack else await self._completers.of(guild, shelf)
        return completer.rows(typed, front=front)

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
        calibration = await ready.model.calibrator.fitted(*ready.data)
        self._use(guild, ready, calibration)
        return calibration

    async def ping(self) -> None:
        """Let the model read a word, in the thread and the order of everybody's questions."""
        await self._off_loop(self._pack.model.embedder.embed, ["ready"])

    async def renewals(self) -> None:
        """Wait until no FAQ is being calibrated in the background."""
        while self._renewals:
            await asyncio.gather(*self._renewals.values())

    def close(self) -> None:
        """Let the threads end; what is being calibrated is given up."""
        for task in self._renewals.values():
            task.cancel()
        self._reading.close()
        self._completers.close()
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
            calibration = await ready.model.calibrator.renewed(*ready.data, ready.reader.calibration)
        except Exception:
            log.exception("A server's FAQ could not be calibrated anew; it keeps its old calibration.")
            calibration = None
        self._renewals.pop(guild)
        current = self._own.get(guild)
        if current is None:
            return
        if calibration is not None and current.model is ready.model:
            self._use(guild, current, calibration)
        if current is not ready:
            self._look_after(guild, self._own[guild])

    def _look_after(self, guild: GuildId, ready: _Ready) -> None:
        _, entries, negatives = ready.data
        is_outgrown = ready.model.calibrator.is_outgrown(ready.reader.calibration, entries, negatives)
        if guild not in self._renewals and is_outgrown:
            self._renewals[guild] = asyncio.get_running_loop().create_task(self._renew(guild, ready))

    async def _ready(self, guild: GuildId) -> _Ready | None:
        """Return the guild's index; None for a guild that removed every entry."""
        shelf = await self._library.shelf(guild)
        if shelf.is_pack:
            return self._pack
        if not shelf.entries:
            return None
        known, pack = self._own.get(guild), self._pack
        if known is None or known.shelf is not shelf or known.model is not pack.model:
            known = await self._reading.result((guild, id(shelf), id(pack)), partial(self._renewed, guild, shelf, pack))
        if guild in self._own:
            self._own.move_to_end(guild)
        return known

    async def _renewed(self, guild: GuildId, shelf: Shelf, pack: _Ready) -> _Ready:
        """Read a guild's own FAQ and keep it; what was not asked for the longest is let go when all take too much."""
        known = self._own.get(guild)

        def last() -> Calibration:
            found = self._own.get(guild) or known or pack  # it may have been calibrated meanwhile
            return (found if found.model is pack.model else pack).reader.calibration

        ready = await self._read(guild, shelf, pack.model, self._executor, last)
        self._own[guild] = ready
        self._own.move_to_end(guild)
        self._look_after(guild, ready)
        held = sum(each.size for each in self._own.values())
        while held > OWN_BYTES and len(self._own) > 1:
            held -= self._own.popitem(last=False)[1].size
        return ready

    async def _read(
        self, guild: GuildId, shelf: Shelf, model: _Model, executor: ThreadPoolExecutor, last: Callable[[], Calibration]
    ) -> _Ready:
        """Return a guild's own FAQ, read with a model; `last()` is its calibration where none is stored for just it."""
        entries = tuple(shelf.entries.values())
        index, negatives = await self._indexed(entries, shelf.negatives, model.embedder, executor)
        completer = await self._completers.of(guild, shelf)
        calibration = await model.calibrator.stored(entries, negatives)
        reader = Reader(index, calibration or last(), model.off_topic, negatives)
        return _Ready(model, shelf, completer, reader)

    async def _indexed(
        self,
        entries: Sequence[Entry],
        confirmed: Mapping[str, frozenset[EntryId]],
        embedder: Embedder,
        executor: ThreadPoolExecutor,
    ) -> tuple[Index, Negatives]:
        """Index entries with what they are confirmed not to answer, in a thread that no question waits for."""
        texts = await asyncio.to_thread(texts_to_embed, entries)
        vectors = await self._embed(texts, embedder, executor)
        vectors |= await self._embed(list(confirmed), embedder, executor, are_kept=False)
        index = await asyncio.to_thread(build_index, entries, vectors)
        return index, Negatives.of(index, confirmed, vectors)

    async def _embed(
        self, texts: Sequence[str], embedder: Embedder, executor: ThreadPoolExecutor, *, are_kept: bool = True
    ) -> dict[str, NDArray[np.float32]]:
        return await vectors_of(texts, embedder, self._vectors, executor, lambda *_: None, are_kept=are_kept)

    async def _off_loop(self, job: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        return await _in(self._executor, job, *args, **kwargs)


async def _in(executor: ThreadPoolExecutor, job: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    return await asyncio.get_running_loop().run_in_executor(executor, partial(job, *args, **kwargs))


def _name_of(embedder: Embedder) -> str:
    return f"{embedder.model_id}@{embedder.revision}"
