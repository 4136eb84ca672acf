"""What somebody sees whose words sound like a crisis: a question, people to talk to, and nothing that judges them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord
from discord import ui

from bot.core.countries import OFFERED, flagged, helplines_of
from bot.safety.text import cut
from bot.views.answers import ACCENT, LABEL_LENGTH, OPTIONS, Card, Row
from bot.views.ids import care
from bot.views.moderators.shown import Style, button

if TYPE_CHECKING:
    from datetime import datetime

    from bot.core.helplines import Helpline, Helplines
    from bot.core.texts import Texts

ANYWHERE = "-"
"""Stands in a custom id for a country nobody named."""
EVERY_COUNTRY = "https://findahelpline.com"


def asking_card(
    texts: Texts, helplines: Helplines, country: str, mark: str, *, kept: str, is_again: bool = False
) -> Card:
    """Return the question, with the lines of a country, and the three ways to answer it.

    `mark`: stands for the person's words, so that they are not asked about them again; `kept`: the sentence that says
    what becomes of them; `is_again`: the lines were shown today, and are one click away.
    """
    if is_again:
        known = helplines.countries.get(country)
        emergency = f"{known.emergency} ({flagged(country)})" if known else texts("care.local_number")
        text, lines = texts("care.again", emergency=emergency, kept=texts(kept)), [_lines_button(texts, country)]
    else:
        text = texts("care.ask", lines=lines_of(country, helplines, texts), kept=texts(kept))
        lines = []
    return Card(
        _said(text),
        Row(
            button(texts("care.label_yes"), care("yes", country), style=Style.primary),
            button(texts("care.label_no"), care("no", mark), style=Style.secondary),
            button(texts("care.label_person"), care("person", country), style=Style.secondary),
            *lines,
        ),
        _countries(texts),
    )


def yes_card(texts: Texts, helplines: Helplines, country: str) -> Card:
    """Return what comes after a yes: people, now; somebody near; distance. The conversation goes on."""
    return Card(
        _said(texts("care.said_yes", lines=lines_of(country, helplines, texts))),
        _link(texts, helplines, country),
        Row(
            button(texts("care.label_person"), care("person", country), style=Style.primary),
            button(texts("care.label_tomorrow"), care("tomorrow", country), style=Style.secondary),
        ),
    )


def now_card(texts: Texts, helplines: Helplines, country: str) -> Card:
    """Return where people answer, for whoever asks for it."""
    return Card(
        _said(texts("care.now", lines=lines_of(country, helplines, texts))),
        _link(texts, helplines, country),
        Row(button(texts("care.label_person"), care("person", country), style=Style.primary)),
        _countries(texts),
    )


def person_card(texts: Texts, helplines: Helplines, text: str, country: str, *, may_tell: bool) -> Card:
    """Return the lines first, then who is there on a server, and what a click would tell them."""
    parts = [_said(lines_of(country, helplines, texts)), ui.TextDisplay[Any](text), _link(texts, helplines, country)]
    if may_tell:
        parts.append(Row(button(texts("care.label_tell"), care("tell", country), style=Style.primary)))
    return Card(*parts)


def tomorrow_card(texts: Texts, helplines: Helplines, country: str) -> Card:
    """Return what somebody asked to be sent a day later."""
    lines = lines_of(country, helplines, texts)
    return Card(_said(texts("care.tomorrow", lines=lines)), _link(texts, helplines, country))


def lines_of(country: str, helplines: Helplines, texts: Texts) -> str:
    """Return a country's emergency number and lines; of another one, the directory of every country."""
    known = helplines.countries.get(country)
    if known is None:
        return texts("care.anywhere").strip()
    if not known.lines:
        page = f"https://{helplines_of(country)}"
        return texts("care.emergency_only", emergency=known.emergency, page=page, country=flagged(country)).strip()
    lines = "\n".join(texts("care.line", name=line.name, ways=_ways(line, texts)) for line in known.lines)
    return texts("care.lines", emergency=known.emergency, lines=lines, country=flagged(country)).strip()


def when(moment: datetime) -> str:
    """Return a moment as Discord shows it in everybody's own time."""
    return discord.utils.format_dt(moment, "f")


def _ways(line: Helpline, texts: Texts) -> str:
    ways = []
    if line.call:
        ways.append(texts("care.call", number=line.call))
    if line.text:
        ways.append(texts("care.text", number=line.text))
    if line.chat:
        ways.append(texts("care.chat", link=line.chat))
    return ", ".join([*ways, line.hours] if line.hours else ways)


def _lines_button(texts: Texts, country: str) -> ui.Button[Any]:
    return button(texts("care.label_lines"), care("lines", country))


def _said(text: str) -> ui.Item[Any]:
    return ui.Container(ui.TextDisplay[Any](text), accent_colour=ACCENT)


def _link(texts: Texts, helplines: Helplines, country: str) -> Row:
    """Return one tap to people: a line's own page, or the directory."""
    known = helplines.countries.get(country)
    links = [(line.name, line.chat or line.source) for line in known.lines] if known else []
    links.append((texts("care.label_page"), EVERY_COUNTRY))
    return Row(*(ui.Button[Any](label=cut(label, LABEL_LENGTH), url=url) for label, url in links))


def _countries(texts: Texts) -> Row:
    options = [discord.SelectOption(label=flagged(code), value=code) for code in OFFERED[: OPTIONS - 1]]
    options.append(discord.SelectOption(label=texts("care.label_elsewhere"), value=ANYWHERE))
    return Row(ui.Select[Any](placeholder=texts("care.label_country"), options=options, custom_id=care("country")))
