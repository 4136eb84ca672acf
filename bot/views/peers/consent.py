"""What comes before anything is stored: what opting in means, and the question for the age."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

import discord
from discord import ui

from bot.views.answers import ACCENT, Card, Row
from bot.views.ids import meet
from bot.views.moderators.shown import Style, button
from bot.views.peers.unsaved import unsaved_parts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.core.texts import Texts
    from bot.views.peers.unsaved import Typed


class Age(StrEnum):
    """What somebody says about their age."""

    ADULT = "adult"
    MINOR = "minor"
    UNSAID = "unsaid"


AGES: Mapping[Age, str] = {Age.ADULT: "join.adult", Age.MINOR: "join.minor", Age.UNSAID: "join.unsaid"}
NOT_ADULT: Mapping[Age, str] = {Age.MINOR: "join.for_minors", Age.UNSAID: "join.for_unsaid"}
"""What somebody reads who cannot be introduced."""


def consent_card(texts: Texts, came_from: str, unsaved: Mapping[Typed, str], *, age: Age | None = None) -> Card:
    """Return what opting in means. Its button works once somebody said that they are an adult.

    `came_from`: the id of the entry that led here, or NOTHING. `unsaved`: a first draft of the own words.
    """
    options = [discord.SelectOption(label=texts(key), value=each, default=each is age) for each, key in AGES.items()]
    select: ui.Select[Any] = ui.Select(
        custom_id=meet("age", came_from), options=options, placeholder=texts("join.how_old")
    )
    agree = button(texts("join.agree"), meet("agree", came_from), Style.success, disabled=age is not Age.ADULT)
    return Card(
        ui.Container(ui.TextDisplay(texts("join.text")), accent_colour=ACCENT),
        *unsaved_parts(unsaved, texts),
        Row(select),
        Row(agree),
    )


def not_adult_card(texts: Texts, age: Age) -> Card:
    """Return what somebody reads who is not introduced: why, that nothing was stored, and what there is for them."""
    return Card(ui.TextDisplay(f"{texts(NOT_ADULT[age])}\n\n{texts('join.instead')}"))
