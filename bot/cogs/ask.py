"""The commands: /ask with its autocomplete, /about, and the message menu. Parse, call, render."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands

from bot.cogs.gate import CAPABILITY, guild_of, may_meet
from bot.cogs.tell import guarded, say
from bot.core.errors import BlankQuestionError, WordlessQuestionError
from bot.core.models import UserId
from bot.core.moderation import Capability
from bot.views.answers import START, reply_card, sentence
from bot.views.trail import Trail

if TYPE_CHECKING:
    from bot.cogs.care import Care
    from bot.core.texts import Texts
    from bot.faq.asking import Asked, Asking

QUESTION_OPTION_LENGTH = 6000
"""As long as Discord lets a text option be: who pours out their heart is not stopped by a counter."""

Interaction = discord.Interaction[discord.Client]
Command = app_commands.Command[Any, ..., None]


def today() -> date:
    """Return the date in UTC."""
    return datetime.now(UTC).date()


def may_post(interaction: discord.Interaction[Any]) -> bool:
    """Tell whether the member may write here themselves: nobody speaks through the bot where they may not."""
    if interaction.guild_id is None:
        return False
    allowed = interaction.permissions
    in_thread = isinstance(interaction.channel, discord.Thread)
    return allowed.send_messages_in_threads if in_thread else allowed.send_messages


def add_commands(tree: app_commands.CommandTree[discord.Client], asking: Asking, texts: Texts, care: Care) -> None:
    """Add every command to the tree; their names and descriptions come from prompts/."""
    commands: list[Command | app_commands.ContextMenu] = [
        _ask_command(asking, texts, care),
        _about_command(asking, texts),
        _menu_command(asking, texts, care),
    ]
    for command in commands:
        command.allowed_contexts = app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=False)
        command.allowed_installs = app_commands.AppInstallationType(guild=True, user=False)
        tree.add_command(command)


async def reply_to(
    interaction: Interaction,
    asked: Asked,
    asking: Asking,
    texts: Texts,
    care: Care,
    *,
    own_words: bool = True,
    trail: Trail = START,
    is_private: bool = True,
) -> None:
    """Answer a deferred interaction. Own words of crisis are met with a question, and where to find help, first.

    `is_private`: nobody else sees the answer.
    """
    # Help does not wait for the search, and comes even where the search fails.
    helped = asked.is_personal and own_words and await _help_first(interaction, asked, care)
    user = UserId(interaction.user.id)
    reply = await asking.ask(guild_of(interaction), asked, user=user, own_words=own_words)
    if reply.help_first and not asked.is_personal:
        if not is_private:
            # What was begun for everybody goes on in private: nobody else learns why.
            await interaction.edit_original_response(view=sentence(texts("answer.kept")))
        helped = await _help_first(interaction, asked, care, is_answered=not is_private) or not is_private
        is_private = True
    card = reply_card(
        reply,
        texts,
        today(),
        trail=trail,
        may_share=is_private and may_post(interaction),
        may_meet=is_private and may_meet(interaction),
    )
    if helped:
        await interaction.followup.send(view=card, ephemeral=True)
    else:
        await interaction.edit_original_response(view=card)
    await asking.count(guild_of(interaction), reply, asked_at=interaction.created_at)


async def _help_first(interaction: Interaction, asked: Asked, care: Care, *, is_answered: bool = False) -> bool:
    """Show the question, and where to find help; False where these very words were only venting.

    `is_answered`: there is no first answer any more that could become it.
    """
    card = care.card(interaction, asked.text)
    if card is None:
        return False
    if is_answered:
        await interaction.followup.send(view=card, ephemeral=True)
    else:
        await interaction.edit_original_response(view=card)
    return True


def _ask_command(asking: Asking, texts: Texts, care: Care) -> Command:
    choice = app_commands.Choice[str]

    @app_commands.rename(
        question=texts("command.ask.question"),
        visibility=texts("command.ask.visibility"),
    )
    @app_commands.describe(
        question=texts("command.ask.question_description"),
        visibility=texts("command.ask.visibility_description"),
    )
    @app_commands.choices(
        visibility=[
            choice(name=texts("command.ask.private"), value="private"),
            choice(name=texts("command.ask.public"), value="public"),
        ]
    )
    async def ask(
        interaction: Interaction,
        question: app_commands.Range[str, 1, QUESTION_OPTION_LENGTH],
        visibility: app_commands.Choice[str] | None = None,
    ) -> None:
        wants_public = visibility is not None and visibility.value == "public"
        await guarded(interaction, _answer(interaction, question, wants_public=wants_public), texts)

    async def _answer(interaction: Interaction, question: str, *, wants_public: bool) -> None:
        # Told before the defer, because what follows a public one is public too.
        asked = asking.read(question)
        # Whoever writes of wanting to die is never answered in public, whatever they chose.
        is_private = not wants_public or not may_post(interaction) or asked.is_personal
        await interaction.response.defer(ephemeral=is_private)
        await reply_to(interaction, asked, asking, texts, care, is_private=is_private)

    async def suggest(interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        rows = await asking.suggest(guild_of(interaction), typed)
        return [choice(name=row.label, value=row.value) for row in rows]

    command = Command(
        name=texts("command.ask.name"),
        description=texts("command.ask.description"),
        callback=ask,
        extras={CAPABILITY: Capability.ASK},
    )
    command.autocomplete("question")(suggest)
    return command


def _about_command(asking: Asking, texts: Texts) -> Command:
    async def about(interaction: Interaction) -> None:
        async def work() -> None:
            entries = len(await asking.entry_ids(guild_of(interaction)))
            await say(interaction, texts("about.text", entries=entries))

        await guarded(interaction, work(), texts)

    return Command(
        name=texts("command.about.name"),
        description=texts("command.about.description"),
        callback=about,
        extras={CAPABILITY: Capability.ASK},
    )


def _menu_command(asking: Asking, texts: Texts, care: Care) -> app_commands.ContextMenu:
    async def answer_message(interaction: Interaction, message: discord.Message) -> None:
        await guarded(interaction, _preview(interaction, message), texts)

    async def _preview(interaction: Interaction, message: discord.Message) -> None:
        await interaction.response.defer(ephemeral=True)
        try:
            asked = asking.read(message.content)
        except (BlankQuestionError, WordlessQuestionError):
            await interaction.edit_original_response(view=sentence(texts("error.message_blank")))
            return
        own_words = message.author.id == interaction.user.id
        trail = Trail(message.id)
        await reply_to(interaction, asked, asking, texts, care, own_words=own_words, trail=trail)

    return app_commands.ContextMenu(
        name=texts("command.menu_answer.name"), callback=answer_message, extras={CAPABILITY: Capability.ASK}
    )
