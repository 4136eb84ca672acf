"""Who may do what, by roles and by Discord's own permissions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.countries import COUNTRIES, OFFERED
from bot.core.models import UserId
from bot.core.moderation import Actor, Capability, GuildSettings
from bot.faq.rights import may, publishes_alone

ALWAYS, ASK, MEET, SUGGEST, EDIT, PUBLISH, ADMINISTER = Capability
NAMED = [ASK, MEET, SUGGEST, EDIT, PUBLISH, ADMINISTER]
"""What roles can be named for."""
DELETED, ROLE, OTHER = 1, 2, 3

roles = st.frozensets(st.integers(1, 4))
actors = st.builds(Actor, st.just(UserId(1)), roles, st.booleans(), st.booleans())
settings = st.builds(GuildSettings, roles=st.dictionaries(st.sampled_from(Capability), roles))


def member(*held, manages_messages=False, manages_server=False):
    return Actor(UserId(1), frozenset(held), manages_messages, manages_server)


def what(actor, **named):
    """Return what somebody may, where `/setup` names these roles."""
    chosen = GuildSettings({Capability(name): frozenset(ids) for name, ids in named.items()})
    return [capability for capability in NAMED if may(actor, capability, chosen)]


@given(actors, settings)
def test_who_may_something_may_all_it_includes(actor, chosen):
    for one in filter(lambda capability: may(actor, capability, chosen), Capability):
        assert all(may(actor, other, chosen) for other in Capability if one.includes(other))


def test_only_administering_includes_meeting_others_and_meeting_only_asking():
    assert [MEET, ADMINISTER] == [one for one in Capability if one.includes(MEET)]
    assert [ALWAYS, ASK, MEET] == [one for one in Capability if MEET.includes(one)]


@given(actors, settings)
def test_some_things_are_open_to_everybody_whatever_is_set(actor, chosen):
    assert may(actor, ALWAYS, chosen)


def test_what_is_open_to_everybody_gives_nothing_else():
    assert [ALWAYS] == [one for one in Capability if ALWAYS.includes(one)]


def test_who_may_meet_others_is_whoever_may_ask_unless_a_role_is_named():
    assert [ASK, MEET, SUGGEST] == what(member(ROLE), ask=[ROLE])
    assert [ASK, SUGGEST] == what(member(), meet=[ROLE])
    assert [ASK, SUGGEST, EDIT, PUBLISH] == what(member(manages_messages=True), meet=[ROLE])
    assert [ASK, MEET, SUGGEST] == what(member(ROLE), meet=[ROLE])


@given(actors, settings)
def test_manage_server_may_everything_whatever_is_set(actor, chosen):
    if actor.manages_server:
        assert all(may(actor, capability, chosen) for capability in Capability)


@given(settings)
def test_every_role_that_was_named_gives_what_it_was_named_for(chosen):
    assert all(may(member(role), capability, chosen) for capability, named in chosen.roles.items() for role in named)


def test_where_nothing_is_set_everybody_asks_and_suggests_and_moderators_publish():
    assert [ASK, MEET, SUGGEST] == what(member())
    assert [ASK, MEET, SUGGEST, EDIT, PUBLISH] == what(member(manages_messages=True))


def test_where_asking_takes_a_role_so_does_suggesting():
    assert [] == what(member(), ask=[ROLE])
    assert [ASK, MEET, SUGGEST] == what(member(ROLE), ask=[ROLE])


def test_who_may_suggest_by_a_role_may_ask():
    assert [ASK, SUGGEST] == what(member(OTHER), ask=[ROLE], suggest=[OTHER])
    assert [ASK, MEET] == what(member(ROLE), ask=[ROLE], suggest=[OTHER])


def test_moderators_need_no_role_to_ask_where_members_do():
    assert [ASK, SUGGEST, EDIT, PUBLISH] == what(member(manages_messages=True), ask=[ROLE])


def test_a_role_named_for_publishing_takes_it_from_moderators_who_still_edit():
    assert [ASK, MEET, SUGGEST, EDIT] == what(member(manages_messages=True), publish=[ROLE])
    assert [ASK, MEET, SUGGEST, EDIT, PUBLISH] == what(member(ROLE), publish=[ROLE])


def test_editors_by_role_do_not_publish():
    assert [ASK, MEET, SUGGEST, EDIT] == what(member(ROLE), edit=[ROLE])


def test_who_sets_up_may_everything():
    assert NAMED == what(member(ROLE), administer=[ROLE])
    assert [ASK, MEET, SUGGEST, EDIT, PUBLISH] == what(member(OTHER, manages_messages=True), administer=[ROLE])


@pytest.mark.parametrize("capability", NAMED)
def test_a_deleted_role_lets_nobody_in_and_locks_no_administrator_out(capability):
    """It is still named, so that what it restricted does not open by itself."""
    named = {capability.value: [DELETED]}

    assert capability not in what(member(), **named)
    assert NAMED == what(member(manages_server=True), **named)


def test_beside_a_deleted_role_the_others_still_count():
    assert [ASK, MEET, SUGGEST, EDIT] == what(member(ROLE), edit=[DELETED, ROLE])


def test_with_four_eyes_nobody_publishes_alone():
    moderator = member(manages_messages=True)

    assert publishes_alone(moderator, GuildSettings())
    assert not publishes_alone(moderator, GuildSettings(four_eyes=True))
    assert not publishes_alone(member(), GuildSettings())


def test_the_countries_offered_are_countries():
    assert 249 == len(COUNTRIES)
    assert set(OFFERED) <= COUNTRIES
    assert 25 == len(OFFERED)
