"""Where a card of the editor goes, and what came with a form."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, TypeVar

import discord

from bot.cogs.routes import fields_of, uploads_of
from bot.core.errors import Fault, FormError
from bot.core.moderation import Form
from bot.faq.draft_text import FILE_BYTES, read_text
from bot.views.moderators.editor import UPLOAD

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.cogs.gate import Interaction
    from bot.views.moderators.shown import Shown

T = TypeVar("T")


def is_private(interaction: Interaction) -> bool:
    """Tell whether only this person sees the message a click or a form came from."""
    return interaction.message is not None and interaction.message.flags.ephemeral


async def defer_form(interaction: Interaction) -> None:
    """Accept a form; what follows changes the private card it was opened from, or makes a new one."""
    if is_private(interaction):
        await interaction.response.defer()
    else:
        await interaction.response.defer(ephemeral=True, thinking=True)


async def show(interaction: Interaction, shown: Shown) -> None:
    """Answer a deferred interaction: in the private card it came from, and never in one that others see."""
    is_click = interaction.type is discord.InteractionType.component
    if is_click and not is_private(interaction):
        await interaction.followup.send(view=shown.card, files=list(shown.files), ephemeral=True)
    else:
        await interaction.edit_original_response(view=shown.card, attachments=list(shown.files))


def following(one: T, waiting: Sequence[T]) -> T | None:
    """Return what to look at after one of those that wait, the first after the last; None where there is no other."""
    place = waiting.index(one)
    return waiting[(place + 1) % len(waiting)] if len(waiting) > 1 else None


def typed_in_form(interaction: Interaction) -> dict[str, str]:
    """Return the fields of a form as they were typed; one that took a file is not among them."""
    fields = fields_of(interaction)
    return {name: fields[name] for name in asdict(Form()) if name in fields}


async def uploaded_in_form(interaction: Interaction) -> tuple[dict[str, str], list[Fault]]:
    """Return the texts that came as files, and what is wrong with the others."""
    fields, files = fields_of(interaction), {str(file.id): file for file in uploads_of(interaction)}
    found: dict[str, str] = {}
    faults: list[Fault] = []
    for name in asdict(Form()):
        file = files.get(fields.get(name + UPLOAD, ""))
        if file is not None:
            try:
                found[name] = await text_in(file)
            except FormError as error:
                faults += error.faults
    return found, faults


async def text_in(file: discord.Attachment) -> str:
    """Return the text of a file. Raises FormError for one that is too large, not UTF-8, or cannot be had."""
    if file.size > FILE_BYTES:  # not even fetched
        raise FormError([Fault("fault.file_large", {"most": FILE_BYTES // 1000})])
    try:
        data = await file.read()
    except discord.HTTPException as error:
        raise FormError([Fault("fault.file_lost", {"name": file.filename})]) from error
    return read_text(data)
