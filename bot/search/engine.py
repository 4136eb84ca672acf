"""The search over every guild's FAQ: builds indexes, embeds questions, scores them, gives probabilities."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, ParamSpec, TypeVar

import numpy as np

from bot.core.models import Evidence, Explanation, Thresholds
from bot.core.ports.watch import UNMETERED, Stage
from bot.safety.crisis import NO_PROTOTYPES
from bot.search.index import text_hash
from bot.search.likeness import alike, nearest
from bot.search.once import Once
from bot.search.preparation import Preparation, Ready, in_thread
from bot.search.trial import explained, impact

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

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
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="search")
        self._preparation = Preparation(library, vectors, stored, prototypes, self._executor)
        self._own: OrderedDict[GuildId, Ready] = OrderedDict()
        self._reading = Once[Ready]()
        self._pack: Ready
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
            engine._pack = await engine._preparation.pack(embedder, engine._executor, progress)
        except BaseException:
            engine.close()
            raise
        return engine

    async def switch(self, embedder: Embedder, progress: Callable[[int, int], None]) -> None:
        """Read every FAQ with another model, in a thread that no question waits for, and then change to it at once.

        Until then, and for questions that are being answered, the model before it serves. `progress`: as in `start`.
        """
        with ThreadPoolExecutor(1, thread_name_prefix="search-next") as beside:
            pack = await self._preparation.pack(embedder, beside, progress)
            own: OrderedDict[GuildId, Ready] = OrderedDict()
            for guild in await self._library.edited():
                shelf = await self._library.shelf(guild)
                if shelf.entries and not shelf.is_pack:
                    own[guild] = await self._preparation.own(
                        guild, shelf, pack.model, beside, lambda: pack.reader.calibration
                    )
        self._pack, self._own = pack, own
        for guild, ready in own.items():
            self._look_after(guild, ready)

    @property
    def model(self) -> str:
        """The model vectors are made by, `model id@revision`."""
        return self._pack.model.name

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
            index, negatives = await self._preparation.indexed(entries, confirmed, model.embedder, self._executor)
            trial = replace(now or self._pack.reader, index=index, negatives=negatives)
        return await asyncio.to_thread(impact, now, trial, NOTHING, recorded)

    async def nearest(self, guild: GuildId, texts: Sequence[str], without: Collection[EntryId]) -> list[Nearness]:
        """Return the wordings of other entries nearest to those of one being written, one per entry, best first."""
        ready = await self._ready(guild)
        if ready is None or not texts:
            return []
        known = await self._preparation.embed(texts, ready.model.embedder, self._executor, are_kept=False)
        vectors = np.stack([known[text_hash(text)] for text in texts])
        return await self._off_loop(nearest, ready.reader.index, texts, vectors, without)

    async def alike(self, guild: GuildId) -> list[Pair]:
        """Return pairs of entries that ask the same, most alike first."""
        ready = await self._ready(guild)
        return await asyncio.to_thread(alike, ready.reader.index) if ready else []

    async def vectors(self, texts: Sequence[str]) -> list[bytes]:
        """Return the float32 vectors of texts, in order; new ones are kept."""
        known = await self._preparation.embed(texts, self._pack.model.embedder, self._executor)
        return [known[text_hash(text)].tobytes() for text in texts]

    async def vector_of(self, question: str) -> tuple[bytes, str]:
        """Return the question's float32 vector, and `model id@revision`."""
        model = self._pack.model
        vector = await model.questions.vector(question)
        return vector.tobytes(), model.name

    async def suggest(self, guild: GuildId, typed: str, *, front: Sequence[EntryId]) -> Sequence[Suggestion]:
        """Return autocomplete rows for what was typed so far."""
        shelf = await self._library.shelf(guild)
        if not shelf.entries:
            return []
        completer = self._pack.completer if shelf.is_pack else await self._preparation.completers.of(guild, shelf)
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
        self._preparation.close()
        self._executor.shutdown(cancel_futures=True)

    def _use(self, guild: GuildId, ready: Ready, calibration: Calibration) -> None:
        read_anew = replace(ready, reader=replace(ready.reader, calibration=calibration))
        if ready is self._pack:
            self._pack = read_anew
        elif self._own.get(guild) is ready:
            self._own[guild] = read_anew

    async def _renew(self, guild: GuildId, ready: Ready) -> None:
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

    def _look_after(self, guild: GuildId, ready: Ready) -> None:
        _, entries, negatives = ready.data
        is_outgrown = ready.model.calibrator.is_outgrown(ready.reader.calibration, entries, negatives)
        if guild not in self._renewals and is_outgrown:
            self._renewals[guild] = asyncio.get_running_loop().create_task(self._renew(guild, ready))

    async def _ready(self, guild: GuildId) -> Ready | None:
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

    async def _renewed(self, guild: GuildId, shelf: Shelf, pack: Ready) -> Ready:
        """Read a guild's own FAQ and keep it; what was not asked for the longest is let go when all take too much."""
        known = self._own.get(guild)

        def last() -> Calibration:
            found = self._own.get(guild) or known or pack  # it may have been calibrated meanwhile
            return (found if found.model is pack.model else pack).reader.calibration

        ready = await self._preparation.own(guild, shelf, pack.model, self._executor, last)
        self._own[guild] = ready
        self._own.move_to_end(guild)
        self._look_after(guild, ready)
        held = sum(each.size for each in self._own.values())
        while held > OWN_BYTES and len(self._own) > 1:
            held -= self._own.popitem(last=False)[1].size
        return ready

    async def _off_loop(self, job: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        return await in_thread(self._executor, job, *args, **kwargs)
