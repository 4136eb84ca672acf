"""What somebody typed and is not saved: it stays on their message, and is read back from there, after any restart."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

from discord import ui

from bot.peers.profiles import STORY_LENGTH
from bot.safety.cards import SENTENCE_LENGTH
from bot.views.answers import Card, Row, text_in
from bot.views.ids import meet
from bot.views.moderators.shown import Style, button

if TYPE_CHECKING:
    from collections.abc import Mapping

    import discord

    from bot.core.texts import Texts


ZONE_LENGTH = 60


class Typed(StrEnum):
    """What is typed into the forms of a profile."""

    STORY = "story"
    SENTENCE = "sentence"
    ZONE = "zone"


_KEYS: Mapping[Typed, str] = {
    Typed.STORY: "profile.unsaved_story",
    Typed.SENTENCE: "profile.unsaved_sentence",
    Typed.ZONE: "profile.unsaved_zone",
}
_IDS: Mapping[Typed, int] = {Typed.STORY: 1101, Typed.SENTENCE: 1102, Typed.ZONE: 1103}
"""The components that hold them."""
_LENGTHS: Mapping[Typed, int] = {
    Typed.STORY: STORY_LENGTH,
    Typed.SENTENCE: SENTENCE_LENGTH,
    Typed.ZONE: ZONE_LENGTH,
}
"""Characters that a field of a form takes; Discord sends no more."""
_FENCE, _BROKEN = "```", "`\u200b``"
"""What would end a block of code, and what stands in for it."""


def unsaved_parts(unsaved: Mapping[Typed, str], texts: Texts) -> list[ui.Item[Any]]:
    """Return what is not saved, letter for letter, for `unsaved_in` to read back."""
    return [
        ui.TextDisplay(texts(_KEYS[each], text=text[: _LENGTHS[each]].replace(_FENCE, _BROKEN)), id=_IDS[each])
        for each, text in unsaved.items()
        if text.strip()
    ]


def unsaved_in(message: discord.Message | None, texts: Texts) -> dict[Typed, str]:
    """Return what a message of ours keeps of what was typed."""
    found = {}
    for each, key in _KEYS.items():
        before, after = texts(key, text="\0").split("\0")
        shown = text_in(message, _IDS[each]) if message else ""
        if text := shown.removeprefix(before).removesuffix(after):
            found[each] = text.replace(_BROKEN, _FENCE)
    return found


def given_back_card(unsaved: Mapping[Typed, str], texts: Texts) -> Card:
    """Return what was typed and could not be saved, and the way to try it once more."""
    again = "zone" if Typed.ZONE in unsaved else "words"
    return Card(
        ui.TextDisplay(texts("profile.given_back")),
        *unsaved_parts(unsaved, texts),
        Row(button(texts("profile.open_again"), meet(again), Style.primary)),
    )
