"""What somebody is told later: by direct message, or privately at their next question."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from discord import ui

from bot.core.models import NO_GUILD
from bot.views.answers import Card, Row, entry_parts
from bot.views.pages import pages_of

if TYPE_CHECKING:
    from datetime import date

    from bot.core.models import Entry, GuildId
    from bot.core.texts import Texts


def notice_cards(text: str, entry: Entry | None, guild: GuildId, texts: Texts, today: date) -> list[Card]:
    """Return a notice as messages: its sentence, an entry's whole answer, and the way to the server.

    Every page is a message of its own: a button to turn them would not know, in direct messages, whose FAQ it is.
    """
    parts: list[ui.Item[Any]] = [ui.TextDisplay(text)]
    further: list[Card] = []
    if entry is not None:
        parts += entry_parts(entry, texts, today)
        pages = range(1, len(pages_of(entry, texts)))
        further = [Card(entry_parts(entry, texts, today, page)[0]) for page in pages]
    if guild != NO_GUILD:
        link: ui.Button[Any] = ui.Button(label=texts("notice.server"), url=f"https://discord.com/channels/{guild}")
        parts.append(Row(link))
    return [Card(*parts), *further]
