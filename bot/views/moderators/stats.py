"""The FAQ in numbers as a card: the picture, then the same as text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord
from discord import ui

from bot.views.answers import Card
from bot.views.statistics import statistics_alt, statistics_text

if TYPE_CHECKING:
    from bot.core.texts import Texts
    from bot.faq.statistics import Statistics

PICTURE = "statistics.png"


def stats_card(statistics: Statistics, texts: Texts) -> Card:
    """Return the picture, which is attached as PICTURE, and its figures as text."""
    item = discord.MediaGalleryItem(f"attachment://{PICTURE}", description=statistics_alt(statistics, texts))
    gallery: ui.MediaGallery[Any] = ui.MediaGallery(item)
    return Card(gallery, ui.TextDisplay(statistics_text(statistics, texts)))
