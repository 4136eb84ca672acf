"""What each button does. The custom id says it all, so a click works after any restart."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import discord

from bot.cogs.ask import guild_of, today
from bot.cogs.tell import guarded, say
from bot.core.models import EntryId, TopicId, UserId
from bot.views.answers import answer_card, asked_in, choices_card, shared_card, topic_card, unknown_card
from bot.views.ids import parse_action

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.core.models import Reply
    from bot.core.texts import Texts
    from bot.faq.asking import Asking
    from bot.views.answers import Card

Interaction = discord.Interaction[Any]

GONE = frozenset({10008, 50035})
"""Codes for a reply to a message that was deleted: unknown message, or a reference to nothing."""


class Buttons:
    """Routes clicks and picks by the verb in their custom id."""

    def __init__(self, asking: Asking, texts: Texts) -> None:
        self._asking = asking
        self._texts = texts
        self._verbs: dict[tuple[str, int], Callable[..., Awaitable[None]]] = {
            ("helped", 1): self._helped,
            ("miss", 2): self._miss,
            ("choose", 2): self._choose,
            ("none", 0): self._none,
            ("share", 1): self._share,
            ("reply", 2): self._share_as_reply,
            ("keep", 1): self._keep,
            ("page", 3): self._turn_page,
            ("topic", 1): self._open_topic,
            ("pick", 1): self._pick,
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
            await guarded(interaction, self._acknowledged(interaction, verb(interaction, *clicked.arguments)), self._texts)

    async def _acknowledged(self, interaction: Interaction, work: Awaitable[None]) -> None:
        await interaction.response.defer()
        await work

    async def _helped(self, interaction: Interaction, entry: str) -> None:
        await self._vote(interaction, entry, helped=True)
        await say(interaction, self._texts("answer.thanks"))

    async def _miss(self, interaction: Interaction, entry: str, target: str) -> None:
        await self._vote(interaction, entry, helped=False)
        guild, question = guild_of(interaction), self._question(interaction)
        # An answer that was picked from the suggestions has no question; its neighbours are offered.
        text = question or await self._asking.wording_of(guild, EntryId(entry))
        reply = await self._asking.ask(guild, text, own_words=False, without=frozenset({EntryId(entry)}))
        reply = replace(reply, question=question)
        if reply.choices:
            await self._show(interaction, choices_card(reply, self._texts, target=int(target), after_miss=True))
        else:
            await self._show(interaction, unknown_card(reply, self._texts))

    async def _choose(self, interaction: Interaction, entry: str, target: str) -> None:
        reply = await self._asking.answer(guild_of(interaction), EntryId(entry), self._question(interaction))
        await self._show_answer(interaction, reply, target=int(target))

    async def _pick(self, interaction: Interaction, _list: str) -> None:
        await self._choose(interaction, str(_data(interaction)["values"][0]), "0")

    async def _none(self, interaction: Interaction) -> None:
        question = self._question(interaction)
        if not question:
            await say(interaction, self._texts("choices.ask_again"))
            return
        reply = await self._asking.give_up(guild_of(interaction), question)
        await self._show(interaction, unknown_card(reply, self._texts))

    async def _share(self, interaction: Interaction, entry: str) -> None:
        reply = await self._asking.show(guild_of(interaction), EntryId(entry), self._question(interaction))

        async def post(card: Card) -> None:
            await interaction.followup.send(view=card, ephemeral=False)

        if await self._once(interaction, reply, post):
            await self._show_answer(interaction, reply, note=self._texts("answer.shared"))

    async def _share_as_reply(self, interaction: Interaction, entry: str, target: str) -> None:
        reply = await self._asking.show(guild_of(interaction), EntryId(entry), self._question(interaction))
        channel = interaction.client.get_partial_messageable(interaction.channel_id or 0)
        # The author of that message is the only person a share may ping.
        only_the_author = discord.AllowedMentions(everyone=False, users=False, roles=False, replied_user=True)

        async def post(card: Card) -> None:
            await channel.get_partial_message(int(target)).reply(view=card, allowed_mentions=only_the_author)

        try:
            is_posted = await self._once(interaction, reply, post)
        except discord.Forbidden:
            await say(interaction, self._texts("error.may_not_write"))
        except discord.HTTPException as error:
            if error.code not in GONE:
                raise
            await say(interaction, self._texts("error.message_gone"))
        else:
            if is_posted:
                await self._show_answer(interaction, reply, target=int(target), note=self._texts("answer.shared"))

    async def _keep(self, interaction: Interaction, entry: str) -> None:
        reply = await self._asking.show(guild_of(interaction), EntryId(entry), self._question(interaction))
        await self._show_answer(interaction, reply, note=self._texts("answer.kept"))

    async def _turn_page(self, interaction: Interaction, entry: str, where: str, page: str) -> None:
        reply = await self._asking.show(guild_of(interaction), EntryId(entry), self._question(interaction))
        if where == "shared":
            await self._show(interaction, shared_card(reply, self._texts, today(), int(page)))
        else:
            await self._show_answer(interaction, reply, page=int(page), target=int(where))

    async def _open_topic(self, interaction: Interaction, topic: str) -> None:
        shelf, entries = await self._asking.browse(guild_of(interaction), TopicId(topic))
        await interaction.followup.send(view=topic_card(shelf, entries, self._texts), ephemeral=True)

    async def _notify(self, interaction: Interaction, unanswered: str) -> None:
        waits = await self._asking.wait_for(int(unanswered), UserId(interaction.user.id))
        await say(interaction, self._texts("unknown.notified" if waits else "unknown.stopped"))

    async def _vote(self, interaction: Interaction, entry: str, *, helped: bool) -> None:
        await self._asking.vote(guild_of(interaction), EntryId(entry), UserId(interaction.user.id), helped=helped)

    async def _once(self, interaction: Interaction, reply: Reply, post: Callable[[Card], Awaitable[None]]) -> bool:
        """Post a shared answer unless this message was used for that before; a failure gives the share back."""
        what = str(_message(interaction).id)
        if not await self._asking.claim_share(what):
            await say(interaction, self._texts("answer.already_shared"))
            return False
        try:
            await post(shared_card(reply, self._texts, today()))
        except BaseException:
            await self._asking.release_share(what)
            raise
        return True

    async def _show_answer(
        self, interaction: Interaction, reply: Reply, *, page: int = 0, target: int = 0, note: str = ""
    ) -> None:
        may_share = interaction.guild_id is not None and _message(interaction).flags.ephemeral
        card = answer_card(
            reply, self._texts, today(), page=page, target=target, may_share=may_share, note=note
        )
        await self._show(interaction, card)

    async def _show(self, interaction: Interaction, card: Card) -> None:
        """Change the clicked message for the person it belongs to; give anybody else their own."""
        message = _message(interaction)
        asked_by = message.interaction_metadata.user.id if message.interaction_metadata else None
        if message.flags.ephemeral or asked_by == interaction.user.id:
            await interaction.edit_original_response(view=card)
        else:
            await interaction.followup.send(view=card, ephemeral=True)

    def _question(self, interaction: Interaction) -> str:
        return asked_in(_message(interaction), self._texts)


def _data(interaction: Interaction) -> dict[str, Any]:
    """Return what came with a click: its custom id and, of a select, the values."""
    return dict(interaction.data or {})


def _message(interaction: Interaction) -> discord.Message:
    if interaction.message is None:
        raise TypeError("a click always comes with its message")
    return interaction.message
