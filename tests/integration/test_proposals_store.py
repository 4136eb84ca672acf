"""What votes propose is kept once, with how many people say it, and never grows without end."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.core.errors import VersionGoneError
from bot.core.models import EntryId, GuildId
from bot.core.moderation import ProposalId, ProposalKind, ProposalState
from bot.storage.database import Database
from bot.storage.faq import GuildEntries
from bot.storage.proposals import MOST_OPEN, ProposalStore
from support.keyrings import keyring_of

HERE, THERE = GuildId(1), GuildId(2)
LETTERS, VISAS = EntryId("letters"), EntryId("visas")
PHRASING, NEGATIVE = ProposalKind.PHRASING, ProposalKind.NEGATIVE
QUESTION = "who vouches for me"


@pytest.fixture
async def database():
    opened = await Database.open(None)
    yield opened
    await opened.close()


@pytest.fixture
def store(database):
    return ProposalStore(database, keyring_of(database))


async def say(store, kind, who, question=QUESTION, *, entry_id=LETTERS, guild=HERE):
    """Let somebody say something; their name differs from proposal to proposal, as the real ones do."""
    await store.support(guild, kind, entry_id, question, person=lambda proposal: f"{who} in {proposal}")


async def said(store, guild=HERE):
    return [(one.kind, one.question, one.people) for one in await store.open_proposals(guild)]


async def test_the_same_said_by_two_people_is_one_proposal(store):
    await say(store, PHRASING, "noor")
    await say(store, PHRASING, "sam", QUESTION.upper() + " ")

    assert await said(store) == [(PHRASING, QUESTION, 2)]


async def test_nobody_counts_twice(store):
    for _ in range(3):
        await say(store, PHRASING, "noor")

    assert await said(store) == [(PHRASING, QUESTION, 1)]


async def test_another_entry_another_kind_and_another_server_are_other_proposals(store):
    await say(store, PHRASING, "noor")
    await say(store, PHRASING, "noor", entry_id=VISAS)
    await say(store, NEGATIVE, "sam")
    await say(store, PHRASING, "noor", guild=THERE)

    assert [PHRASING, PHRASING, NEGATIVE] == [kind for kind, *_ in await said(store)]
    assert await said(store, THERE) == [(PHRASING, QUESTION, 1)]


async def test_the_most_supported_stands_first_then_the_oldest(store):
    for who, question in (("a", "one"), ("a", "two"), ("a", "three"), ("b", "three")):
        await say(store, PHRASING, who, question)

    assert ["three", "one", "two"] == [question for _, question, _ in await said(store)]


async def test_who_changes_their_mind_counts_on_the_other_side_alone(store):
    await say(store, PHRASING, "noor")
    await say(store, PHRASING, "sam")
    await say(store, NEGATIVE, "sam")

    assert await said(store) == [(PHRASING, QUESTION, 1), (NEGATIVE, QUESTION, 1)]


async def test_a_proposal_that_nobody_stands_by_is_gone(store):
    await say(store, PHRASING, "noor")
    await say(store, NEGATIVE, "noor")

    assert await said(store) == [(NEGATIVE, QUESTION, 1)]


async def test_of_too_many_the_least_supported_goes_the_oldest_first(store):
    await say(store, PHRASING, "noor", "supported")
    await say(store, PHRASING, "sam", "supported")
    for number in range(MOST_OPEN):
        await say(store, PHRASING, "noor", f"question {number}")
    kept = [question for _, question, _ in await said(store)]

    assert MOST_OPEN == len(kept)
    assert "supported" == kept[0]
    assert "question 0" not in kept
    assert {"question 1", f"question {MOST_OPEN - 1}"} <= set(kept)


async def test_a_flood_on_one_server_takes_nothing_from_another(store):
    await say(store, PHRASING, "noor", guild=THERE)
    for number in range(MOST_OPEN + 5):
        await say(store, PHRASING, "sam", f"question {number}")

    assert await said(store, THERE) == [(PHRASING, QUESTION, 1)]


@pytest.mark.parametrize("state", [ProposalState.REFUSED, ProposalState.CONFIRMED])
async def test_what_was_decided_is_remembered_and_never_proposed_again(store, state):
    await say(store, NEGATIVE, "noor")
    (proposal,) = await store.open_proposals(HERE)
    await store.settle(proposal, state)
    await say(store, NEGATIVE, "sam")

    assert await said(store) == []
    assert (await store.proposal(HERE, proposal.id)).state is state


async def test_of_two_who_decide_at_once_the_first_is_right(store):
    await say(store, PHRASING, "noor")
    (proposal,) = await store.open_proposals(HERE)

    assert await store.settle(proposal, ProposalState.REFUSED)
    assert not await store.settle(proposal, ProposalState.CONFIRMED)


async def test_a_negative_is_known_to_the_search_as_long_as_it_is_confirmed(store, database):
    entries = GuildEntries(database, keyring_of(database))
    await say(store, NEGATIVE, "noor", "Who VOUCHES for me")
    (proposal,) = await store.open_proposals(HERE)
    before = await entries.negatives_of(HERE)
    await store.settle(proposal, ProposalState.CONFIRMED)
    confirmed = await entries.negatives_of(HERE)
    await store.settle(await store.proposal(HERE, proposal.id), ProposalState.OPEN)

    assert ({}, {QUESTION: {LETTERS}}) == (before, confirmed)
    assert {} == await entries.negatives_of(HERE)
    assert await said(store) == [(NEGATIVE, "Who VOUCHES for me", 1)]


async def test_neither_a_confirmed_phrasing_nor_a_refused_negative_is_a_negative(store, database):
    for kind, state in ((PHRASING, ProposalState.CONFIRMED), (NEGATIVE, ProposalState.REFUSED)):
        await say(store, kind, "noor", kind.value)
        (proposal,) = await store.open_proposals(HERE)
        await store.settle(proposal, state)

    assert {} == await GuildEntries(database, keyring_of(database)).negatives_of(HERE)


async def test_a_dropped_proposal_may_come_back_and_is_the_same(store):
    await say(store, PHRASING, "noor")
    (first,) = await store.open_proposals(HERE)
    await store.drop([first])
    gone = await said(store)
    await say(store, NEGATIVE, "sam", "something else")
    await say(store, PHRASING, "noor")

    assert [] == gone
    assert first in await store.open_proposals(HERE)


async def test_dropping_leaves_alone_what_was_decided_meanwhile(store):
    await say(store, PHRASING, "noor")
    (proposal,) = await store.open_proposals(HERE)
    await store.settle(proposal, ProposalState.REFUSED)
    await store.drop([proposal])

    assert ProposalState.REFUSED is (await store.proposal(HERE, proposal.id)).state


async def test_another_servers_proposal_is_none_of_ones_own(store):
    await say(store, PHRASING, "noor")
    (proposal,) = await store.open_proposals(HERE)

    with pytest.raises(VersionGoneError):
        await store.proposal(THERE, proposal.id)
    with pytest.raises(VersionGoneError):
        await store.proposal(HERE, ProposalId(proposal.id + 1))


@given(st.lists(st.tuples(st.sampled_from(ProposalKind), st.sampled_from("abc"), st.sampled_from(["q", "r"]))))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
async def test_in_any_order_of_votes_each_persons_last_one_counts(votes):
    database = await Database.open(None)
    store = ProposalStore(database, keyring_of(database))
    for kind, who, question in votes:
        await say(store, kind, who, question)
    last = {(who, question): kind for kind, who, question in votes}
    counted = Counter((kind, question) for (_, question), kind in last.items())

    assert counted == {(kind, question): people for kind, question, people in await said(store)}
    await database.close()
