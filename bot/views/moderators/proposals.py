"""What votes propose, as cards for those who decide. What a button does is in cogs/moderators/proposals.py."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from discord import ui

from bot.core.moderation import ProposalKind
from bot.safety.text import escape
from bot.views.answers import ACCENT, Card, Row, entry_select
from bot.views.ids import desk
from bot.views.moderators.shown import Style, button, decided_card, next_button

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.core.models import Entry
    from bot.core.moderation import ChangeId, Proposal
    from bot.core.texts import Texts


def proposal_card(proposal: Proposal, entry: Entry, texts: Texts, waiting: int, following: Proposal | None) -> Card:
    """Return a proposal to decide on; `waiting`: how many there are, `following`: the one to look at next."""
    key = "prop.phrasing" if proposal.kind is ProposalKind.PHRASING else "prop.negative"
    people = texts("prop.person") if proposal.people == 1 else texts("prop.people", number=proposal.people)
    text = texts(key, question=escape(proposal.question), people=people, entry=escape(entry.question))
    buttons = [
        button(texts("prop.confirm"), desk("prop_yes", proposal.id), Style.success),
        button(texts("prop.refuse"), desk("prop_no", proposal.id)),
    ]
    if proposal.kind is ProposalKind.NEGATIVE:
        buttons.append(button(texts("prop.other"), desk("prop_other", proposal.id)))
    buttons += next_button(texts, "prop_show", following)
    return Card(_container(text, texts("prop.left", number=waiting)), Row(*buttons))


def others_card(proposal: Proposal, others: Sequence[Entry], texts: Texts) -> Card:
    """Return the entries nearest to a proposal's question, to pick the right one from."""
    back = Row(button(texts("prop.back"), desk("prop_show", proposal.id)))
    if not others:
        return Card(ui.TextDisplay(texts("prop.no_other")), back)
    select = entry_select(others, texts("prop.pick"), desk("prop_pick", proposal.id))
    return Card(_container(escape(proposal.question)), select, back)


def confirmed_card(
    proposal: Proposal, made: str, texts: Texts, change: ChangeId | None, following: Proposal | None
) -> Card:
    """Return what was made of a proposal, and the way back; `change`: the change of the FAQ it took, if any."""
    undo = button(texts("prop.undo"), desk("prop_undo", proposal.id, change or 0))
    return decided_card(made, undo, *next_button(texts, "prop_show", following))


def _container(*parts: str) -> ui.Item[Any]:
    return ui.Container(*map(ui.TextDisplay[Any], parts), accent_colour=ACCENT)
