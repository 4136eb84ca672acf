"""Opting in, step by step, as a member does it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.core.models import GuildId, UserId
from support.worlds import parts

STORY = "They praised my work, and then they never wrote again."
SENTENCE = "I would like to talk with somebody who was left waiting too."
WRITE, START, AGREE = "Write", "Start", "I agree"
STEPS = {"you": "1 · You", "happened": "2 · What happened", "talking": "3 · When and how"}
WHOLE = {
    "you": {"roles": ["peer"], "stage": ["1"], "languages": ["en"]},
    "happened": {"topics": ["ghosting"], "helps": ["listening"]},
    "talking": {"hours": ["any"]},
}
"""The choices without which nobody can be found, by step."""


async def turn_on(world, **settings):
    """Turn introductions on, as `/setup` does; `settings`: more of the PeerSettings."""
    await world.lantern.guilds.update(
        GuildId(world.guild.id), lambda known: replace(known, peers=replace(known.peers, **{"is_on": True, **settings}))
    )


async def peers(world, command, *, who=None, **options):
    """Return the live message that answers a command of `/peers`."""
    return (await (who or world.noor).slash(world.channel, f"peers {command}", **options)).response


async def say_age(world, message, age="adult", *, who=None):
    """Pick an age on the consent."""
    select = next(part["custom_id"] for part in parts(message) if part.get("custom_id", "").startswith("meet:age"))
    return await (who or world.noor).select(message, [age], custom_id=select)


async def agree(world, message, *, who=None):
    """Say that one is an adult, and agree; the message shows the profile then."""
    await say_age(world, message, who=who)
    await (who or world.noor).click(message, label=AGREE)
    return message


async def join(world, *, who=None):
    """Opt in, and return the panel with an empty profile."""
    return await agree(world, await peers(world, "join", who=who), who=who)


async def pick(world, panel, choice, *values, who=None):
    """Choose something on the panel."""
    return await (who or world.noor).select(panel, list(values), custom_id=f"meet:choose:{choice}")


async def turn(world, panel, step, *, who=None):
    """Go to a step of the panel, unless it is there."""
    if not any(part.get("label") == STEPS[step] and part.get("disabled") for part in parts(panel)):
        await (who or world.noor).click(panel, label=STEPS[step])
    return panel


async def fill(world, panel, *, who=None):
    """Choose what a profile needs."""
    for step, choices in WHOLE.items():
        await turn(world, panel, step, who=who)
        for choice, values in choices.items():
            await pick(world, panel, choice, *values, who=who)
    return panel


async def take_part(world, *, who=None):
    """Opt in with a profile that lacks nothing, and start."""
    panel = await fill(world, await join(world, who=who), who=who)
    await (who or world.noor).click(panel, label=START)
    return panel


async def write(world, panel, story=STORY, sentence=SENTENCE, *, who=None):
    """Write own words and a sentence; return what came of saving them."""
    member = who or world.noor
    form = await member.click(panel, label=WRITE)
    return await member.submit_modal(form, {"story": story, "sentence": sentence})


def prefilled(form) -> dict[str, str]:
    """Return what the fields of an open form hold."""
    fields = (part["component"] for part in form.modal["components"])
    return {each["custom_id"]: each.get("value") or "" for each in fields}


async def member_of(world, who=None):
    """Return what is stored of somebody, None for nothing."""
    return await world.lantern.membership.member(GuildId(world.guild.id), UserId((who or world.noor).id))


async def profile_of(world, who=None):
    """Return somebody's profile."""
    return (await member_of(world, who)).profile


def options_in(message, choice):
    """Return what a list on the panel offers, and what of it is shown as chosen: (values, values)."""
    part = next(part for part in parts(message) if part.get("custom_id") == f"meet:choose:{choice}")
    values = [option["value"] for option in part["options"]]
    return values, [option["value"] for option in part["options"] if option.get("default")]


def newcomer(world, name, *, days):
    """Return a new member whose account, and whose time on the server, are so many days old."""
    clock = world.env.backend.clock
    clock._epoch = datetime.now(UTC) - timedelta(days=days, seconds=clock.elapsed)
    return world.guild.add_member(world.env.create_user(name))
