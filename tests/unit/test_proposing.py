"""What becomes of a vote, without Discord: a proposal, until somebody decides."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from bot.core.errors import ConflictError, EntryGoneError, VersionGoneError
from bot.core.models import NO_GUILD, EntryId, GuildId, Phrasing, UserId
from bot.core.moderation import ProposalKind, ProposalState, revision_of
from bot.faq.forms import PHRASING_LENGTHS
from support.edits import edit

GUILD, MIKA = GuildId(1), UserId(99)
LETTERS, VISAS = EntryId("letters"), EntryId("visas")
QUESTION = "who vouches for me"


async def vote(lantern, *users, helped=True, entry_id=LETTERS, question=QUESTION, guild=GUILD):
    for user in users:
        await lantern.proposals.voted(guild, entry_id, question, UserId(user), helped=helped)


async def waiting(lantern):
    return [(one.kind.value, one.entry_id, one.people) for one in await lantern.proposals.waiting(GUILD)]


async def first(lantern):
    return (await lantern.proposals.waiting(GUILD))[0]


async def texts_of(lantern, entry_id=LETTERS):
    return (await lantern.library.shelf(GUILD)).entry(entry_id).texts


async def negatives(lantern):
    return dict((await lantern.library.shelf(GUILD)).negatives)


async def test_that_helped_proposes_a_wording_and_not_what_i_meant_that_it_is_none(small_lantern):
    await vote(small_lantern, 1, 2, 3)
    await vote(small_lantern, 4, helped=False)

    assert await waiting(small_lantern) == [("phrasing", LETTERS, 3), ("negative", LETTERS, 1)]


async def test_a_changed_vote_moves_over(small_lantern):
    await vote(small_lantern, 1, 2)
    await vote(small_lantern, 1, helped=False)

    assert await waiting(small_lantern) == [("phrasing", LETTERS, 1), ("negative", LETTERS, 1)]


@pytest.mark.parametrize(
    "question",
    ["I want to kill myself", "Tell me about LETTERS", "", "x", "w" * (PHRASING_LENGTHS[1] + 1)],
    ids=["words of crisis", "a wording already", "picked, without a question", "too short", "a story"],
)
@pytest.mark.parametrize("helped", [True, False])
async def test_no_proposal_comes_of(small_lantern, question, helped):
    await vote(small_lantern, 1, helped=helped, question=question)

    assert await waiting(small_lantern) == []


async def test_nothing_is_proposed_for_an_entry_that_is_gone_nor_in_direct_messages(small_lantern):
    await vote(small_lantern, 1, entry_id=EntryId("nothing"))
    await vote(small_lantern, 1, guild=NO_GUILD)

    assert await waiting(small_lantern) == []
    assert [] == await small_lantern.proposals.waiting(NO_GUILD)


async def test_a_confirmed_phrasing_is_a_wording_of_the_entry_and_is_undone(small_lantern):
    await vote(small_lantern, 1, 2)
    proposal = await first(small_lantern)
    change = await small_lantern.proposals.confirm(proposal, MIKA)
    confirmed = await texts_of(small_lantern)
    left = await waiting(small_lantern)
    await small_lantern.proposals.undo(GUILD, proposal.id, MIKA, change)

    assert QUESTION == confirmed[-1]
    assert [] == left
    assert QUESTION not in await texts_of(small_lantern)
    assert await waiting(small_lantern) == [("phrasing", LETTERS, 2)]


async def test_a_confirmed_negative_is_known_to_the_search_and_is_undone(small_lantern):
    await vote(small_lantern, 1, helped=False)
    proposal = await first(small_lantern)
    change = await small_lantern.proposals.confirm(proposal, MIKA)
    confirmed = await negatives(small_lantern)
    await small_lantern.proposals.undo(GUILD, proposal.id, MIKA, change)

    assert change is None
    assert confirmed == {QUESTION: {LETTERS}}
    assert {} == await negatives(small_lantern)
    assert await waiting(small_lantern) == [("negative", LETTERS, 1)]


async def test_a_negative_that_belongs_to_another_entry_becomes_its_wording_and_both_are_undone(small_lantern):
    await vote(small_lantern, 1, helped=False)
    proposal = await first(small_lantern)
    change = await small_lantern.proposals.confirm(proposal, MIKA, instead=VISAS)
    wordings, wrong = await texts_of(small_lantern, VISAS), await negatives(small_lantern)
    await small_lantern.proposals.undo(GUILD, proposal.id, MIKA, change)

    assert QUESTION in wordings
    assert wrong == {QUESTION: {LETTERS}}
    assert QUESTION not in await texts_of(small_lantern, VISAS)
    assert {} == await negatives(small_lantern)


async def test_the_other_entries_offered_are_not_the_one_it_was_not(small_lantern):
    await vote(small_lantern, 1, helped=False, question="visas and letters")
    others = await small_lantern.proposals.others(await first(small_lantern))

    assert VISAS == others[0].id
    assert LETTERS not in [entry.id for entry in others]


async def test_what_was_refused_is_never_proposed_again(small_lantern):
    await vote(small_lantern, 1)
    await small_lantern.proposals.refuse(await first(small_lantern))
    await vote(small_lantern, 1, 2, 3)

    assert await waiting(small_lantern) == []


async def test_two_moderators_at_once_confirm_it_once(small_lantern):
    await vote(small_lantern, 1)
    proposal = await first(small_lantern)
    confirm = small_lantern.proposals.confirm
    done = await asyncio.gather(confirm(proposal, MIKA), confirm(proposal, UserId(98)), return_exceptions=True)

    assert 1 == sum(isinstance(one, VersionGoneError) for one in done)
    assert 1 == (await texts_of(small_lantern)).count(QUESTION)


async def test_a_wording_that_another_entry_got_first_stays_open_and_then_no_longer_applies(small_lantern):
    await vote(small_lantern, 1)
    proposal = await first(small_lantern)
    visas = (await small_lantern.library.shelf(GUILD)).entry(VISAS)
    taken = replace(visas, phrasings=(*visas.phrasings, Phrasing(QUESTION)))
    await edit(small_lantern.library, GUILD, VISAS, taken)  # as another process would: nobody here is told

    with pytest.raises(ConflictError):
        await small_lantern.proposals.confirm(proposal, MIKA)
    assert ProposalState.OPEN is (await small_lantern.proposals._notes.proposal(GUILD, proposal.id)).state
    assert await waiting(small_lantern) == []


@pytest.mark.parametrize("kind", ProposalKind)
async def test_removing_the_entry_closes_what_was_proposed_for_it(small_lantern, kind):
    await vote(small_lantern, 1, helped=kind is ProposalKind.PHRASING)
    await vote(small_lantern, 1, entry_id=VISAS)
    proposal = await first(small_lantern)
    shelf = await small_lantern.library.shelf(GUILD)
    await small_lantern.editing.remove(GUILD, MIKA, LETTERS, revision_of(shelf.entry(LETTERS)))

    assert await waiting(small_lantern) == [("phrasing", VISAS, 1)]
    with pytest.raises(EntryGoneError):
        await small_lantern.proposals.confirm(proposal, MIKA)


@pytest.mark.parametrize("kind", ProposalKind)
async def test_editing_an_entry_so_that_it_has_the_question_closes_what_was_proposed_for_it(small_lantern, kind):
    await vote(small_lantern, 1, helped=kind is ProposalKind.PHRASING)
    await vote(small_lantern, 2, question="something else entirely")
    await small_lantern.editing.add_phrasing(GUILD, MIKA, LETTERS, QUESTION)

    assert ["something else entirely"] == [one.question for one in await small_lantern.proposals.waiting(GUILD)]


async def test_an_edit_that_has_nothing_to_do_with_it_leaves_it_open(small_lantern):
    await vote(small_lantern, 1)
    await small_lantern.editing.add_phrasing(GUILD, MIKA, VISAS, "another thing")

    assert await waiting(small_lantern) == [("phrasing", LETTERS, 1)]


async def test_who_voted_is_kept_as_a_name_that_differs_from_question_to_question(small_lantern):
    await vote(small_lantern, 123456789012345678)
    await vote(small_lantern, 123456789012345678, question="something else entirely")
    rows = await small_lantern.proposals._notes._database.read("SELECT person FROM proposers", [])

    assert 2 == len(set(rows))
    assert not any("123456789012345678" in person for (person,) in rows)
