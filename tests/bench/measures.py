"""What `make bench` measures. Each measure returns rows of a table; ratios are taken within one run."""

from __future__ import annotations

import statistics
import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from simcord import interactions
from simcord.enums import InteractionType
from simcord.results import InteractionResult

from bot import app
from bot.search.completion import Completer
from bot.search.embedder import BUNDLED_MODEL, open_embedder
from bot.search.models import open_model
from bot.settings import Settings
from support.worlds import open_world

if TYPE_CHECKING:
    from pathlib import Path

    from bot.app import Content

QUESTIONS = 200
ACKNOWLEDGE_SECONDS = 3.0
"""Discord's limit for the first answer to an interaction."""


class TimedLog(list):
    """SimCord's list of requests, with the time of each."""

    def __init__(self) -> None:
        super().__init__()
        self.times: list[float] = []

    def append(self, entry) -> None:
        self.times.append(time.perf_counter())
        super().append(entry)


def served_model():
    """Return the model as the bot serves it."""
    return open_model(BUNDLED_MODEL, Settings(_env_file=None).export_folder, app.no_progress)


def percentile(values, share: float) -> float:
    """Return the value below which `share` of `values` lie."""
    return statistics.quantiles(values, n=100, method="inclusive")[round(share * 100) - 1]


def milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms"


def questions_about(content: Content) -> list[str]:
    """Return questions that stand in no FAQ word for word, short and long ones mixed."""
    texts = [phrasing.text for entry in content.pack.entries for phrasing in entry.phrasings]
    step = max(1, len(texts) // QUESTIONS)
    return [f"honestly {text.rstrip('?')}, any advice" for text in texts[::step]][:QUESTIONS]


async def starts(content: Content, path: Path) -> tuple[list[tuple[str, str]], float]:
    """Time a first start against one that finds its vectors stored."""
    embedder = served_model()
    seconds = []
    for _ in range(2):
        began = time.perf_counter()
        async with app.lantern(content, path, None, lambda: embedder):
            seconds.append(time.perf_counter() - began)
    first, again = seconds
    rows = [
        (f"First start, {len(content.pack.entries)} entries, everything embedded and calibrated", f"{first:.1f} s"),
        ("Restart with stored vectors", f"{again:.1f} s, {first / again:.0f} times as fast"),
    ]
    return rows, first / again


@asynccontextmanager
async def timed_world(content: Content, path: Path, embedder):
    async with app.lantern(content, path, None, lambda: embedder) as lantern, open_world(lantern) as world:
        world.let_anybody_be_fast()
        log = TimedLog()
        world.env.backend.http_requests = log
        yield world, log


def start_ask(world, question: str) -> tuple[InteractionResult, str]:
    """Send /ask as Discord's gateway would and return at once, with the interaction's id."""
    root = world.env.backend.find_command("ask", world.guild.id)
    options, _ = interactions.build_options(
        world.noor, "ask", root, {"question": question}, channel_id=world.channel.id
    )
    record, payload = interactions.base_payload(
        world.env.backend,
        type=InteractionType.APPLICATION_COMMAND,
        channel_id=world.channel.id,
        guild_id=world.guild.id,
        user_id=world.noor.id,
        data={"id": root["id"], "name": "ask", "type": 1, "options": options},
    )
    world.env.backend.emit("INTERACTION_CREATE", payload)
    return InteractionResult(world.env, record), str(payload["id"])


async def whole_bot(content: Content, path: Path) -> tuple[list[tuple[str, str]], float, float]:
    """Time a question from the gateway's event to the request that shows its answer, against a bare `encode`."""
    original = open_embedder(BUNDLED_MODEL).model
    bare, whole = [], []
    async with timed_world(content, path, served_model()) as (world, log):
        for number, question in enumerate(questions_about(content)):
            # Taking turns, so that whatever else the machine does falls on both.
            began = time.perf_counter()
            original.encode(question, show_progress_bar=False)
            bare.append(time.perf_counter() - began)
            log.clear()
            log.times.clear()
            began = time.perf_counter()
            start_ask(world, f"{question} {number}")
            await world.env.settle()
            shown = [at for at, entry in zip(log.times, log, strict=True) if entry.path.endswith("@original")]
            whole.append(shown[0] - began)
    median = statistics.median(whole) / statistics.median(bare)
    tail = percentile(whole, 0.95) / percentile(bare, 0.95)
    rows = [
        ("Bare `SentenceTransformer.encode` of the question: median, p95", both(bare)),
        ("The same question through the whole bot: median, p95", both(whole)),
        ("Ratio of the medians, of the p95", f"{median:.2f}, {tail:.2f}"),
    ]
    return rows, median, tail


def both(values) -> str:
    return f"{milliseconds(statistics.median(values))}, {milliseconds(percentile(values, 0.95))}"


def autocomplete(content: Content) -> tuple[list[tuple[str, str]], float]:
    """Time the rows for what people have typed so far: beginnings of wordings, some with a typo."""
    completer = Completer(content.pack.entries)
    typed = []
    for number, question in enumerate(questions_about(content)):
        text = question.removeprefix("honestly ")
        for length in (1, 3, 8, 20, 60):
            begun = text[:length]
            typed.append(begun if number % 3 or length < 8 else begun[:4] + begun[5:])
    seconds = []
    for text in typed:
        began = time.perf_counter()
        completer.rows(text)
        seconds.append(time.perf_counter() - began)
    rows = [(f"Autocomplete over {len(content.pack.entries)} entries, {len(typed)} inputs: median, p95", both(seconds))]
    return rows, percentile(seconds, 0.95)


async def all_at_once(content: Content, path: Path) -> tuple[list[tuple[str, str]], float, int]:
    """Send 200 different questions in the same moment; time their acknowledgements and count the answers."""
    async with timed_world(content, path, served_model()) as (world, log):
        asked = [start_ask(world, question) for question in questions_about(content)]
        began = time.perf_counter()
        await world.env.settle(timeout=120)
        finished = max(at for at, entry in zip(log.times, log, strict=True) if entry.path.endswith("@original")) - began
        acknowledged = {
            entry.path.split("/")[2]: at - began
            for at, entry in zip(log.times, log, strict=True)
            if entry.path.endswith("/callback")
        }
        slowest = max(acknowledged[interaction] for _, interaction in asked)
        answered = sum(bool(result.response and result.response.components) for result, _ in asked)
    rows = [
        (f"{len(asked)} questions at once: the slowest acknowledgement", f"{slowest:.2f} s"),
        ("... answered, none lost", f"{answered} of {len(asked)}, the last after {finished:.1f} s"),
    ]
    return rows, slowest, len(asked) - answered
