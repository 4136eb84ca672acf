"""What votes propose, as cards for those who decide. What a button does is in cogs/moderators/proposals.py."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord
from discord import ui

from bot.core.moderation import ProposalKind
from bot.safety.text import cut, escape
from bot.views.answers import ACCENT, OPTION_LENGTH, OPTIONS, Card, Row, sentence
from bot.views.ids import desk
from bot.views.moderators.shown import Style, button

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
    buttons += _next(following, texts)
    return Card(_container(text, texts("prop.left", number=waiting)), Row(*buttons))


def others_card(proposal: Proposal, others: Sequence[Entry], texts: Texts) -> Card:
    """Return the entries nearest to a proposal's question, to pick the right one from."""
    back = Row(button(texts("prop.back"), desk("prop_show", proposal.id)))
    if not others:
        return Card(ui.TextDisplay(texts("prop.no_other")), back)
    options = [
        discord.SelectOption(label=cut(entry.question, OPTION_LENGTH), value=entry.id) for entry in others[:OPTIONS]
    ]
    select: ui.Select[Any] = ui.Select(
        placeholder=texts("prop.pick"), options=options, custom_id=desk("prop_pick", proposal.id)
    )
    return Card(_container(escape(proposal.question)), Row(select), back)


def confirmed_card(
    proposal: Proposal, made: str, texts: Texts, change: ChangeId | None, following: Proposal | None
) -> Card:
    """Return what was made of a proposal, and the way back; `change`: the change of the FAQ it took, if any."""
    undo = button(texts("prop.undo"), desk("prop_undo", proposal.id, change or 0))
    return Card(ui.TextDisplay(made), Row(undo, *_next(following, texts)))


def decided_card(text: str, texts: Texts, following: Proposal | None) -> Card:
    """Return what became of a proposal, and the way to the next."""
    further = _next(following, texts)
    return Card(ui.TextDisplay(text), Row(*further)) if further else sentence(text)


def _next(following: Proposal | None, texts: Texts) -> list[ui.Button[Any]]:
    return [] if following is None else [button(texts("prop.next"), desk("prop_show", following.id))]


def _container(*parts: str) -> ui.Item[Any]:
    return ui.Container(*map(ui.TextDisplay[Any], parts), accent_colour=ACCENT)
