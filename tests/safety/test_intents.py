"""The bot hears what is sent to it, and nothing else."""

from __future__ import annotations

import ast
from pathlib import Path

import discord
import pytest

from support.small import ANSWERED, question_of
from support.worlds import new_client, open_world, texts_in

BOT = Path(__file__).resolve().parents[2] / "bot"
PRIVILEGED = {"message_content", "members", "presences"}
TOO_MUCH = PRIVILEGED | {
    "all",
    "default",
    "privileged",
    "messages",
    "guild_messages",
    "dm_messages",
    "reactions",
    "typing",
}
"""Names on discord.Intents that would let the bot hear what people say to each other, or who they are."""
CHATTER = "I want to end my life tonight"


async def test_the_client_asks_for_guilds_and_nothing_more(small_lantern):
    """Statement 49: no privileged intents."""
    intents = new_client(small_lantern).intents

    assert {"guilds"} == {name for name, is_on in intents if is_on}
    assert discord.Intents(guilds=True).value == intents.value


def intents_in(code):
    """Return what a file asks of discord.Intents: keywords, class methods, and attributes that are set on any."""
    asked = set()
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("Intents"):
            asked |= {word.arg for word in node.keywords}
        if isinstance(node, ast.Attribute) and ast.unparse(node.value).lower().endswith("intents"):
            asked.add(node.attr)
    return asked


def test_no_file_of_the_bot_asks_for_another_one():
    """Statement 49: requesting a privileged one fails here."""
    asked = {path: intents_in(path.read_text(encoding="utf-8")) for path in BOT.rglob("*.py")}

    assert {"guilds"} == set().union(*(names for path, names in asked.items() if "demo" not in path.parts))
    assert [] == [path.name for path, names in asked.items() if names & PRIVILEGED]


@pytest.mark.parametrize(
    "code",
    [
        "discord.Intents(guilds=True, members=True)",
        "discord.Intents.all()",
        "intents.message_content = True",
        "Intents(presences=1)",
    ],
)
def test_one_that_asked_would_be_found(code):
    assert intents_in(code) & TOO_MUCH


async def test_everything_asked_of_the_bot_works_although_it_hears_nobody(small_lantern):
    """Statement 29: only text sent to the bot is looked at; what people say around it starts nothing at all."""
    async with open_world(small_lantern) as world:
        before = await world.queue()
        await world.noor.send(world.channel, CHATTER)
        await world.sam.send(world.channel, f"{CHATTER}, <@{world.client.user.id}>")
        await world.env.settle()

        assert [] == world.sent()
        assert before == await world.queue()

        written = await world.noor.send(world.channel, ANSWERED)
        assert f"## {question_of('letters')}" in texts_in(await world.ask(ANSWERED))
        assert f"## {question_of('letters')}" in texts_in(await world.menu(written))
