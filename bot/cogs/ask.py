"""The commands: /ask with its autocomplete, /about, and the message menu. Parse, call, render."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands

from bot.cogs.tell import guarded
from bot.core.errors import BlankQuestionError, WordlessQuestionError
from bot.core.models import NO_GUILD, GuildId
from bot.views.answers import help_card, reply_card, sentence

if TYPE_CHECKING:
    from bot.core.texts import Texts
    from bot.faq.asking import Asking

QUESTION_OPTION_LENGTH = 6000
"""As long as Discord lets a text option be: who pours out their heart is not stopped by a counter."""

Interaction = discord.Interaction[discord.Client]
Command = app_commands.Command[Any, ..., None]


def guild_of(interaction: discord.Interaction) -> GuildId:
    """Return the guild whose FAQ answers here; in direct messages the shipped one does."""
    return GuildId(interaction.guild_id) if interaction.guild_id else NO_GUILD


def today() -> date:
    """Return the date in UTC."""
    return datetime.now(UTC).date()


def add_commands(tree: app_commands.CommandTree[discord.Client], asking: Asking, texts: Texts) -> None:
    """Add every command to the tree; their names and descriptions come from prompts/."""
    commands: list[Command | app_commands.ContextMenu] = [
        _ask_command(asking, texts),
        _about_command(asking, texts),
        _menu_command(asking, texts),
    ]
    for command in commands:
        command.allowed_contexts = app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=False)
        command.allowed_installs = app_commands.AppInstallationType(guild=True, user=False)
        tree.add_command(command)


def _ask_command(asking: Asking, texts: Texts) -> Command:
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
        is_public = visibility is not None and visibility.value == "public"
        await guarded(interaction, _answer(interaction, question, is_public=is_public), texts)

    async def _answer(interaction: Interaction, question: str, *, is_public: bool) -> None:
        # Whoever writes of wanting to die is never answered in public, whatever they chose.
        is_private = not is_public or asking.needs_help_first(question)
        await interaction.response.defer(ephemeral=is_private)
        await _reply(interaction, question, own_words=True, may_share=is_private)

    async def _reply(interaction: Interaction, question: str, *, own_words: bool, may_share: bool) -> None:
        reply = await asking.ask(guild_of(interaction), question, own_words=own_words)
        in_guild = interaction.guild_id is not None
        card = reply_card(reply, texts, today(), may_share=may_share and in_guild)
        if reply.help_first:
            await interaction.edit_original_response(view=help_card(texts))
            await interaction.followup.send(view=card, ephemeral=True)
        else:
            await interaction.edit_original_response(view=card)

    async def suggest(interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        rows = await asking.suggest(guild_of(interaction), typed)
        return [choice(name=row.label, value=row.value) for row in rows]

    command = Command(
        name=texts("command.ask.name"), description=texts("command.ask.description"), callback=ask
    )
    command.autocomplete(texts("command.ask.question"))(suggest)
    return command


def _about_command(asking: Asking, texts: Texts) -> Command:
    async def about(interaction: Interaction) -> None:
        async def work() -> None:
            entries = await asking.entries_in(guild_of(interaction))
            await interaction.response.send_message(view=sentence(texts("about.text", entries=entries)), ephemeral=True)

        await guarded(interaction, work(), texts)

    return Command(
        name=texts("command.about.name"), description=texts("command.about.description"), callback=about
    )


def _menu_command(asking: Asking, texts: Texts) -> app_commands.ContextMenu:
    async def answer_message(interaction: Interaction, message: discord.Message) -> None:
        await guarded(interaction, _preview(interaction, message), texts)

    async def _preview(interaction: Interaction, message: discord.Message) -> None:
        await interaction.response.defer(ephemeral=True)
        own_words = message.author.id == interaction.user.id
        try:
            reply = await asking.ask(guild_of(interaction), message.content, own_words=own_words)
        except (BlankQuestionError, WordlessQuestionError):
            await interaction.edit_original_response(view=sentence(texts("error.message_blank")))
            return
        in_guild = interaction.guild_id is not None
        card = reply_card(reply, texts, today(), target=message.id, may_share=in_guild)
        await interaction.edit_original_response(view=card)
        if reply.help_first:
            await interaction.followup.send(view=help_card(texts), ephemeral=True)

    return app_commands.ContextMenu(name=texts("command.menu_answer.name"), callback=answer_message)
