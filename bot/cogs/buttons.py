"""What each button does. The custom id says it all, so a click works after any restart."""

from __future__ import annotations

import logging
import zlib
from typing import TYPE_CHECKING, Any

import discord

from bot.cogs.ask import may_post, today
from bot.cogs.gate import Interaction, guild_of, may_meet
from bot.cogs.routes import Route, message_of, pick_in
from bot.cogs.tell import is_discord_down, say
from bot.core.errors import StorageError
from bot.core.models import EntryId, TopicId, UserId
from bot.core.moderation import Capability
from bot.core.unanswered import Wish
from bot.views.answers import (
    SHARED,
    START,
    answer_card,
    asked_in,
    note_in,
    offers_share,
    reply_card,
    shared_card,
    topic_card,
    trail_in,
    unknown_card,
)
from bot.views.ids import number_in
from bot.views.trail import Trail

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.core.models import Reply
    from bot.core.texts import Texts
    from bot.faq.asking import Asking
    from bot.faq.proposals import Proposals
    from bot.views.answers import Card

MAY_NOT_READ_HISTORY, BAD_REQUEST = 160002, 50035
"""Discord's codes for a reply without Read Message History, and for a body it refuses: a reply to nothing."""

WISHES = {
    Wish.ON: "unknown.notified",
    Wish.OFF: "unknown.stopped",
    Wish.ANSWERED: "unknown.answered",
    Wish.DISMISSED: "unknown.dismissed",
}

log = logging.getLogger(__name__)


class Buttons:
    """The verbs in the custom ids of what members press."""

    def __init__(self, asking: Asking, proposals: Proposals, texts: Texts) -> None:
        self._asking = asking
        self._proposals = proposals
        self._texts = texts
        verbs: dict[tuple[str, int], Callable[..., Awaitable[None]]] = {
            ("helped", 1): self._helped,
            ("miss", 2): self._miss,
            ("choose", 2): self._choose,
            ("none", 1): self._none,
            ("share", 1): self._share,
            ("reply", 2): self._share_as_reply,
            ("keep", 1): self._keep,
            ("page", 3): self._turn_page,
            ("topic", 2): self._open_topic,
            ("pick", 2): self._pick,
            ("notify", 1): self._notify,
        }
        self.routes = {verb: Route(Capability.ASK, do) for verb, do in verbs.items()}

    async def _helped(self, interaction: Interaction, entry: str) -> None:
        await self._vote(interaction, entry, helped=True)
        await say(interaction, self._texts("answer.thanks"))

    async def _miss(self, interaction: Interaction, entry: str, trail: str) -> None:
        guild, missed, before = guild_of(interaction), EntryId(entry), Trail.parse(trail)
        known = before.missed_among(await self._asking.entry_ids(guild))
        user = UserId(interaction.user.id)
        reply = await self._asking.offer_others(guild, self._question(interaction), missed, known, user)
        trail_on = before.after_missing(missed)
        card = reply_card(reply, self._texts, today(), trail=trail_on, may_meet=_may_meet(interaction))
        await self._show(interaction, card)
        try:
            await self._vote(interaction, entry, helped=False)
        except StorageError as error:
            # Whoever did not get their answer is owed the next best ones, not an error about a figure.
            log.warning("A vote was not counted: %s", error)

    async def _choose(self, interaction: Interaction, entry: str, trail: str) -> None:
        reply = await self._asking.show(guild_of(interaction), EntryId(entry), self._question(interaction))
        await self._show_answer(interaction, reply, Trail.parse(trail))
        await self._asking.count(guild_of(interaction), reply)

    async def _pick(self, interaction: Interaction, _list: str, trail: str) -> None:
        await self._choose(interaction, pick_in(interaction), trail)

    async def _none(self, interaction: Interaction, trail: str) -> None:
        question = self._question(interaction)
        if not question:
            await say(interaction, self._texts("choices.ask_again"))
            return
        reply = await self._asking.give_up(guild_of(interaction), question, UserId(interaction.user.id))
        card = unknown_card(reply, self._texts, trail=Trail.parse(trail), may_meet=_may_meet(interaction))
        await self._show(interaction, card)

    async def _share(self, interaction: Interaction, entry: str) -> None:
        async def post(card: Card) -> None:
            await interaction.followup.send(view=card, ephemeral=False)

        await self._share_once(interaction, EntryId(entry), START, post)

    async def _share_as_reply(self, interaction: Interaction, entry: str, trail: str) -> None:
        meant = Trail.parse(trail)
        channel = interaction.client.get_partial_messageable(interaction.channel_id or 0)
        message = channel.get_partial_message(meant.target)
        # The author of that message is the only person a share may ping.
        only_the_author = discord.AllowedMentions(everyone=False, users=False, roles=False, replied_user=True)
        # Where Discord took a reply and its confirmation got lost, the next try does not post it twice.
        nonce = f"{message_of(interaction).id:x}-{zlib.crc32(entry.encode()):x}"

        async def post(card: Card) -> None:
            await message.reply(view=card, allowed_mentions=only_the_author, nonce=nonce)

        await self._share_once(interaction, EntryId(entry), meant, post)

    async def _share_once(
        self, interaction: Interaction, entry: EntryId, trail: Trail, post: Callable[[Card], Awaitable[Any]]
    ) -> None:
        """Post an answer unless this card was used for that before; a failure gives the share back."""
        if not may_post(interaction):
            await say(interaction, self._texts("error.member_may_not_write"))
            return
        reply = await self._asking.show(guild_of(interaction), entry, self._question(interaction))
        what = f"{message_of(interaction).id}:{entry}"
        if not await self._asking.claim_share(what):
            await say(interaction, self._texts("answer.already_shared"))
            return
        try:
            await post(shared_card(reply, self._texts, today()))
        except BaseException as error:
            await self._asking.release_share(what)
            key = _key_for_lost_share(error, trail)
            if key is None:
                raise
            log.info("A share was not posted: %s", error)
            await say(interaction, self._texts(key))
        else:
            await self._show_answer(interaction, reply, trail, note=self._texts("answer.shared"))

    async def _keep(self, interaction: Interaction, entry: str) -> None:
        reply = await self._asking.show(guild_of(interaction), EntryId(entry), self._question(interaction))
        await self._show_answer(interaction, reply, START, note=self._texts("answer.kept"))

    async def _turn_page(self, interaction: Interaction, entry: str, where: str, page: str) -> None:
        reply = await self._asking.show(guild_of(interaction), EntryId(entry), self._question(interaction))
        if where == SHARED:
            card = shared_card(reply, self._texts, today(), number_in(page))
        else:
            message = message_of(interaction)
            card = answer_card(
                reply,
                self._texts,
                today(),
                page=number_in(page),
                trail=Trail.parse(where),
                may_share=offers_share(message),
                may_meet=_may_meet(interaction),
                note=note_in(message),
            )
        await self._show(interaction, card)

    async def _open_topic(self, interaction: Interaction, topic: str, trail: str) -> None:
        shelf, entries = await self._asking.browse(guild_of(interaction), TopicId(topic))
        card = topic_card(shelf, entries, self._texts, trail=Trail.parse(trail))
        await interaction.followup.send(view=card, ephemeral=True)

    async def _notify(self, interaction: Interaction, unanswered: str) -> None:
        wish = await self._asking.wish(guild_of(interaction), number_in(unanswered), UserId(interaction.user.id))
        await say(interaction, self._texts(WISHES[wish]))

    async def _vote(self, interaction: Interaction, entry: str, *, helped: bool) -> None:
        guild, entry_id, user = guild_of(interaction), EntryId(entry), UserId(interaction.user.id)
        await self._asking.vote(guild, entry_id, user, helped=helped)
        # What somebody thinks of an answer to a message that they opened the menu of says nothing about its author.
        if _is_theirs(interaction) and not trail_in(message_of(interaction)).target:
            await self._proposals.voted(guild, entry_id, self._question(interaction), user, helped=helped)

    async def _show_answer(self, interaction: Interaction, reply: Reply, trail: Trail, *, note: str = "") -> None:
        # What only this person will see may be shared; what everybody sees has been.
        is_private = message_of(interaction).flags.ephemeral or not _is_theirs(interaction)
        may_share = is_private and may_post(interaction)
        card = answer_card(
            reply,
            self._texts,
            today(),
            trail=trail,
            may_share=may_share,
            may_meet=_may_meet(interaction),
            note=note,
        )
        await self._show(interaction, card)

    async def _show(self, interaction: Interaction, card: Card) -> None:
        """Change the clicked message for the person it belongs to; give anybody else their own."""
        if _is_theirs(interaction):
            await interaction.edit_original_response(view=card)
        else:
            await interaction.followup.send(view=card, ephemeral=True)

    def _question(self, interaction: Interaction) -> str:
        return asked_in(message_of(interaction), self._texts)


def _is_theirs(interaction: Interaction) -> bool:
    """Tell whether the clicked message is the clicker's: nobody else sees it, or their command made it."""
    message = message_of(interaction)
    asked_by = message.interaction_metadata.user.id if message.interaction_metadata else None
    return message.flags.ephemeral or asked_by == interaction.user.id


def _may_meet(interaction: Interaction) -> bool:
    """Tell whether a card may offer to meet somebody: it is this person's, nobody else sees it, and they may."""
    return message_of(interaction).flags.ephemeral and may_meet(interaction)


def _key_for_lost_share(error: BaseException, trail: Trail) -> str | None:
    """Return the sentence for a share that could not be posted; None where the general ones say more."""
    if is_discord_down(error):
        return "error.share_failed"
    if not isinstance(error, discord.HTTPException):
        return None
    if isinstance(error, discord.Forbidden) or error.code == MAY_NOT_READ_HISTORY:
        return "error.may_not_write"
    refers_to_nothing = error.code == BAD_REQUEST and "message_reference" in str(error)
    is_target_gone = trail.target and (refers_to_nothing or isinstance(error, discord.NotFound))
    return "error.message_gone" if is_target_gone else None
