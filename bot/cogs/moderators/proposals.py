"""`/faq proposals`: what votes say, for somebody to decide."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.cogs.gate import guild_of
from bot.cogs.moderators.showing import following, show
from bot.cogs.routes import Route, pick_in
from bot.core.errors import VersionGoneError
from bot.core.models import EntryId, UserId
from bot.core.moderation import Capability, ChangeId, ProposalId, ProposalKind
from bot.safety.text import escape
from bot.views.answers import sentence
from bot.views.ids import number_in
from bot.views.moderators.proposals import confirmed_card, others_card, proposal_card
from bot.views.moderators.shown import Shown, decided_card, next_button

if TYPE_CHECKING:
    from discord import app_commands

    from bot.cogs.desk import Desk
    from bot.cogs.gate import Interaction
    from bot.core.moderation import Proposal


class ProposalsDesk:
    """Shows proposals one at a time, the most supported first.

    Whoever may edit looks and refuses. A confirmation changes what members are answered, so it takes the right to
    publish; where a server wants four eyes, those of the members who voted were the first two.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._texts = desk.texts
        self._proposals = desk.lantern.proposals
        self.routes = {
            ("prop_show", 1): Route(Capability.EDIT, self._show),
            ("prop_no", 1): Route(Capability.EDIT, self._refuse),
            ("prop_other", 1): Route(Capability.EDIT, self._offer_others),
            ("prop_yes", 1): Route(Capability.PUBLISH, self._confirm),
            ("prop_pick", 1): Route(Capability.PUBLISH, self._pick),
            ("prop_undo", 2): Route(Capability.PUBLISH, self._undo),
        }

    def add_to(self, _tree: app_commands.CommandTree[Any], faq: app_commands.Group) -> None:
        """Add the command."""

        async def proposals(interaction: Interaction) -> None:
            await interaction.response.defer(ephemeral=True)
            await self._show(interaction)

        name, description = "command.faq_proposals.name", "command.faq_proposals.description"
        faq.add_command(self._desk.command(name, description, proposals, Capability.EDIT))

    async def _show(self, interaction: Interaction, number: str = "0") -> None:
        """Show a proposal; the first one where it is no longer open."""
        waiting = await self._proposals.waiting(guild_of(interaction))
        if not waiting:
            await show(interaction, Shown(sentence(self._texts("prop.none"))))
            return
        proposal = next((one for one in waiting if one.id == number_in(number)), waiting[0])
        entry = (await self._desk.lantern.library.shelf(proposal.guild)).entry(proposal.entry_id)
        card = proposal_card(proposal, entry, self._texts, len(waiting), following(proposal, waiting))
        await show(interaction, Shown(card))

    async def _refuse(self, interaction: Interaction, number: str) -> None:
        proposal, after = await self._open(interaction, number)
        await self._proposals.refuse(proposal)
        card = decided_card(self._texts("prop.refused"), *next_button(self._texts, "prop_show", after))
        await interaction.edit_original_response(view=card)

    async def _offer_others(self, interaction: Interaction, number: str) -> None:
        proposal, _ = await self._open(interaction, number)
        card = others_card(proposal, await self._proposals.others(proposal), self._texts)
        await interaction.edit_original_response(view=card)

    async def _pick(self, interaction: Interaction, number: str) -> None:
        await self._confirm(interaction, number, EntryId(pick_in(interaction)))

    async def _confirm(self, interaction: Interaction, number: str, instead: EntryId | None = None) -> None:
        proposal, after = await self._open(interaction, number)
        change = await self._proposals.confirm(proposal, UserId(interaction.user.id), instead)
        made = await self._made_of(proposal, instead)
        card = confirmed_card(proposal, "\n".join(made), self._texts, change, after)
        await self._audit(interaction, proposal, made[0])
        await interaction.edit_original_response(view=card)

    async def _undo(self, interaction: Interaction, number: str, change: str) -> None:
        by, change_id = UserId(interaction.user.id), ChangeId(number_in(change)) or None
        proposal = await self._proposals.undo(guild_of(interaction), ProposalId(number_in(number)), by, change_id)
        text = self._texts("prop.undone", question=escape(proposal.question))
        card = decided_card(text, *next_button(self._texts, "prop_show", proposal))
        await self._audit(interaction, proposal, text)
        await interaction.edit_original_response(view=card)

    async def _open(self, interaction: Interaction, number: str) -> tuple[Proposal, Proposal | None]:
        """Return a proposal that waits, and the one to look at after it. Raises VersionGoneError."""
        waiting = await self._proposals.waiting(guild_of(interaction))
        for proposal in waiting:
            if proposal.id == number_in(number):
                return proposal, following(proposal, waiting)
        raise VersionGoneError(f"Proposal {number} does not wait for a decision.")

    async def _made_of(self, proposal: Proposal, instead: EntryId | None) -> list[str]:
        """Return what a confirmation changed, in words, a sentence each."""
        shelf = await self._desk.lantern.library.shelf(proposal.guild)
        asked, named = escape(proposal.question), escape(shelf.entry(proposal.entry_id).question)
        if proposal.kind is ProposalKind.PHRASING:
            return [self._texts("prop.made_phrasing", question=asked, entry=named)]
        made = [self._texts("prop.made_negative", question=asked, entry=named)]
        if instead is not None:
            joined = escape(shelf.entry(instead).question)
            made.append(self._texts("prop.made_phrasing", question=asked, entry=joined))
        return made

    async def _audit(self, interaction: Interaction, proposal: Proposal, what: str) -> None:
        """Tell the moderators what no change of an entry tells them."""
        if proposal.kind is ProposalKind.PHRASING:
            return
        line = self._texts("prop.audit", who=interaction.user.mention, what=what)
        await self._desk.tell_moderators(guild_of(interaction), sentence(line))
