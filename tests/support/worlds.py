"""SimCord worlds: the real discord.py machinery around the real bot."""

from __future__ import annotations

import re
from contextlib import asynccontextmanager

import discord
import simcord
import simcord.env
from simcord import interactions
from simcord.backend import serializers
from simcord.backend.models.channel import Overwrite
from simcord.components import walk_components
from simcord.enums import InteractionType, OverwriteType
from simcord.results import InteractionResult

from bot.cogs.client import LanternClient
from bot.core.errors import LanternError
from bot.core.models import GuildId
from bot.safety.rates import Rates
from bot.views.care import ANYWHERE, lines_of

TEXT_DISPLAY, BUTTON, SELECT = 10, 2, 3
"""Discord's component types."""
MODAL = 9
"""Discord's type of an answer that opens a modal."""
MENU = "Answer from the FAQ"
NOBODY = {"parse": []}
ONLY_THE_AUTHOR = {"parse": [], "replied_user": True}
"""What a message of ours may ping."""

# SimCord looks every 50 ms whether the bot is done; 2 ms make each step of a test 20 times as fast.
simcord.env.Env._settle_internal.__kwdefaults__["idle"] = 0.002


class World:
    """A guild with a channel and four people, and short words for what tests do there."""

    def __init__(self, env, client, lantern) -> None:
        self.env, self.client, self.lantern = env, client, lantern
        self.guild = env.create_guild("Helpdesk", owner=env.create_user("owner"))
        self.channel = self.guild.create_text_channel("general")
        self.noor, self.sam, self.ines = (
            self.guild.add_member(env.create_user(name)) for name in ("noor", "sam", "ines")
        )
        self.mods = self.guild.create_role("Mods", permissions=discord.Permissions(manage_messages=True))
        self.mika = self.guild.add_member(env.create_user("mika"), roles=[self.mods])

    def says(self, key, **values) -> str:
        """Return a sentence from prompts/ as a message shows it."""
        return self.lantern.texts(key, **values).strip()

    def help_first(self, *, country=ANYWHERE, kept="care.not_kept") -> str:
        """Return what somebody reads first whose words sound like a crisis."""
        lines = lines_of(country, self.lantern.helplines, self.lantern.texts)
        return self.says("care.ask", lines=lines, kept=self.says(kept))

    def let_anybody_be_fast(self) -> None:
        """Count nothing any more: where one person does what many would, or a machine."""
        self.client.desk.gate.pacing.rates = Rates({})

    def read_only_channel(self):
        """Return a channel in which only moderators write."""
        write, read = (discord.PermissionOverwrite(send_messages=may) for may in (True, False))
        return self.guild.create_text_channel("news", overwrites={self.guild.default_role: read, self.mika: write})

    async def forbid(self, *user_ids, **permissions) -> None:
        """Take permissions in the channel away from people, or from the bot."""
        denied = discord.Permissions(**permissions).value
        overwrites = [Overwrite(one, OverwriteType.MEMBER, deny=denied) for one in user_ids]
        self.env.backend.edit_channel(self.channel.id, {}, overwrites=overwrites)
        await self.env.settle()

    async def ask(self, question, *, who=None, **options):
        """Return the live message that answers /ask."""
        result = await (who or self.noor).slash(self.channel, "ask", question=question, **options)
        return result.response

    async def queue(self):
        """Return the questions of the server that wait for an answer."""
        return await self.lantern.queue.waiting(GuildId(self.guild.id))

    async def suggestions(self, typed, *, who=None):
        """Return the rows shown while somebody types a question."""
        return await (who or self.noor).autocomplete(self.channel, "ask", "question", typed)

    async def menu(self, message, *, who=None):
        """Return the live message that answers the menu on a message."""
        result = await (who or self.sam).context_menu(self.channel, MENU, message)
        return result.response

    def start_ask(self, member, question):
        """Let a member ask without waiting for the bot; `await world.env.settle()` does."""
        backend = self.env.backend
        root = backend.find_command("ask", member.guild.id)
        options, _ = interactions.build_options(member, "ask", root, {"question": question}, channel_id=self.channel.id)
        data = {"id": root["id"], "name": "ask", "type": 1, "options": options}
        return self._emit(member, InteractionType.APPLICATION_COMMAND, data)

    def start_click(self, member, message, label):
        """Let a member click without waiting for the bot."""
        return self.emit_click(self.raw_click(member, message, label))

    def raw_click(self, member, message, label, custom_id=None):
        """Return a click on what a message shows now, to be emitted later, with another custom id where given."""
        data = {"custom_id": custom_id or buttons_in(message)[label]["custom_id"], "component_type": BUTTON}
        channel_id = message.channel.id if isinstance(message, discord.Message) else message.channel_id
        stored = self.env.backend.get_message(channel_id, message.id)
        return member, data, dict(serializers.message_payload(self.env.backend, stored))

    def emit_click(self, click):
        """Emit what `raw_click` returned, without waiting for the bot."""
        member, data, message = click
        extra = {"message": message}
        return self._emit(member, InteractionType.MESSAGE_COMPONENT, data, extra, int(message["id"]))

    def _emit(self, member, kind, data, extra=None, source_message_id=None):
        record, payload = interactions.base_payload(
            self.env.backend,
            type=kind,
            channel_id=self.channel.id,
            guild_id=self.guild.id,
            user_id=member.id,
            data=data,
        )
        record.source_message_id = source_message_id
        self.env.backend.emit("INTERACTION_CREATE", {**payload, **(extra or {})})
        return InteractionResult(self.env, record)

    async def restart(self, lantern=None) -> None:
        """Stop the bot's client and start a new one, as a new process would."""
        old = self.client
        self.lantern = lantern or self.lantern
        self.client = new_client(self.lantern)
        await self.env.restart_bot(self.client)
        await old.close()

    def public_messages(self):
        """Return what everybody in the channel sees of the bot, oldest first."""
        return [message for message in self.channel.history() if message.author.id == self.client.user.id]

    def pinged(self):
        """Return the ids of everybody whom a message of the bot pinged; roles and everyone count as themselves."""
        stored = [self.env.backend.get_message(message.channel.id, message.id) for message in self.public_messages()]
        everyone = [self.guild.id for message in stored if message.mention_everyone]
        return everyone + [one for message in stored for one in [*message.ping_user_ids, *message.ping_role_ids]]

    def sent(self):
        """Return the body of every message-writing request so far, with its method and path."""
        found = []
        for entry in self.env.http_requests:
            if isinstance(entry.json, dict) and entry.method in {"POST", "PATCH"}:
                is_callback = entry.path.endswith("/callback")
                if is_callback and entry.json.get("type") == MODAL:
                    continue
                body = (entry.json.get("data") or {}) if is_callback else entry.json
                if "components" in body or "content" in body:
                    found.append((entry.method, entry.path, body))
        return found

    def requests(self, method, ending):
        """Return the requests of a method whose path ends so."""
        return [one for one in self.env.http_requests if one.method == method and one.path.endswith(ending)]


def new_client(lantern):
    """Return a client as the bot starts one."""
    return LanternClient(lantern)


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


def links_in(message) -> list[str]:
    """Return where a message's link buttons lead."""
    return [part["url"] for part in parts(message) if part.get("type") == BUTTON and "url" in part]


def selects_in(message) -> list[dict]:
    """Return a message's select menus."""
    return [part for part in parts(message) if part.get("type") == SELECT]


def has_sentence(error) -> bool:
    """Tell whether what stopped a command is an error of ours that the person reads about."""
    original = getattr(error, "original", None)
    return isinstance(original, LanternError) and original.text_key != LanternError.text_key


@asynccontextmanager
async def open_world(lantern, **options):
    """Run the bot in a SimCord environment.

    An error that escapes the bot fails the test, and so does a message that could ping somebody: only a reply may, and
    only the author of what it replies to; and the neutral words that say that something waits, just that one person.
    """
    client = new_client(lantern)
    env = simcord.Env(client, settle_timeout=30, approved_intents=discord.Intents.default(), **options)
    world = World(env, client, lantern)
    await env.start()
    try:
        yield world
    finally:
        await env.shutdown()
        await world.client.close()
    if escaped := [error for error in env.errors if not has_sentence(error)]:
        raise ExceptionGroup("the bot let errors escape", escaped)
    for method, path, body in world.sent():
        allowed = ONLY_THE_AUTHOR if "message_reference" in body else {**NOBODY, **_just_them(world, body)}
        assert body.get("allowed_mentions") == allowed, (method, path)


def _just_them(world, body) -> dict:
    """Return whom the neutral words `@somebody You have a message` may ping, or somebody's wish to talk to those on duty.

    Nobody for any other message.
    """
    texts = [part["content"] for part in walk_components(body.get("components") or []) if "content" in part]
    found = re.fullmatch(rf"<@(\d+)> {re.escape(world.says('inbox.ping'))}", "\n".join(texts))
    if found:
        return {"users": [int(found[1])]}
    asked = re.escape(world.says("care.wants_to_talk", role="0", person="1")).replace("0:", r"<@&(\d+)>:", 1)
    wish = re.fullmatch(asked.replace("1", r"<@!?\d+>", 1), "\n".join(texts))
    return {"roles": [int(wish[1])]} if wish else {}
