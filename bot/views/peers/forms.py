"""The forms of a profile, filled with what is saved, or was typed last."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord
from discord import ui

from bot.peers.profiles import STORY_LENGTH
from bot.safety.cards import SENTENCE_LENGTH
from bot.views.ids import meet
from bot.views.peers.unsaved import ZONE_LENGTH, Typed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.core.peers import Profile
    from bot.core.texts import Texts


def words_form(profile: Profile, unsaved: Mapping[Typed, str], texts: Texts) -> ui.Modal:
    """Return the form for the own words and the sentence."""
    story = ui.TextInput[Any](
        custom_id=Typed.STORY,
        style=discord.TextStyle.paragraph,
        default=unsaved.get(Typed.STORY, profile.story)[:STORY_LENGTH] or None,
        max_length=STORY_LENGTH,
        required=False,
    )
    sentence = ui.TextInput[Any](
        custom_id=Typed.SENTENCE,
        style=discord.TextStyle.paragraph,
        default=unsaved.get(Typed.SENTENCE, profile.sentence)[:SENTENCE_LENGTH] or None,
        max_length=SENTENCE_LENGTH,
        required=False,
    )
    form = ui.Modal(title=texts("profile.words_title"), custom_id=meet("words_save"))
    form.add_item(ui.Label(text=texts("profile.story"), description=texts("profile.story_hint"), component=story))
    form.add_item(
        ui.Label(text=texts("profile.sentence"), description=texts("profile.sentence_hint"), component=sentence)
    )
    form.stop()  # routed by its custom id, so that it outlives a restart
    return form


def zone_form(profile: Profile, unsaved: Mapping[Typed, str], texts: Texts) -> ui.Modal:
    """Return the form for the time zone."""
    zone = ui.TextInput[Any](
        custom_id=Typed.ZONE,
        default=unsaved.get(Typed.ZONE, profile.zone) or None,
        max_length=ZONE_LENGTH,
        required=False,
    )
    form = ui.Modal(title=texts("profile.zone_title"), custom_id=meet("zone_save"))
    form.add_item(ui.Label(text=texts("profile.zone"), description=texts("profile.zone_hint"), component=zone))
    form.stop()
    return form
