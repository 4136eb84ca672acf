"""Everything that can be done with the bot, read from the live client, so that nothing new is forgotten."""

from __future__ import annotations

from dataclasses import dataclass, field

import discord
from discord import app_commands
from simcord import interactions
from simcord.backend import serializers
from simcord.enums import InteractionType
from simcord.results import InteractionResult

from support.worlds import SELECT, texts_in

COMMAND, TYPING, PRESS, FORM = (
    InteractionType.APPLICATION_COMMAND,
    InteractionType.APPLICATION_COMMAND_AUTOCOMPLETE,
    InteractionType.MESSAGE_COMPONENT,
    InteractionType.MODAL_SUBMIT,
)
MENUS = (discord.AppCommandType.message, discord.AppCommandType.user)
VALUES = {
    discord.AppCommandOptionType.string: "x",
    discord.AppCommandOptionType.integer: 1,
    discord.AppCommandOptionType.number: 1,
    discord.AppCommandOptionType.boolean: True,
    discord.AppCommandOptionType.user: "",
}
"""What is given to required options: who may is asked before anybody looks at them. Users are whoever acts."""


@dataclass(frozen=True, slots=True)
class Act:
    """A command, the rows suggested for one of its options, a press, or a form; `data` is what Discord sends."""

    name: str
    kind: InteractionType
    data: dict = field(hash=False)


def acts_of(client) -> list[Act]:
    """Return every command, autocomplete and press the client answers; a saved modal takes the way of a press."""
    commands = [each for each in client.tree.walk_commands() if isinstance(each, app_commands.Command)]
    menus = [menu for kind in MENUS for menu in client.tree.get_commands(type=kind)]
    return [
        *map(_command, commands),
        *(_typing(command, option) for command in commands for option in command.parameters if option.autocomplete),
        *(Act(menu.name, COMMAND, {"name": menu.name, "type": menu.type.value}) for menu in menus),
        *(_press(router.prefix, *route) for router in client.routers for route in router.routes),
    ]


def picture_of(world, message) -> dict:
    """Return a message as Discord sends it along; it can be pressed even when the message is gone."""
    stored = world.env.backend.get_message(message.channel_id, message.id)
    return dict(serializers.message_payload(world.env.backend, stored))


def start(world, who, act, picture, *, named=None):
    """Let somebody do it, where it needs a message to the one in the picture; `await world.env.settle()` ends it.

    In direct messages where `who` is the handle of a user instead of a member. `named`: whom options name, instead of
    whoever acts.
    """
    backend, guild = world.env.backend, getattr(who, "guild", None)
    data, extra = dict(act.data), {}
    if act.kind is PRESS:
        extra = {"message": picture}
    elif act.kind is not FORM:
        data["id"] = backend.commands[None][data["name"], data["type"]]["id"]
    if data.get("type") == discord.AppCommandType.message.value:
        data |= {"target_id": picture["id"], "resolved": {"messages": {picture["id"]: picture}}}
    channel_id = world.channel.id if guild else who.dm_channel.id
    data |= _naming(who, named or who, data, channel_id)
    record, payload = interactions.base_payload(
        backend,
        type=act.kind,
        channel_id=channel_id,
        guild_id=guild.id if guild else None,
        user_id=who.id,
        data=data,
    )
    record.source_message_id = int(picture["id"]) if act.kind is PRESS else None
    backend.emit("INTERACTION_CREATE", {**payload, **extra})
    return InteractionResult(world.env, record)


def press_of(custom_id, *picked) -> Act:
    """Return a press of a button, or a pick."""
    values = {"values": list(picked)} if picked else {}
    return Act(custom_id, PRESS, {"custom_id": custom_id, "component_type": SELECT, **values})


def form_of(custom_id, **typed) -> Act:
    """Return a form that is saved, opened by a command."""
    fields = [{"type": 18, "component": {"type": 4, "custom_id": name, "value": text}} for name, text in typed.items()]
    return Act(custom_id, FORM, {"custom_id": custom_id, "components": fields})


async def do(world, who, act, picture):
    """Let somebody do it, and return what came of it."""
    result = start(world, who, act, picture)
    await world.env.settle()
    return result


def said(result) -> list[str]:
    """Return everything an interaction was answered with, in words."""
    return [texts_in(each) for each in (result.response, *result.followups) if each is not None]


def command_of(command, options) -> Act:
    """Return a command with options as Discord sends them."""
    return Act(command.qualified_name, COMMAND, _nested(command, options))


def _command(command) -> Act:
    options = [
        {"name": each.display_name, "type": each.type.value, "value": VALUES[each.type]}
        for each in command.parameters
        if each.required and each.type in VALUES
    ]
    return command_of(command, options)


def _typing(command, option) -> Act:
    focused = {"name": option.display_name, "type": option.type.value, "value": "", "focused": True}
    return Act(f"{command.qualified_name} {option.display_name}", TYPING, _nested(command, [focused]))


def _naming(who, named, data, channel_id) -> dict:
    """Return options, as deep as they lie, in which every user is `named`; with who that is, as Discord sends it.

    Nothing for an act without such options.
    """
    resolved = {}

    def filled(option):
        if option["type"] == discord.AppCommandOptionType.user.value and "focused" not in option:
            interactions.resolve_handle(who, named, resolved, channel_id=channel_id)
            return {**option, "value": str(named.id)}
        return {**option, "options": list(map(filled, option["options"]))} if "options" in option else option

    options = list(map(filled, data.get("options", ())))
    return {"options": options, "resolved": resolved} if resolved else {}


def _nested(command, options) -> dict:
    """Return a command's data: a subcommand is an option of its group."""
    while command.parent is not None:
        kind = 1 if isinstance(command, app_commands.Command) else 2
        options = [{"name": command.name, "type": kind, "options": options}]
        command = command.parent
    return {"name": command.name, "type": discord.AppCommandType.chat_input.value, "options": options}


def _press(prefix, verb, arguments) -> Act:
    return press_of(":".join([prefix, verb, *["1"] * arguments]), "1")
