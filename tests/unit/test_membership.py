"""Who opts in, pauses and leaves is where they wish to be; nothing they typed is lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from bot.core.errors import (
    CardFaultsError,
    FreshAccountError,
    LimitError,
    NotAdultError,
    NotMemberError,
    SetbackFaultsError,
    UnfinishedProfileError,
)
from bot.core.models import UserId
from bot.core.peers import MemberState, Profile, Role, Stage
from bot.core.ports.peers import Tie, TieKind
from bot.peers.membership import NEW_STORIES
from bot.peers.profiles import MOST_PLACES, STORY_LENGTH, Account
from bot.peers.taxonomy import MOST_SETBACKS
from bot.storage.database import Database
from support.peers import (
    FRESH_ACCOUNT,
    HERE,
    KIM,
    NOOR,
    NOW,
    OLD_ACCOUNT,
    SAM,
    SETBACKS,
    THERE,
    Stories,
    make_profile,
    membership_in,
    opt_in,
    peers_in,
)

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
ACTIVE, PAUSED, UNFINISHED = MemberState.ACTIVE, MemberState.PAUSED, MemberState.UNFINISHED


@pytest.fixture
async def database():
    opened = await Database.open(None)
    yield opened
    await opened.close()


@pytest.fixture
def stories():
    return Stories()


@pytest.fixture
def membership(database, stories):
    return membership_in(database, stories=stories)


async def change(membership, user=NOOR, *, account=OLD_ACCOUNT, now=NOW, **changes):
    return await membership.change(HERE, user, lambda profile: replace(profile, **changes), now=now, account=account)


async def candidates(membership, now=NOW):
    return {UserId(int(one.id)): one for one in await membership.candidates(HERE, now)}


# Opting in


async def test_nobody_is_in_who_did_not_opt_in(membership):
    """Statement 2: blocking, being blocked or declared, or being asked for opts nobody in."""
    await membership.block(HERE, NOOR, SAM, NOW)
    await membership.declare_same(HERE, NOOR, KIM, NOW)

    assert [None, None, None] == [await membership.member(HERE, user) for user in (NOOR, SAM, KIM)]
    assert {} == await candidates(membership)


async def test_only_who_finished_is_a_candidate_and_only_on_that_server(membership):
    """Statement 1: no stored opt-in, no place in the graph; nor with a half-told profile."""
    await opt_in(membership, NOOR)
    await membership.join(HERE, SAM, is_adult=True, now=NOW)
    await opt_in(membership, KIM, THERE)

    assert {NOOR} == (await candidates(membership)).keys()


async def test_who_is_not_known_to_be_an_adult_is_stored_nowhere(membership, database):
    """Statement 17: age unknown or under 18 is never in a pair, because it is never stored."""
    with pytest.raises(NotAdultError):
        await membership.join(HERE, NOOR, is_adult=False, now=NOW)

    assert [(0,)] == await database.read("SELECT count(*) FROM peers")


async def test_every_candidate_is_an_adult(membership):
    """Statement 17."""
    await opt_in(membership, NOOR)

    assert (await candidates(membership))[NOOR].adult is True


async def test_joining_twice_keeps_what_was_told(membership):
    before = await opt_in(membership)

    assert before == await membership.join(HERE, NOOR, is_adult=True, now=NOW + DAY)


async def test_who_has_not_joined_can_change_nothing(membership):
    for act in (
        change(membership),
        membership.finish(HERE, NOOR, NOW),
        membership.pause(HERE, NOOR, None, NOW),
        membership.resume(HERE, NOOR, NOW),
    ):
        with pytest.raises(NotMemberError):
            await act
    assert not await membership.leave(HERE, NOOR, NOW)


# The profile


async def test_each_choice_is_saved_at_once_also_of_an_unfinished_profile(membership):
    await membership.join(HERE, NOOR, is_adult=True, now=NOW)
    await change(membership, roles=frozenset({Role.SEEKER}))
    member = await change(membership, stage=Stage.STUDENT, now=NOW + DAY)

    assert (UNFINISHED, NOW + DAY) == (member.state, member.active_at)
    assert Profile(roles=frozenset({Role.SEEKER}), stage=Stage.STUDENT) == member.profile
    assert member == await membership.member(HERE, NOOR)


LACKING = {
    "lacks.roles": {"roles": frozenset()},
    "lacks.stage": {"stage": None},
    "lacks.languages": {"languages": frozenset()},
    "lacks.setbacks": {"setbacks": frozenset(), "story": ""},
    "lacks.more_than_sensitive": {"setbacks": frozenset({"limited-energy"}), "story": ""},
    "lacks.helps": {"helps": frozenset()},
    "lacks.hours": {"hours": ()},
    "lacks.zone": {"zone": ""},
}


@pytest.mark.parametrize("text_key", LACKING)
async def test_what_a_profile_lacks_is_named_and_it_takes_no_part(membership, text_key):
    await opt_in(membership)
    member = await change(membership, **LACKING[text_key])

    assert (UNFINISHED, (text_key,)) == (member.state, membership.missing(member.profile))
    assert {} == await candidates(membership)
    with pytest.raises(UnfinishedProfileError) as caught:
        await membership.finish(HERE, NOOR, NOW)
    assert [text_key] == [fault.text_key for fault in caught.value.faults]


@pytest.mark.parametrize(
    "changes",
    [
        {"setbacks": frozenset(), "story": "They never wrote again."},
        {"setbacks": frozenset({"limited-energy"}), "story": "They never wrote again."},
        {"story": "", "sentence": ""},
        {"hours": (), "zone": "", "asynchronous": True},
        {"pace": None, "hope": None},
    ],
)
async def test_what_nobody_needs_is_not_asked_for(membership, changes):
    assert () == membership.missing(make_profile(**changes))


async def test_an_empty_profile_lacks_everything_at_once(membership):
    assert 6 == len(membership.missing(Profile()))


async def test_a_faulty_sentence_is_given_back_and_everything_else_is_saved(membership):
    """Statement 14: what fails the lint is on no card; and nothing that was typed is lost."""
    before = await opt_in(membership)
    typed = "I was at MIT, noor@example.org."
    with pytest.raises(CardFaultsError) as caught:
        await change(membership, sentence=typed, story="My new story.", stage=Stage.DOCTORATE)
    saved = await membership.member(HERE, NOOR)

    assert ["card.email", "card.capital"] == [fault.text_key for fault in caught.value.faults]
    assert (typed, saved) == (caught.value.typed.sentence, caught.value.member)
    assert replace(before.profile, story="My new story.", stage=Stage.DOCTORATE) == saved.profile


async def test_a_zone_is_saved_as_it_is_meant_and_one_that_is_not_known_is_given_back(membership):
    await opt_in(membership)
    member = await change(membership, zone="new york")
    with pytest.raises(CardFaultsError) as caught:
        await change(membership, zone="atlantis", stage=Stage.EARLY)

    assert "America/New_York" == member.profile.zone == caught.value.member.profile.zone
    assert Stage.EARLY is caught.value.member.profile.stage
    assert ["zone.unknown"] == [fault.text_key for fault in caught.value.faults]


async def test_a_story_that_is_too_long_is_given_back_whole(membership):
    before = await opt_in(membership)
    with pytest.raises(CardFaultsError) as caught:
        await change(membership, story="word " * STORY_LENGTH)

    assert "word " * STORY_LENGTH == caught.value.typed.story
    assert before.profile.story == caught.value.member.profile.story


async def test_what_is_impossible_is_put_right(membership):
    await opt_in(membership)
    member = await change(
        membership,
        setbacks=frozenset({"ghosting", "no-such-topic", "limited-energy"}),
        shown=frozenset({"ghosting", "limited-energy", "little-money"}),
        hours=((18.0, 22.0), (18.0, 22.0), (5.0, 5.0), (-1.0, 30.0)),
        languages=frozenset({"EN", " de "}),
        capacity=99,
        again_days=0,
        story="One\u200b line.\n\n\nAnother\tline. \ud800",
    )

    assert frozenset({"ghosting", "limited-energy"}) == member.profile.setbacks
    assert frozenset({"limited-energy"}) == member.profile.shown
    assert ((18.0, 22.0),) == member.profile.hours
    assert frozenset({"en", "de"}) == member.profile.languages
    assert (MOST_PLACES, 1) == (member.profile.capacity, member.profile.again_days)
    assert "One line.\nAnother line." == member.profile.story


@pytest.mark.parametrize(
    "account",
    [
        FRESH_ACCOUNT,
        Account(NOW - 29 * DAY, NOW - 20 * DAY),
        Account(NOW - 900 * DAY, NOW - 6 * DAY),
        Account(NOW - 900 * DAY, None),
    ],
)
async def test_a_fresh_account_may_seek_and_not_mentor(membership, account):
    """Statement 57: younger than 30 days, or less than 7 days on the server, is no mentor."""
    await opt_in(membership)
    with pytest.raises(FreshAccountError):
        await change(membership, roles=frozenset({Role.SEEKER, Role.MENTOR}), capacity=3, account=account)
    saved = (await membership.member(HERE, NOOR)).profile

    assert (frozenset({Role.SEEKER}), 3) == (saved.roles, saved.capacity)


async def test_who_has_been_there_long_enough_may_mentor(membership):
    """Statement 57."""
    await opt_in(membership)
    account = Account(NOW - 30 * DAY, NOW - 7 * DAY)
    member = await change(membership, roles=frozenset({Role.MENTOR}), account=account)

    assert frozenset({Role.MENTOR}) == member.profile.roles


async def test_stories_have_a_limit_by_the_hour_and_nothing_else_has(membership):
    """Statement 57: rate limits on stories."""
    await opt_in(membership)
    for number in range(NEW_STORIES - 1):
        await change(membership, story=f"Story {number}.")
    with pytest.raises(LimitError):
        await change(membership, story="One too many.", stage=Stage.EARLY)
    member = await change(membership, capacity=2, story="")
    await opt_in(membership, SAM, story="Somebody else's.")
    later = await change(membership, story="An hour later.", now=NOW + HOUR)

    assert (2, Stage.STUDENT) == (member.profile.capacity, member.profile.stage)
    assert "An hour later." == later.profile.story


async def test_no_error_holds_words_of_a_profile_or_an_id(membership):
    """Statement 48: what is logged of a failure names nobody and quotes nothing."""
    await opt_in(membership)
    with pytest.raises(CardFaultsError) as caught:
        await change(membership, sentence="I was at MIT in 2019.")

    assert not any(word in str(caught.value) for word in ("MIT", "2019", str(NOOR)))


# Pausing, leaving, blocking


async def test_a_pause_takes_somebody_out_at_once_and_ends_at_its_hour(membership):
    """Statement 3: no offers from now on, and back by itself at the stated hour, not before."""
    await opt_in(membership)
    paused = await membership.pause(HERE, NOOR, NOW + 14 * DAY, NOW)
    during = await candidates(membership)
    early = await membership.resume_due(NOW + 14 * DAY - HOUR)
    due = await membership.resume_due(NOW + 14 * DAY)

    assert (PAUSED, NOW + 14 * DAY, {}) == (paused.state, paused.resumes_at, during)
    assert (0, 1, 0) == (early, due, await membership.resume_due(NOW + 15 * DAY))
    assert {NOOR} == (await candidates(membership)).keys()


async def test_a_pause_without_an_end_ends_when_they_say_so(membership):
    await opt_in(membership)
    await membership.pause(HERE, NOOR, None, NOW)

    assert 0 == await membership.resume_due(NOW + 900 * DAY)
    assert ACTIVE is (await membership.resume(HERE, NOOR, NOW)).state


async def test_resuming_an_unfinished_profile_starts_nothing(membership):
    await membership.join(HERE, NOOR, is_adult=True, now=NOW)
    await membership.pause(HERE, NOOR, NOW, NOW)

    assert 1 == await membership.resume_due(NOW)
    assert UNFINISHED is (await membership.member(HERE, NOOR)).state


async def test_who_leaves_is_gone_and_may_come_back_as_somebody_new(membership):
    """Statement 4."""
    await opt_in(membership)

    assert await membership.leave(HERE, NOOR, NOW)
    assert await membership.member(HERE, NOOR) is None
    assert Profile() == (await membership.join(HERE, NOOR, is_adult=True, now=NOW)).profile


@pytest.mark.parametrize("leaving", [NOOR, SAM])
@pytest.mark.parametrize(("by", "other"), [(NOOR, SAM), (SAM, NOOR)])
async def test_a_block_holds_both_ways_and_outlives_leaving(membership, leaving, by, other):
    """Statement 16: also after one side deletes everything and returns."""
    for user in (NOOR, SAM):
        await opt_in(membership, user)
    await membership.block(HERE, by, other, NOW)
    await membership.leave(HERE, leaving, NOW)
    await opt_in(membership, leaving)
    found = await candidates(membership)

    assert {str(other)} == found[by].blocks
    assert frozenset() == found[other].blocks


async def test_a_block_can_be_taken_back_by_who_made_it(membership):
    for user in (NOOR, SAM):
        await opt_in(membership, user)
    await membership.block(HERE, NOOR, SAM, NOW)

    assert 1 == await membership.blocks(HERE, NOOR)
    assert not await membership.unblock(HERE, SAM, NOOR)
    assert await membership.unblock(HERE, NOOR, SAM)
    assert frozenset() == (await candidates(membership))[NOOR].blocks


async def test_whom_moderators_took_out_is_no_candidate_and_cannot_undo_it(membership, database):
    await opt_in(membership)
    await peers_in(database).tie(HERE, Tie(TieKind.BLOCK, NOOR, NOOR, NOW))

    assert not await membership.unblock(HERE, NOOR, NOOR)
    assert 0 == await membership.blocks(HERE, NOOR)
    assert {} == await candidates(membership)


async def test_blocking_oneself_does_nothing(membership):
    await opt_in(membership)
    await membership.block(HERE, NOOR, NOOR, NOW)

    assert {NOOR} == (await candidates(membership)).keys()


async def test_two_accounts_of_one_person_are_known_as_such(membership):
    """Statement 18: declared by moderators, in either order, and after one of them returned."""
    for user in (NOOR, SAM, KIM):
        await opt_in(membership, user)
    await membership.declare_same(HERE, SAM, NOOR, NOW)
    await membership.leave(HERE, NOOR, NOW)
    await opt_in(membership, NOOR)
    found = await candidates(membership)

    assert ({str(SAM)}, {str(NOOR)}, frozenset()) == (found[NOOR].same, found[SAM].same, found[KIM].same)


# What the matching sees


@pytest.mark.parametrize(
    ("again_days", "after", "is_past"),
    [
        ((None, None), 900, True),
        ((10, None), 900, True),
        ((10, 30), 30, True),
        ((10, 30), 31, False),
        ((30, 10), 31, False),
    ],
)
async def test_a_past_pair_may_meet_again_after_what_both_chose(membership, database, again_days, after, is_past):
    """Statement 19: never, where one of them chose never."""
    for user, days in zip((NOOR, SAM), again_days, strict=True):
        await opt_in(membership, user, again_days=days)
    await peers_in(database).tie(HERE, Tie(TieKind.PAST, NOOR, SAM, NOW))
    found = await candidates(membership, NOW + after * DAY)

    assert [is_past, is_past] == [str(SAM) in found[NOOR].past, str(NOOR) in found[SAM].past]


async def test_who_is_held_by_a_report_is_no_candidate(membership, database):
    await opt_in(membership)
    await peers_in(database).update(HERE, NOOR, lambda member: replace(member, is_held=True))

    assert {} == await candidates(membership)


async def test_a_candidate_is_what_somebody_told(membership, stories):
    profile = make_profile(roles=frozenset({Role.MENTOR}), capacity=3, zone="UTC+05:30", stage=Stage.EARLY)
    await opt_in(membership, roles=profile.roles, capacity=3, zone="UTC+05:30", stage=Stage.EARLY)
    found = (await candidates(membership))[NOOR]

    assert (str(NOOR), 3, 5.5, 3) == (found.id, found.slots, found.utc_offset, found.stage)
    assert (profile.outlook, profile.hours, profile.languages) == (found.outlook, found.hours, found.languages)
    assert (await stories.vector_of(profile.story))[0] == found.vector
    assert np.isclose(1.0, np.linalg.norm(np.frombuffer(found.vector, np.float32)))


async def test_who_does_not_mentor_has_no_places(membership):
    await opt_in(membership, capacity=4)

    assert 0 == (await candidates(membership))[NOOR].slots


async def test_a_story_is_embedded_when_it_is_told_and_not_again(membership, stories):
    await opt_in(membership, story="My story.")
    await change(membership, capacity=2)
    await candidates(membership)

    assert ["My story."] == stories.embedder.texts


async def test_stories_of_another_model_are_embedded_anew_before_a_round(membership, stories):
    await opt_in(membership, story="My story.")
    stories.model = "words@2"
    for _ in range(2):
        found = await candidates(membership)

    assert ["My story.", "My story."] == stories.embedder.texts
    assert b"" != found[NOOR].vector


async def test_who_told_no_story_has_no_vector(membership, stories):
    await opt_in(membership, story="My story.")
    await change(membership, story="")

    assert b"" == (await candidates(membership))[NOOR].vector


# Topics


async def test_a_servers_own_topics_follow_those_that_ship(membership):
    own = await membership.add_setback(HERE, "  A grant that was taken back ", is_sensitive=True)

    assert [*SETBACKS, own] == list((await membership.taxonomy(HERE)).values())
    assert [own] == await membership.own_setbacks(HERE)
    assert ("a-grant-that-was-taken-back", "A grant that was taken back", True) == (own.id, own.label, own.is_sensitive)
    assert list(SETBACKS) == list((await membership.taxonomy(THERE)).values())


@pytest.mark.parametrize(
    ("label", "text_key"),
    [
        ("ab", "setback.length"),
        ("x" * 61, "setback.length"),
        ("!!!", "setback.length"),
        ("rejected, AGAIN", "setback.taken"),
        ("Hello @everyone there", "fault.mention"),
    ],
)
async def test_what_cannot_be_a_topic_is_said(membership, label, text_key):
    with pytest.raises(SetbackFaultsError) as caught:
        await membership.add_setback(HERE, label, is_sensitive=False)

    assert [text_key] == [fault.text_key for fault in caught.value.faults]
    assert list(SETBACKS) == list((await membership.taxonomy(HERE)).values())


async def test_there_are_only_so_many_topics(membership):
    for number in range(MOST_SETBACKS - len(SETBACKS)):
        await membership.add_setback(HERE, f"Topic {number}", is_sensitive=False)
    with pytest.raises(SetbackFaultsError):
        await membership.add_setback(HERE, "One too many", is_sensitive=False)

    assert MOST_SETBACKS == len(await membership.taxonomy(HERE))


async def test_nobody_is_matched_by_a_topic_that_is_gone(membership):
    own = await membership.add_setback(HERE, "A grant that was taken back", is_sensitive=False)
    await opt_in(membership, setbacks=frozenset({"ghosting", own.id}))
    before = (await candidates(membership))[NOOR].setbacks

    assert await membership.remove_setback(HERE, own.id)
    assert ({"ghosting", own.id}, {"ghosting"}) == (before, (await candidates(membership))[NOOR].setbacks)
    assert not await membership.remove_setback(HERE, "ghosting")
