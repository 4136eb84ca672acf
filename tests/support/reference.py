"""`make docs`: writes docs/commands.md and docs/slash-commands.md anew from the program itself."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import click
import discord
from discord import app_commands

from bot import app
from bot.cli import main as lantern
from bot.cogs.client import LanternClient
from bot.cogs.gate import CAPABILITY
from bot.core.moderation import Capability
from bot.settings import Settings
from support.documents import ROOT
from support.parts import WordEmbedder
from support.small import small_pack

if TYPE_CHECKING:
    from collections.abc import Iterator

TERMINAL, SLASH = ROOT / "docs" / "commands.md", ROOT / "docs" / "slash-commands.md"
WIDTH = 100
MADE = "<!-- Made by `make docs` from the program itself; do not edit. -->"

WHO = {
    Capability.ALWAYS: "Everybody, always",
    Capability.ASK: "Whoever may ask",
    Capability.MEET: "Whoever may be introduced to others",
    Capability.SUGGEST: "Whoever may suggest",
    Capability.EDIT: "Editors",
    Capability.PUBLISH: "Publishers",
    Capability.ADMINISTER: "Administrators",
}
"""What a command takes, in words; the order is that of the page."""
DEFAULTS = {
    Capability.ALWAYS: "No setting, no role and no fault of the database takes these away.",
    Capability.ASK: "Everybody, where `/setup` names no role.",
    Capability.MEET: "Everybody who may ask, where `/setup` names no role; and only where an administrator turned it on.",
    Capability.SUGGEST: "Everybody who may ask, where `/setup` names no role.",
    Capability.EDIT: "*Manage Messages*, where `/setup` names no role. What they write is handed in.",
    Capability.PUBLISH: "*Manage Messages*, where `/setup` names no role. They may all that editors may.",
    Capability.ADMINISTER: "*Manage Server*, always; and the role that `/setup` names. They may everything.",
}
MENUS = {
    discord.AppCommandType.message: "a message's menu, *Apps*",
    discord.AppCommandType.user: "a person's menu, *Apps*",
}


def main() -> None:
    """Write both pages."""
    for path, text in made().items():
        path.write_text(text, encoding="utf-8")
        sys.stdout.write(f"{path.relative_to(ROOT)}\n")


def made() -> dict:
    """Return the text of each page."""
    return {TERMINAL: terminal_page(), SLASH: asyncio.run(_with_client())}


def terminal_page() -> str:
    """Return what every command of the terminal says of itself."""
    parts = [
        "# Commands of the terminal",
        MADE,
        "In the repository, `lantern` is `.venv/bin/lantern`. What each shows here, `--help` shows there.",
        "For people in Discord: [slash-commands.md](slash-commands.md).",
    ]
    for path, command in commands_of(lantern, ("lantern",)):
        context = click.Context(command, info_name=" ".join(path), max_content_width=WIDTH, **lantern.context_settings)
        context.terminal_width = WIDTH
        parts += [f"## {' '.join(path)}", f"```text\n{command.get_help(context).rstrip()}\n```"]
    return "\n\n".join(parts) + "\n"


def commands_of(command: click.Command, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Yield a command and all below it, each with its words."""
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            yield from commands_of(command.get_command(context, name), (*path, name))


async def _with_client() -> str:
    content = app.load_content(Settings(_env_file=None))
    small = replace(content, texts=replace(content.texts, starters=("burnout",)), pack=small_pack())
    async with app.lantern(small, None, None, WordEmbedder) as started:
        return slash_page(LanternClient(started).tree)


def slash_page(tree: app_commands.CommandTree) -> str:
    """Return every command people have in Discord, by who may use it."""
    rows = list(_rows(tree))
    parts = [
        "# Commands in Discord",
        MADE,
        "By who may use them, which an administrator sets in `/setup`. What is in brackets need not be filled in.",
    ]
    for capability, title in WHO.items():
        lines = [f"| {name} | {what} |" for took, name, what in rows if took == capability]
        parts += [
            f"## {title}",
            DEFAULTS[capability],
            "\n".join(("| command | what it does |", "| --- | --- |", *lines)),
        ]
    return "\n\n".join(parts) + "\n"


def _rows(tree: app_commands.CommandTree) -> Iterator[tuple[Capability, str, str]]:
    """Yield what a command takes, how it is typed, what it does."""
    for command in sorted(tree.walk_commands(), key=lambda each: each.qualified_name):
        if isinstance(command, app_commands.Command):
            typed = "".join(f" {_option(each)}" for each in command.parameters)
            yield command.extras[CAPABILITY], f"`/{command.qualified_name}{typed}`", command.description
    for kind, where in MENUS.items():
        for menu in tree.get_commands(type=kind):
            yield menu.extras[CAPABILITY], f"*{menu.name}*", f"In {where}"


def _option(option: app_commands.Parameter) -> str:
    return f"{option.display_name}:" if option.required else f"[{option.display_name}:]"


if __name__ == "__main__":
    main()
