"""What goes between the bot and Discord, as figures: interactions that come in, requests that go out."""

from __future__ import annotations

import re
import secrets
import time
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import discord

from bot.core.ports.watch import Came, Outcome, Stage
from bot.logs import INTERACTION

if TYPE_CHECKING:
    import aiohttp

    from bot.core.ports.watch import Meter

TRACE = "trace"
"""Where an interaction has, in its `extras`, what all lines of the log have in common that it causes."""
FIRST_ANSWER = re.compile(r"/interactions/(\d+)/[^/]+/callback$")
"""The address of a first answer: with the id of the interaction, which says when Discord made it."""
CAME = {
    discord.InteractionType.application_command: Came.COMMAND,
    discord.InteractionType.autocomplete: Came.AUTOCOMPLETE,
    discord.InteractionType.component: Came.CLICK,
    discord.InteractionType.modal_submit: Came.FORM,
}


def trace(interaction: discord.Interaction[Any]) -> None:
    """Let every line of the log, from here on, say which interaction caused it; the same wherever it is traced."""
    INTERACTION.set(interaction.extras.setdefault(TRACE, secrets.token_hex(3)))


def meter_requests(client: discord.Client, meter: Meter) -> None:
    """Count each request of a client on the wire, retries too, and how long first answers take to arrive."""

    async def ended(_session: object, _context: object, request: aiohttp.TraceRequestEndParams) -> None:
        outcome = _outcome_of(request.response.status)
        meter.requested(outcome)
        found = FIRST_ANSWER.search(request.url.path)
        if found and outcome is Outcome.OK:
            made_at = discord.utils.snowflake_time(int(found[1])).timestamp()
            meter.took(Stage.ACKNOWLEDGE, time.time() - made_at)

    async def failed(_session: object, _context: object, _request: aiohttp.TraceRequestExceptionParams) -> None:
        meter.requested(Outcome.UNREACHABLE)

    if (config := client.http.http_trace) is not None:
        config.on_request_end.append(ended)
        config.on_request_exception.append(failed)


def _outcome_of(status: int) -> Outcome:
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return Outcome.TOO_FAST
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Outcome.FAILED
    return Outcome.REFUSED if status >= HTTPStatus.BAD_REQUEST else Outcome.OK
