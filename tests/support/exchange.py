"""Bringing a FAQ out of Discord and in again, as people do."""

from __future__ import annotations

from bot.content.exchange import dump
from bot.core.models import Bundle, EntryId, Format
from support.editor import card_of, guild_of, press, second_moderator, set_up, submit
from support.parts import make_entry
from support.worlds import buttons_in

LETTERS, VISAS = EntryId("letters"), EntryId("visas")
PASTED = "Q: May I bring my cat to the lab?\nQ: cats in the lab\nA: Ask the **vet** of your institute."


async def with_moderators(world):
    """Give a server a second moderator and a channel for both."""
    world.ada = second_moderator(world)
    world.desk = world.guild.create_text_channel("moderators")
    await set_up(world, moderators_channel=world.desk.id)


async def bring(world, name, data, actor=None, **options):
    """Bring in a file, and return the card that answers."""
    file = (name, data.encode() if isinstance(data, str) else data)
    return card_of(await (actor or world.mika).slash(world.channel, "faq import", file=file, **options))


async def paste(world, pasted, actor=None, **typed):
    """Paste text into the form, and return the card that answers."""
    actor = actor or world.mika
    shown = await actor.slash(world.channel, "faq import")
    return card_of(await submit(actor, shown, pasted=pasted, **typed))


async def exported(world, form="yaml"):
    """Return the file `/faq export` gives."""
    result = card_of(await world.mika.slash(world.channel, "faq export", form=form))
    (file,) = result.attachments
    return file


async def bundle_of(world):
    """Return the FAQ of the server."""
    return await world.lantern.importing.everything(guild_of(world))


async def file_of(world, *changes, form=Format.YAML):
    """Return a file with the FAQ of the server in which entries are replaced, or added."""
    bundle = await bundle_of(world)
    entries = {entry.id: entry for entry in (*bundle.entries, *changes)}
    return dump(Bundle(bundle.topics, tuple(entries.values())), form)


async def changes_in(card):
    """Return the text of the file beside a card."""
    (file,) = card.attachments
    return (await file.read()).decode()


def apply_button(card):
    """Return the label of the button that applies."""
    (label,) = (each for each in buttons_in(card) if each.startswith("Apply"))
    return label


async def apply(actor, card):
    """Apply the plan on a card, and return the card that answers."""
    return await press(actor, card, apply_button(card))


def public_card(world):
    """Return the newest card in the moderators' channel."""
    return world.desk.history()[-1]


CATS = make_entry("cats", "May I bring my cat to the lab?", "cats in the lab", topic="basics")
