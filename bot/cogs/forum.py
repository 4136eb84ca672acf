"""New posts in help forums, and the buttons under a suggestion."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

import discord

from bot.cogs.ask import today
from bot.cogs.gate import Interaction, actor_of, guild_of
from bot.cogs.routes import Route, message_of
from bot.cogs.tell import UNSENT, say
from bot.core.errors import EntryGoneError, LanternError
from bot.core.models import EntryId, GuildId, UserId
from bot.core.moderation import Actor, Capability, ForumMode
from bot.core.texts import SPOKEN
from bot.faq.forum import NewPost
from bot.faq.rights import may
from bot.views.answers import answer_card, sentence
from bot.views.forum import quiet_card, suggestion_card
from bot.views.ids import number_in

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.cogs.desk import Desk
    from bot.core.moderation import GuildSettings
    from bot.faq.forum import Found

NO_STARTER_YET = 40058
"""Discord's code for a thread whose first message has not arrived: it announces the thread before
(discord-api-docs issue 6340)."""
PAUSES_SECONDS = (0.5, 1.0, 2.0, 4.0, 8.0)
"""Between tries to write into such a thread. After a quarter of a minute its author has moved on [assumed]."""
LOOKED_AT = 20
"""Messages of a new thread that are looked at for staff: there is seldom more than one."""

log = logging.getLogger(__name__)


class ForumPosts:
    """Looks at new posts, and routes what is pressed under suggestions."""

    def __init__(self, desk: Desk, pause: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        self._desk = desk
        self._forums = desk.lantern.forums
        self._texts = desk.texts
        self._pause = pause
        verbs: dict[tuple[str, int], Callable[..., Awaitable[None]]] = {
            ("forum_read", 1): self._read,
            ("forum_helped", 2): self._helped,
            ("forum_dismiss", 1): self._dismiss,
            ("forum_never", 1): self._never,
            ("forum_again", 0): self._again,
        }
        self.routes = {verb: Route(Capability.ASK, do) for verb, do in verbs.items()}

    async def look_at(self, thread: discord.Thread) -> None:
        """Suggest an answer under a new post, or stay silent. Nobody asked, so nobody is told of a failure."""
        is_ours = thread.owner_id == self._desk.client.user.id if self._desk.client.user else False
        if not isinstance(thread.parent, discord.ForumChannel) or is_ours or thread.archived or thread.locked:
            return
        try:
            await self._look_at(thread)
        except (LanternError, *UNSENT) as error:
            log.warning("A post in a help forum was passed over: %s", error)

    async def _look_at(self, thread: discord.Thread) -> None:
        guild = GuildId(thread.guild.id)
        SPOKEN.set((await self._desk.gate.guilds.settings(guild)).language or "")
        new = NewPost(guild, thread.parent_id, thread.id, thread.name, UserId(thread.owner_id))
        found = await self._forums.consider(new)
        if found is None or not await self._is_welcome(thread, found):
            return
        if await self._forums.take(found) and found.mode is ForumMode.ON:
            try:
                await self._post(thread, suggestion_card(found.entry, self._texts, found.poster))
            except BaseException:
                await self._forums.lost(found)
                raise

    async def _post(self, thread: discord.Thread, card: discord.ui.LayoutView) -> None:
        for pause in PAUSES_SECONDS:
            try:
                # Where Discord took it and its confirmation got lost, the next try does not post it twice.
                await thread.send(view=card, nonce=str(thread.id))
            except discord.HTTPException as error:
                if error.code != NO_STARTER_YET:
                    raise
                await self._pause(pause)
            else:
                return
        await thread.send(view=card, nonce=str(thread.id))

    async def _is_welcome(self, thread: discord.Thread, found: Found) -> bool:
        """Tell whether the bot may write, a person who may ask started the thread, and no staff wrote in it yet."""
        if found.mode is ForumMode.ON and not may_suggest_in(thread):
            return False
        settings = await self._desk.gate.guilds.settings(found.post.guild)
        poster = await _actor_in(thread, found.poster)
        if poster is None or not may(poster, Capability.ASK, settings):
            return False
        wrote = {each.author.id async for each in thread.history(limit=LOOKED_AT) if not each.author.bot}
        others = [await _actor_in(thread, UserId(author)) for author in sorted(wrote - {found.poster})]
        return not any(is_staff(actor, settings) for actor in (poster, *others) if actor is not None)

    async def _read(self, interaction: Interaction, entry: str) -> None:
        asking = self._desk.lantern.asking
        reply = await asking.show(guild_of(interaction), EntryId(entry), "")
        await interaction.followup.send(view=answer_card(reply, self._texts, today()), ephemeral=True)
        await asking.count(guild_of(interaction), reply)

    async def _helped(self, interaction: Interaction, poster: str, entry: str) -> None:
        if interaction.user.id != number_in(poster):
            await say(interaction, self._texts("forum.poster_only"))
            return
        await self._forums.helped(message_of(interaction).channel.id)
        try:
            found = (await self._desk.lantern.library.shelf(guild_of(interaction))).entry(EntryId(entry))
        except EntryGoneError:
            card = sentence(self._texts("forum.has_helped"))
        else:
            card = suggestion_card(found, self._texts, UserId(number_in(poster)), is_thanked=True)
        await interaction.edit_original_response(view=card)

    async def _dismiss(self, interaction: Interaction, poster: str) -> None:
        settings = await self._desk.gate.guilds.settings(guild_of(interaction))
        if interaction.user.id != number_in(poster) and not is_staff(actor_of(interaction), settings):
            await say(interaction, self._texts("forum.poster_or_staff_only"))
            return
        await self._take_away(interaction)

    async def _never(self, interaction: Interaction, poster: str) -> None:
        if interaction.user.id != number_in(poster):
            await say(interaction, self._texts("forum.poster_only"))
            return
        await self._forums.set_quiet(guild_of(interaction), UserId(interaction.user.id), quiet=True)
        await interaction.followup.send(view=quiet_card(self._texts), ephemeral=True)
        await self._take_away(interaction)

    async def _again(self, interaction: Interaction) -> None:
        await self._forums.set_quiet(guild_of(interaction), UserId(interaction.user.id), quiet=False)
        await interaction.edit_original_response(view=sentence(self._texts("forum.is_not_quiet")))

    async def _take_away(self, interaction: Interaction) -> None:
        """Count a dismissal and delete the suggestion; say so where its forum went silent by that."""
        guild = guild_of(interaction)
        turned_off = await self._forums.dismissed(guild, message_of(interaction).channel.id)
        if turned_off is not None:
            text = self._texts("forum.turned_off", forum=f"<#{turned_off}>")
            await self._desk.tell_moderators(guild, sentence(text))
        await interaction.delete_original_response()


def is_staff(actor: Actor, settings: GuildSettings) -> bool:
    """Tell whether somebody looks after the server: may edit its FAQ, or its messages."""
    return actor.manages_messages or may(actor, Capability.EDIT, settings)


def may_suggest_in(place: discord.Thread | discord.ForumChannel) -> bool:
    """Tell whether the bot can write under posts there, and see who wrote before."""
    allowed = place.permissions_for(place.guild.me)
    return allowed.view_channel and allowed.send_messages_in_threads and allowed.read_message_history


async def _actor_in(thread: discord.Thread, user: UserId) -> Actor | None:
    """Return somebody as they are now; None for a bot, and for who has left."""
    try:
        member = await thread.guild.fetch_member(user)
    except discord.NotFound:
        return None
    if member.bot:
        return None
    roles = frozenset(role.id for role in member.roles)
    return Actor(
        user,
        roles,
        manages_messages=thread.permissions_for(member).manage_messages,
        manages_server=member.guild_permissions.manage_guild,
    )
