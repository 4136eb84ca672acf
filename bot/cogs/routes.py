"""Clicks, picks and modals by their custom id: nothing is kept in memory, so they work after any restart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import discord

from bot.cogs.tell import guarded, say
from bot.core.errors import OldButtonError, TooFastError
from bot.safety.text import quoted
from bot.views.ids import parse_action

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from bot.cogs.gate import Gate, Interaction
    from bot.core.moderation import Capability
    from bot.core.texts import Texts
    from bot.views.ids import Action

RETURNED = 3800
"""Characters of what somebody typed that are shown to them when it was not saved; a message holds 4000."""


@dataclass(frozen=True, slots=True)
class Route:
    """What a verb does, and who may.

    `do(interaction, *arguments)`: called after the defer, unless `opens_modal`: a modal must be the first answer.
    `keeps_first`: `do` defers and asks the gate itself, once what was typed is kept: whoever lost their role, or
    meets a Discord that does not answer, loses no text.
    """

    capability: Capability
    do: Callable[..., Awaitable[None]]
    opens_modal: bool = False
    keeps_first: bool = False


class Router:
    """Finds the route of a custom id `<prefix>:<verb>:<arguments>` by its prefix, verb and number of arguments."""

    def __init__(self, prefix: str, routes: Mapping[tuple[str, int], Route], gate: Gate, texts: Texts) -> None:
        self.prefix = prefix
        self.routes = routes
        self._gate = gate
        self._texts = texts

    async def handle(self, interaction: Interaction) -> bool:
        """Do what a click, a pick or a saved modal asks for; False for those of other prefixes."""
        meant = parse_action(str(data_of(interaction).get("custom_id", "")), self.prefix)
        if meant is None:
            return False
        route = self.routes.get((meant.verb, len(meant.arguments)))
        if route is None:
            await guarded(interaction, say(interaction, self._texts("error.button_old")), self._texts)
        else:
            await guarded(interaction, self._do(interaction, route, meant), self._texts)
        return True

    async def _do(self, interaction: Interaction, route: Route, meant: Action) -> None:
        if not route.keeps_first:  # which has limits of its own, and gives back what it does not take
            if not route.opens_modal:
                await interaction.response.defer()
            await self._gate.require(interaction, route.capability)
            await self._pace(interaction, route, meant)
        await route.do(interaction, *meant.arguments)

    async def _pace(self, interaction: Interaction, route: Route, meant: Action) -> None:
        """Count it; a form that comes too fast is given back. Raises TooFastError."""
        try:
            self._gate.pacing.of_press(interaction, route.capability, meant.verb)
        except TooFastError:
            if typed := "\n\n".join(filter(None, fields_of(interaction).values())):
                await say(interaction, f"{self._texts('rates.returned')}\n{quoted(typed, RETURNED)}")
            raise


def data_of(interaction: Interaction) -> dict[str, Any]:
    """Return the raw data Discord sent."""
    return dict(interaction.data or {})


def message_of(interaction: Interaction) -> discord.Message:
    """Return the message whose component was used. Raises OldButtonError for a form that no message opened."""
    if interaction.message is None:
        raise OldButtonError("A click without a message.")
    return interaction.message


def picked_in(interaction: Interaction) -> list[str]:
    """Return what was picked in a select menu. Raises OldButtonError where that is none."""
    picked = data_of(interaction).get("values")
    if picked is None:
        raise OldButtonError("A press that is no pick.")
    return [str(value) for value in picked]


def pick_in(interaction: Interaction) -> str:
    """Return the one thing that was picked. Raises OldButtonError."""
    for picked in picked_in(interaction):
        return picked
    raise OldButtonError("A pick of nothing.")


def fields_of(interaction: Interaction) -> dict[str, str]:
    """Return what was typed or picked in a modal, by the custom id of each field; several picks one per line.

    Half of a character, as some keyboards send it, becomes a question mark: it could not be stored.
    """
    found: dict[str, str] = {}
    for part in data_of(interaction).get("components", ()):
        field = part.get("component")
        if field is not None:
            typed = "\n".join(field["values"]) if "values" in field else field.get("value") or ""
            found[field["custom_id"]] = typed.encode("utf-8", "replace").decode()
    return found


def uploads_of(interaction: Interaction) -> list[discord.Attachment]:
    """Return the files that came with a modal."""
    raw = (data_of(interaction).get("resolved") or {}).get("attachments", {})
    return [discord.Attachment(data=each, state=interaction._state) for each in raw.values()]  # noqa: SLF001 - discord.py has no public way to make one
