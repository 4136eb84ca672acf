"""Stays connected to Discord until told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
import signal
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import aiohttp
import discord

from bot.core.errors import ConfigurationError, SessionsSpentError, UnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from discord.types.gateway import SessionStartLimit

FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 2.0, 300.0
"""Between two tries to connect: doubled each time, with some chance, so that many bots do not knock together."""
HELD_SECONDS = 60.0
"""A connection that lasted so long was a good one."""
LOSSES = 5
"""Connections lost in a row, none of them good, after which discord.py is not left to itself any longer: it would go on
at once for as long as it can connect, and else after up to 17 minutes."""
CANCELLED_WITHIN_SECONDS = 1.0
LAST_ANSWERS_SECONDS = 3.0
"""For so long a client that ends waits for answers that are under way; people wait no longer for a first one."""
ANSWERING = ("on_interaction", "on_app_command_completion", "CommandTree-invoker")
"""How the names end that discord.py gives to the tasks in which interactions are answered, and what follows is sent."""
DAY_SECONDS = 86_400.0
SPARE_SESSIONS = 50
"""Of a day, that are never begun: Discord resets the token of a bot that "hits the limit" [its docs, Gateway]."""
OTHER_TOKENS = frozenset({"interactions", "webhooks"})
"""Parts of addresses in which a token of their own stands, which is over after 15 minutes."""

FINAL = frozenset({4010, 4011, 4012, 4013, 4014})
"""Close codes after which no retry helps. 4004, a refused token, is not among them: the login that follows tells
whether it is so, and one wrong word of the gateway does not end the bot for good."""

log = logging.getLogger(__name__)


class SteadyClient(discord.Client):
    """A client that says when its connection is beyond help, so that a new one can take over.

    `gave_up`: set then; `why` is the reason.
    """

    def __init__(self, *, intents: discord.Intents, **options: Any) -> None:
        trace = aiohttp.TraceConfig()
        trace.on_request_end.append(self._look_at_answer)
        super().__init__(intents=intents, http_trace=trace, **options)
        self.gave_up = asyncio.Event()
        self.why: UnavailableError | None = None
        self._losses = 0
        self._up_since: float | None = None

    async def close(self) -> None:
        """Let the answers that are under way arrive, for a moment, and end the connection."""
        under_way = {task for task in asyncio.all_tasks() if task.get_name().endswith(ANSWERING)}
        if under_way:
            log.info("%d answers are under way; they are waited for", len(under_way))
            _, late = await asyncio.wait(under_way, timeout=LAST_ANSWERS_SECONDS)
            for task in late:
                task.cancel()
        await super().close()

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Begin a session only where Discord's own count leaves enough of them. Raises SessionsSpentError."""
        _, _, limit = await self.http.get_bot_gateway()
        if pause := pause_before_session(limit):
            raise SessionsSpentError("today's sessions are nearly used up, and the rest is kept for later", pause)
        await super().before_identify_hook(shard_id, initial=initial)

    async def on_ready(self) -> None:
        """Say that the bot can be used."""
        self._up_since = asyncio.get_running_loop().time()
        log.info("Ready in %d servers", len(self.guilds))

    async def on_resumed(self) -> None:
        """Say that the connection is back; what happened meanwhile follows by itself."""
        self._up_since = asyncio.get_running_loop().time()
        log.info("Connected again")

    async def on_disconnect(self) -> None:
        """Count what was lost; discord.py connects again by itself."""
        code = self.ws.socket.close_code if self.ws else None
        log.info("The connection to Discord was lost (close code %s)", code)
        held = self._up_since is not None and asyncio.get_running_loop().time() - self._up_since >= HELD_SECONDS
        self._up_since, self._losses = None, 1 if held else self._losses + 1
        if self._losses >= LOSSES:
            self._give_up(UnavailableError(f"the connection was lost {LOSSES} times in a row"))

    def _give_up(self, why: UnavailableError) -> None:
        self.why = self.why or why
        self.gave_up.set()

    async def _look_at_answer(self, _session: object, _context: object, asked: aiohttp.TraceRequestEndParams) -> None:
        """Notice, by whatever the bot asks of Discord, that its token was withdrawn: the next login says so."""
        is_refused = asked.response.status == HTTPStatus.UNAUTHORIZED and OTHER_TOKENS.isdisjoint(asked.url.parts)
        if is_refused and self.user is not None:  # else it is the login that was refused, and discord.py tells it
            self._give_up(UnavailableError("it does not take the token any more"))


def pause_before_session(limit: SessionStartLimit) -> float:
    """Return for how many seconds no session may begin yet.

    Half of a day's sessions (1000 [limits.md]) may begin at any pace; of the other half as much as of the day is over,
    without the last SPARE_SESSIONS. So no loop of crashes, of however many processes, uses up the day's sessions.
    """
    half = limit["total"] / 2
    kept_from = (limit["remaining"] - SPARE_SESSIONS) * DAY_SECONDS / (half - SPARE_SESSIONS)
    return max(0.0, limit["reset_after"] / 1000 - max(0.0, kept_from))


async def stay_connected(
    new_client: Callable[[], SteadyClient],
    token: str,
    stop: asyncio.Event,
    *,
    first_wait_seconds: float = FIRST_WAIT_SECONDS,
) -> None:
    """Run a client until `stop` is set; a new one after each failure, since discord.py cannot reuse one.

    discord.py retries by itself once it was connected; a failure of the first connect (its issue 10520), or an error
    in its own event parsing, ends it, and this loop starts over.
    Raises ConfigurationError for a token that Discord refuses, and for what else no retry will mend.
    """
    wait = first_wait_seconds
    while not stop.is_set():
        client = new_client()
        started, least = asyncio.get_running_loop().time(), 0.0
        try:
            await _run_until(client, token, stop)
        except discord.LoginFailure as error:
            raise ConfigurationError(
                "Discord refused the token. Set LANTERN_DISCORD_TOKEN to the one shown under Bot > Reset Token "
                "in the Discord developer portal."
            ) from error
        except Exception as error:  # whatever it was, the bot comes back
            if (code := _close_code_of(error)) in FINAL:
                raise _final(code) from error
            log.warning("Discord cannot be reached (%s)", _reason_of(error))
            least = error.pause_seconds if isinstance(error, SessionsSpentError) else 0.0
        if stop.is_set():
            return
        if asyncio.get_running_loop().time() - started > LONGEST_WAIT_SECONDS:
            wait = first_wait_seconds
        pause = max(least, wait * random.uniform(0.5, 1.0))  # noqa: S311 - not a secret
        log.info("Trying again in %.0f s", pause)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), pause)
        wait = min(LONGEST_WAIT_SECONDS, wait * 2)


async def _run_until(client: SteadyClient, token: str, stop: asyncio.Event) -> None:
    running = asyncio.create_task(client.start(token))
    others = [asyncio.create_task(event.wait()) for event in (stop, client.gave_up)]
    try:
        await asyncio.wait({running, *others}, return_when=asyncio.FIRST_COMPLETED)
        if stop.is_set():
            log.info("Closing the connection to Discord")
    finally:
        # First the reading ends, then the connection: the other way round discord.py says 4000, "back soon",
        # and Discord shows the bot as online for minutes.
        for task in others:
            task.cancel()
        running.cancel()
        await asyncio.wait({running}, timeout=CANCELLED_WITHIN_SECONDS)
        await client.close()
        running.cancel()  # asyncio.wait_for, which discord.py connects in, swallows it now and then in Python 3.11
        await asyncio.wait({running})
    if not running.cancelled():
        running.result()
    if client.why is not None:
        raise client.why


def _close_code_of(error: Exception) -> int:
    if isinstance(error, discord.PrivilegedIntentsRequired):
        return 4014
    return error.code if isinstance(error, discord.ConnectionClosed) else 0


def _final(code: int) -> ConfigurationError:
    if code in {4010, 4011}:
        return ConfigurationError(
            "The bot is on more servers than Discord lets it serve from one connection (2,500), and Lantern has only "
            "one. Take it off some of them, or start a second bot, with a token and a database of its own, for them."
        )
    return ConfigurationError(
        f"Discord does not take how this Lantern connects (close code {code}). Install a newer Lantern; if this is the "
        "newest, report it: it asks for nothing but the servers it is on, which every bot may have."
    )


def _reason_of(error: Exception) -> str:
    """Return in one line what ended a client; where discord.py stumbled over it (its issue 10520), what it was."""
    if isinstance(error, AttributeError) and isinstance(error.__context__, Exception):
        error = error.__context__
    if isinstance(error, discord.HTTPException):  # its text may be a whole page of HTML
        return f"{error.status} {error.response.reason}"
    return f"{type(error).__name__}: {error}".partition("\n")[0]


@contextlib.contextmanager
def stop_on_signals() -> Iterator[asyncio.Event]:
    """Yield an event that SIGTERM or SIGINT sets, so that the bot closes cleanly (discord.py would just end)."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    signals = (signal.SIGTERM, signal.SIGINT)
    for number in signals:
        loop.add_signal_handler(number, stop.set)
    try:
        yield stop
    finally:
        for number in signals:
            loop.remove_signal_handler(number)
