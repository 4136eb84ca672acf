"""A server where people meet: who opted in, offers without a round, the clock, and what anybody can see."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from simcord.results import to_discord_message

from bot.core.matching import Kind, Pair, Reason
from bot.core.models import GuildId, UserId
from bot.core.peers import Contact
from bot.core.ports.introductions import Offer
from bot.peers.profiles import Account
from support.peers import make_profile
from support.worlds import MODAL, buttons_in, texts_in

AGO = timedelta(days=400)
YES, NO, WRONG, END = "Yes, I would like to", "No, thanks", "Something felt wrong", "End this introduction"
DIRECTLY, THREAD_AGAIN, STOP, NOT_YET = (
    *("We write each other directly instead", "Open a private thread"),
    *("Stop, please", "Not yet"),
)
EPHEMERAL, DEFERRED_UPDATE = 1 << 6, 6
"""Discord's flag of a message that only one person sees, and its type of an answer that changes nothing yet."""
SECRET = "zebrafish"
"""Stands in every story of these tests; nobody may ever be sent it."""


class Meeting:
    """A world in which meeting is on, with a channel for it."""

    def __init__(self, world) -> None:
        self.world = world
        self.lantern = world.lantern
        self.guild = GuildId(world.guild.id)
        self.channel = world.guild.create_text_channel("meeting")
        self.people = {}
        """The members who opted in, by their ids."""

    async def turn_on(self, **settings):
        """Turn meeting on, as `/setup` does; `settings`: more of the PeerSettings."""
        chosen = {"is_on": True, "channel": self.channel.id, **settings}
        await self.world.lantern.guilds.update(
            self.guild, lambda known: replace(known, peers=replace(known.peers, **chosen))
        )
        return self

    async def opt_in(self, *members, **changes):
        """Let members take part, with profiles that lack nothing."""
        membership, now = self.world.lantern.membership, datetime.now(UTC)
        for member in members:
            profile = make_profile(
                **{"story": f"I looked after {SECRET} for years.", "contact": Contact.DIRECT, **changes}
            )
            user = UserId(member.id)
            await membership.join(self.guild, user, is_adult=True, now=now)
            await membership.change(
                self.guild, user, lambda _, new=profile: new, now=now, account=Account(now - AGO, now - AGO)
            )
            await membership.finish(self.guild, user, now)
            self.people[member.id] = member

    async def offer(self, first, second, kind=Kind.PEER, *, places=1, now=None):
        """Offer two people to each other, as a round does; return the introduction."""
        now = now or datetime.now(UTC)
        pair = Pair(str(first.id), str(second.id), kind, 0.8, (Reason("fit.setbacks", ("ghosting",)),))
        (cards,) = await self.world.lantern.membership.cards(self.guild, [pair], now)
        (made,) = await self.world.lantern.introductions.offer(self.guild, 1, [Offer(pair, cards, places)], now)
        return made

    async def tick(self, **after):
        """Let the clock do what is due now, or after some time: `hours=1`."""
        await self.world.client.clock.run_due(datetime.now(UTC) + timedelta(**after))
        await self.world.env.settle()

    async def inbox(self, member):
        """Return what somebody's inbox shows, live."""
        return (await member.slash(self.world.channel, "peers inbox")).response

    async def press(self, member, label, message=None):
        """Let somebody press a button of their inbox, or of a message; return what came of it."""
        shown = message or await self.inbox(member)
        return await member.click(shown, label=label)

    async def reveal(self, first, second, kind=Kind.PEER):
        """Let two people be offered each other, both say yes, and learn their names."""
        introduction = await self.offer(first, second, kind)
        await self.press(first, YES)
        await self.press(second, YES)
        await self.tick(hours=1)
        return introduction


async def thread_of(meeting, member):
    """Return the thread that a member's introduction is noted to have; None, or no positive number, for none."""
    (one,) = (
        await meeting.world.lantern.introductions.inbox(meeting.guild, UserId(member.id), datetime.now(UTC))
    ).current
    return one.thread


def messages_in(world, channel):
    """Return the live messages that everybody in a channel or thread sees, oldest first."""
    stored = [each for each in world.env.backend.messages.get(channel, {}).values() if not each.flags & EPHEMERAL]
    return [to_discord_message(world.env, each) for each in sorted(stored, key=lambda each: each.id)]


async def seen(meeting, member, introduction):
    """Return all that somebody can see of an introduction: their inbox, its buttons, and what they were sent.

    The number of the introduction, which says nothing, stands in it as `id`.
    """
    shown = await meeting.inbox(member)
    buttons = [
        (label, str(each.get("custom_id")).replace(str(introduction.id), "id"))
        for label, each in buttons_in(shown).items()
    ]
    return texts_in(shown), buttons, [texts_in(message) for message in member.user.dm_channel.history()]


def payloads(world):
    """Return (who alone can see it, what is sent) of every request so far that writes something people see.

    Who: a user's id, None for what others may see as well.
    """
    backend, found = world.env.backend, []
    for entry in world.env.http_requests:
        if entry.method not in {"POST", "PATCH", "PUT"} or entry.json is None or entry.path == "/users/@me/channels":
            continue
        parts_of_path = entry.path.split("/")
        token = next((part for part in parts_of_path if part in backend.interaction_tokens), None)
        if token is not None:
            record = backend.interaction_by_token(token)
            reader = record.user_id if _is_private(backend, record, entry) else None
        else:
            channel = backend.channels.get(int(parts_of_path[2])) if parts_of_path[1] == "channels" else None
            reader = next(iter(channel.recipient_ids), None) if channel is not None else None
        found.append((reader, f"{entry.path} {json.dumps(entry.json, ensure_ascii=False)}"))
    return found


def _is_private(backend, record, entry):
    """Tell whether only the person sees what an interaction is answered with."""
    if entry.path.endswith("/callback"):
        flags = (entry.json.get("data") or {}).get("flags", 0)
        return entry.json["type"] in {DEFERRED_UPDATE, MODAL} or bool(flags & EPHEMERAL)
    if entry.path.endswith("/@original"):
        flags = backend.get_message(record.channel_id, record.message_id).flags
        return bool(flags & EPHEMERAL)
    return bool(entry.json.get("flags", 0) & EPHEMERAL)


def traces_of(member):
    """Return everything that would lead to somebody."""
    user = member.user
    return [str(member.id), user.name, *filter(None, (user.global_name, user.avatar)), SECRET]


def leaks(world, members):
    """Return (reader, trace) of everything that leads to somebody and that somebody else could see."""
    return [
        (reader, trace)
        for reader, text in payloads(world)
        for member in members
        if reader != member.id
        for trace in traces_of(member)
        if trace in text
    ]
