"""Turns errors into words: the one place where a person learns that something went wrong."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import TYPE_CHECKING

import aiohttp
import discord

from bot.core.errors import LanternError, TooFastError
from bot.logs import INCIDENT, new_incident
from bot.views.answers import sentence

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from bot.core.texts import Texts

NOBODY_THERE = frozenset({10062, 10015, 50027, 40060, 10003, 10008})
"""Discord's codes for an interaction that can no longer be answered (discord/limits.md): too old, answered,
or its channel or message is gone."""

CLOSED = frozenset({50007, 50278})
"""Discord's codes for somebody who takes no direct messages from the bot, or is on no server with it (limits.md)."""

UNSENT = (discord.HTTPException, aiohttp.ClientError, TimeoutError)
"""What is raised where something was not sent, or nobody knows whether it was."""

log = logging.getLogger(__name__)


def is_news(record: logging.LogRecord) -> bool:
    """Tell whether a line of a library says more than that somebody was gone before the answer came."""
    error = record.exc_info[1] if record.exc_info else None
    return not (isinstance(error, discord.HTTPException) and error.code in NOBODY_THERE)


async def guarded(interaction: discord.Interaction, work: Awaitable[None], texts: Texts) -> None:
    """Do what an interaction asked for; whatever fails, the person gets a sentence and the log the reason."""
    try:
        await work
    except Exception as error:  # noqa: BLE001 - the last place that can answer
        await tell(interaction, error, texts)


async def tell(interaction: discord.Interaction, error: Exception, texts: Texts) -> None:
    """Answer an interaction whose work failed. Never raises."""
    text = text_for(error, texts)
    if text is None:
        log.info("Somebody was gone before the answer came: %s", error)
        return
    try:
        await say(interaction, text)
    except UNSENT as failure:
        log.warning("A person could not be told about an error: %s", failure)


async def say(interaction: discord.Interaction, text: str) -> None:
    """Say one thing to the person alone, whether or not the interaction was answered before."""
    if interaction.response.is_done():
        await interaction.followup.send(view=sentence(text), ephemeral=True)
    else:
        await interaction.response.send_message(view=sentence(text), ephemeral=True)


def is_discord_down(error: BaseException) -> bool:
    """Tell whether the reason is Discord or the way to it, so that trying again later may help.

    What Discord forbids or does not find has a code; without one it was said on the way, e.g. by Cloudflare.
    """
    if isinstance(error, discord.HTTPException):
        is_busy = error.status >= HTTPStatus.INTERNAL_SERVER_ERROR or error.status == HTTPStatus.TOO_MANY_REQUESTS
        return is_busy or (isinstance(error, discord.Forbidden | discord.NotFound) and not error.code)
    return isinstance(error, discord.RateLimited | aiohttp.ClientError | TimeoutError)


def text_for(error: Exception, texts: Texts) -> str | None:
    """Return the sentence for an error, None where nobody is there to read it."""
    if isinstance(error, discord.app_commands.CommandInvokeError):
        error = error.original if isinstance(error.original, Exception) else error
    if isinstance(error, discord.HTTPException) and error.code in NOBODY_THERE:
        return None
    if isinstance(error, LanternError) and error.text_key != LanternError.text_key:
        log.warning("%s: %s", type(error).__name__, error)
        again = {"again": discord.utils.format_dt(error.again_at, "R")} if isinstance(error, TooFastError) else {}
        return texts(error.text_key, **again)
    if is_discord_down(error):
        log.warning("Discord did not answer as it should: %s", error)
        return texts("error.discord_down")
    incident = new_incident()
    log.error("Incident %s", incident, exc_info=error, extra={INCIDENT: incident})
    return texts("error.unexpected", incident=incident)
