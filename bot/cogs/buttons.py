"""What each button does. The custom id says it all, so a click works after any restart."""

from __future__ import annotations

import logging
import zlib
from typing import TYPE_CHECKING, Any

import discord

from bot.cogs.ask import guild_of, may_post, today
from bot.cogs.tell import guarded, is_discord_down, say
from bot.core.errors import StorageError
from bot.core.models import EntryId, TopicId, UserId
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
    unknown_card,
)
from bot.views.ids import parse_action
from bot.views.trail import Trail

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from bot.core.models import Reply
    from bot.core.texts import Texts
    from bot.faq.asking import Asking
    from bot.views.answers import Card

Interaction = discord.Interaction[Any]

MAY_NOT_READ_HISTORY, BAD_REQUEST = 160002, 50035
"""Discord's codes for a reply without Read Message History, and for a body it refuses: a reply to nothing."""

log = logging.getLogger(__name__)


class Buttons:
    """Routes clicks and picks by the verb in their custom id."""

    def __init__(self, asking: Asking, texts: Texts) -> None:
        self._asking = asking
        self._texts = texts
        self._verbs: dict[tuple[str, int], Callable[..., Awaitable[None]]] = {
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

    async def handle(self, interaction: Interaction) -> None:
        """Do what a click on one of our components asks for; clicks on anything else are left alone."""
        clicked = parse_action(str(_data(interaction).get("custom_id", "")))
        if clicked is None:
            return
        verb = self._verbs.get((clicked.verb, len(clicked.arguments)))
        if verb is None:
            await guarded(interaction, say(interaction, self._texts("error.button_old")), self._texts)
        else:
            await guarded(interaction, self._do(interaction, verb, clicked.arguments), self._texts)

    async def _do(
        self, interaction: Interaction, verb: Callable[..., Awaitable[None]], arguments: Sequence[str]
    ) -> None:
        await interaction.response.defer()
        await verb(interaction, *arguments)

    async def _helped(self, interaction: Interaction, entry: str) -> None:
        await self._vote(interaction, entry, helped=True)
        await say(interaction, self._texts("answer.thanks"))

    async def _miss(self, interaction: Interaction, entry: str, trail: str) -> None:
        guild, missed, before = guild_of(interaction), EntryId(entry), Trail.parse(trail)
        known = before.missed_among(await self._asking.entry_ids(guild))
        reply = await self._asking.offer_others(guild, self._question(interaction), missed, known)
        await self._show(interaction, reply_card(reply, self._texts, today(), trail=before.after_missing(missed)))
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
        await self._choose(interaction, str(_data(interaction)["values"][0]), trail)

    async def _none(self, interaction: Interaction, trail: str) -> None:
        question = self._question(interaction)
        if not question:
            await say(interaction, self._texts("choices.ask_again"))
            return
        reply = await self._asking.give_up(guild_of(interaction), question)
        await self._show(interaction, unknown_card(reply, self._texts, trail=Trail.parse(trail)))

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
        nonce = f"{_message(interaction).id:x}-{zlib.crc32(entry.encode()):x}"

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
        what = f"{_message(interaction).id}:{entry}"
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
            card = shared_card(reply, self._texts, today(), int(page))
        else:
            message = _message(interaction)
            card = answer_card(
                reply,
                self._texts,
                today(),
                page=int(page),
                trail=Trail.parse(where),
                may_share=offers_share(message),
                note=note_in(message),
            )
        await self._show(interaction, card)

    async def _open_topic(self, interaction: Interaction, topic: str, trail: str) -> None:
        shelf, entries = await self._asking.browse(guild_of(interaction), TopicId(topic))
        card = topic_card(shelf, entries, self._texts, trail=Trail.parse(trail))
        await interaction.followup.send(view=card, ephemeral=True)

    async def _notify(self, interaction: Interaction, unanswered: str) -> None:
        waits = await self._asking.wait_for(int(unanswered), UserId(interaction.user.id))
        await say(interaction, self._texts("unknown.notified" if waits else "unknown.stopped"))

    async def _vote(self, interaction: Interaction, entry: str, *, helped: bool) -> None:
        await self._asking.vote(guild_of(interaction), EntryId(entry), UserId(interaction.user.id), helped=helped)

    async def _show_answer(self, interaction: Interaction, reply: Reply, trail: Trail, *, note: str = "") -> None:
        # What only this person will see may be shared; what everybody sees has been.
        is_private = _message(interaction).flags.ephemeral or not _is_theirs(interaction)
        may_share = is_private and may_post(interaction)
        await self._show(
            interaction, answer_card(reply, self._texts, today(), trail=trail, may_share=may_share, note=note)
        )

    async def _show(self, interaction: Interaction, card: Card) -> None:
        """Change the clicked message for the person it belongs to; give anybody else their own."""
        if _is_theirs(interaction):
            await interaction.edit_original_response(view=card)
        else:
            await interaction.followup.send(view=card, ephemeral=True)

    def _question(self, interaction: Interaction) -> str:
        return asked_in(_message(interaction), self._texts)


def _data(interaction: Interaction) -> dict[str, Any]:
    """Return what came with a click: its custom id and, of a select, the values."""
    return dict(interaction.data or {})


def _is_theirs(interaction: Interaction) -> bool:
    """Tell whether the clicked message is the clicker's: nobody else sees it, or their command made it."""
    message = _message(interaction)
    asked_by = message.interaction_metadata.user.id if message.interaction_metadata else None
    return message.flags.ephemeral or asked_by == interaction.user.id


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


def _message(interaction: Interaction) -> discord.Message:
    if interaction.message is None:
        raise TypeError("a click always comes with its message")
    return interaction.message
