"""Sends what nobody may get twice, where nobody can tell whether it was sent: the answer that said so was lost."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import discord

from bot.cogs.tell import is_discord_down

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from bot.views.answers import Card

FRESH = timedelta(minutes=1)
"""For so long Discord itself knows a message that was sent before, by its nonce: it says "in the past few minutes"
[its docs, Create Message]. Later, Lantern looks for it."""
LOOKED_AT = 100
"""Messages that are looked at: as many as Discord returns at once."""
TELLING = ("content", "custom_id", "url")
"""What of a part of a message tells it from another."""
NONCE_BYTES = 12
"""In hexadecimal digits, one less than the 25 characters that Discord takes [limits.md]."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Sending:
    """What is to be sent once.

    `key`: names it, among everything the bot sends; `since`: the moment (UTC) from which on it may have been sent;
    `by_first_line`: it is known by that, as the rest changes with every try.
    """

    key: str
    since: datetime
    by_first_line: bool = False


async def send_once(
    channel: discord.abc.Messageable, card: Card, sending: Sending, by: discord.ClientUser | None, **options: Any
) -> None:
    """Send a message, unless it is there: `by` the bot, since it was due. Raises one of UNSENT."""
    if discord.utils.utcnow() - sending.since > FRESH and await _is_there(channel, card, sending, by):
        log.info("A message was there already, though Discord had not said so; it is not sent again")
        return
    nonce = hashlib.blake2b(sending.key.encode(), digest_size=NONCE_BYTES).hexdigest()
    await channel.send(view=card, nonce=nonce, **options)


async def _is_there(
    channel: discord.abc.Messageable, card: Card, sending: Sending, by: discord.ClientUser | None
) -> bool:
    wanted = _words(card.to_components(), sending)  # type: ignore[no-untyped-call]
    try:
        async for message in channel.history(after=sending.since, limit=LOOKED_AT):
            is_ours = by is not None and message.author.id == by.id
            if is_ours and _words([part.to_dict() for part in message.components], sending) == wanted:
                return True
    except discord.Forbidden as error:
        if is_discord_down(error):
            raise
        log.warning("The bot may not read what it wrote in a channel, and so may write it twice: %s", error)
    return False


def _words(parts: Sequence[Mapping[str, Any]], sending: Sending) -> list[str]:
    """Return what a message says and offers, whatever Discord did to its spaces."""
    lines = [" ".join(line.split()) for text in _texts(parts) for line in text.splitlines()]
    written = [line for line in lines if line]
    return written[:1] if sending.by_first_line else written


def _texts(parts: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for part in parts:
        yield from (part[name] for name in TELLING if part.get(name))
        yield from _texts(part.get("components", ()))
