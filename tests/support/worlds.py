"""SimCord worlds: the real discord.py machinery around the real bot."""

from __future__ import annotations

from contextlib import asynccontextmanager

import discord
import simcord
from simcord.components import walk_components

from bot.cogs.client import LanternClient

TEXT_DISPLAY, BUTTON, SELECT = 10, 2, 3
"""Discord's component types."""


class World:
    """A guild with a channel and four people, and short words for what tests do there."""

    def __init__(self, env, client, lantern) -> None:
        self.env, self.client, self.lantern = env, client, lantern
        self.guild = env.create_guild("Helpdesk", owner=env.create_user("owner"))
        self.channel = self.guild.create_text_channel("general")
        self.noor, self.sam, self.ines = (
            self.guild.add_member(env.create_user(name)) for name in ("noor", "sam", "ines")
        )
        mods = self.guild.create_role("Mods", permissions=discord.Permissions(manage_messages=True))
        self.mika = self.guild.add_member(env.create_user("mika"), roles=[mods])

    async def ask(self, question, *, who=None, **options):
        """Return the live message that answers /ask."""
        result = await (who or self.noor).slash(self.channel, "ask", question=question, **options)
        return result.response

    def bodies(self):
        """Return the body of every message-writing request so far, with its method and path."""
        found = []
        for entry in self.env.http_requests:
            if isinstance(entry.json, dict) and entry.method in {"POST", "PATCH"}:
                body = (entry.json.get("data") or {}) if entry.path.endswith("/callback") else entry.json
                if "components" in body or "content" in body:
                    found.append((entry.method, entry.path, body))
        return found


def parts(message):
    """Return every component of a message, depth first, as dictionaries."""
    if isinstance(message, simcord.ResponseMessage):
        return list(walk_components(message.components))
    return list(walk_components([component.to_dict() for component in message.components]))


def texts_in(message) -> str:
    """Return everything a message says."""
    return "\n".join(part["content"] for part in parts(message) if part.get("type") == TEXT_DISPLAY)


def buttons_in(message) -> dict[str, dict]:
    """Return a message's buttons by label."""
    return {part["label"]: part for part in parts(message) if part.get("type") == BUTTON}


@asynccontextmanager
async def open_world(lantern, **options):
    """Run the bot in a SimCord environment; an error that escapes the bot fails the test."""
    client = LanternClient(lantern.asking, lantern.texts, lantern.activity)
    env = simcord.Env(client, settle_timeout=30, approved_intents=discord.Intents.default(), **options)
    await env.start()
    try:
        yield World(env, client, lantern)
    finally:
        await env.shutdown()
        await client.close()
    if env.errors:
        raise ExceptionGroup("the bot let errors escape", list(env.errors))
