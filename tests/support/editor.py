"""Using the editor as people do."""

from __future__ import annotations

from dataclasses import replace

from bot.core.models import GuildId
from support.worlds import parts

GOOD = {
    "question": "How do I get a cat through quarantine?",
    "answer": "Ask the **vet** early. Some countries want a blood test months before.",
    "phrasings": "cat quarantine rules\nmy cat and I move abroad",
    "topic": "Basics",
    "sources": "The vets | https://example.org/vets | they write the papers\nsomebody who moved with two cats",
}
"""What a moderator could type; nothing in the small FAQ is like it."""


def fields_in(shown) -> dict[str, dict]:
    """Return the fields of a form that was opened, by custom id."""
    inner = (part.get("component") for part in shown.modal["components"])
    return {field["custom_id"]: field for field in inner if field}


def prefilled(shown) -> dict[str, str]:
    """Return what stands in a form when it opens."""
    return {name: field.get("value") or "" for name, field in fields_in(shown).items() if field["type"] == 4}


async def submit(actor, shown, **typed):
    """Save a form with some fields typed anew, the others as they were; return the answer."""
    return await actor.submit_modal(shown, {**prefilled(shown), **typed})


def card_of(result):
    """Return the message that answers an interaction."""
    return result.followups[-1] if result.followups else result.response


async def add(world, actor=None, **typed):
    """Open `/faq add`, save the form, and return the card that answers."""
    actor = actor or world.mika
    shown = await actor.slash(world.channel, "faq add")
    return card_of(await submit(actor, shown, **{**GOOD, **typed}))


async def edit_form(world, entry, actor=None):
    """Return the form `/faq edit` opens."""
    return await (actor or world.mika).slash(world.channel, "faq edit", entry=f"id:{entry}")


async def edit(world, entry, actor=None, **typed):
    """Open `/faq edit`, save the form, and return the card that answers."""
    actor = actor or world.mika
    return card_of(await submit(actor, await edit_form(world, entry, actor), **typed))


async def answer_question(world, card, shown, actor=None, **typed):
    """Save the form that a card of the queue opened, publish what becomes of it, and return the card that answers."""
    actor = actor or world.mika
    rest = {name: GOOD[name] for name in ("answer", "topic", "sources")}
    preview = card_of(await submit(actor, shown, **{**rest, **typed})) or card
    return await press(actor, preview, "Publish")


async def press(actor, message, label):
    """Press a button, and return the card that answers: the same message changed, or a new one."""
    result = await actor.click(message, label=label)
    return card_of(result) or message


async def entries_of(world):
    """Return the FAQ of the world's server, by id."""
    return (await world.lantern.library.shelf(guild_of(world))).entries


def guild_of(world) -> GuildId:
    """Return the world's server as the inside names it."""
    return GuildId(world.guild.id)


async def set_up(world, **changes):
    """Change the server's settings."""
    await world.lantern.guilds.update(guild_of(world), lambda settings: replace(settings, **changes))


def second_moderator(world, name="ada"):
    """Return another member with the moderators' role."""
    return world.guild.add_member(world.env.create_user(name), roles=[world.mods])


def ids_in(message) -> list[str]:
    """Return every custom id on a card."""
    return [part["custom_id"] for part in parts(message) if part.get("custom_id")]
