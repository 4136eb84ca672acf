"""The panel of `/setup`, as tests use it."""

from __future__ import annotations

import discord
from simcord.backend.models.channel import Overwrite
from simcord.enums import OverwriteType

from support.worlds import parts

ROLE_SELECT, CHANNEL_SELECT = 6, 8
"""Discord's component types."""


def manager_of(world, name):
    """Return a new member with Manage Server."""
    role = world.guild.create_role(f"{name}s", permissions=discord.Permissions(manage_guild=True))
    return world.guild.add_member(world.env.create_user(name), roles=[role])


async def panel(world, admin, page="Roles"):
    """Return the live panel, open at a page."""
    shown = (await admin.slash(world.channel, "setup")).response
    if page != "Roles":
        await admin.click(shown, label=page)
    return shown


async def settings_of(world):
    """Return what is set."""
    return await world.lantern.guilds.settings(world.guild.id)


def select_in(message, custom_id):
    """Return a select of a message by its custom id."""
    return next(part for part in parts(message) if part.get("custom_id") == custom_id)


def chosen_in(message, custom_id):
    """Return what an entity select shows as chosen."""
    return {int(one["id"]) for one in select_in(message, custom_id).get("default_values") or ()}


async def deny(world, channel, who, **permissions):
    """Take permissions in a channel away from somebody."""
    denied = Overwrite(who, OverwriteType.MEMBER, deny=discord.Permissions(**permissions).value)
    world.env.backend.edit_channel(channel.id, {}, overwrites=[denied])
    await world.env.settle()
