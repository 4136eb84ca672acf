"""A card says nothing that fewer than k others share, and nothing that was told in confidence."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.introductions import Card
from bot.core.matching import Candidate, Kind, Pair, Reason
from bot.core.peers import Help, Profile, Role, Stage
from bot.peers.cards import SMALL_K, SMALL_SERVER, Crowd, Person, reasons_on
from bot.peers.constraints import common_hours
from bot.storage.database import Database
from support.peers import HERE, NOOR, NOW, SAM, make_profile, membership_in, opt_in

K = 5
SENSITIVE = ("limited-energy",)
TOPICS = ("ghosting", "rejection", "grief", "limited-energy")
EVENING, MORNING = ((18.0, 22.0),), ((8.0, 11.0),)


def person(offset=0.0, **changes) -> Person:
    """Return somebody with a profile and their time zone's offset."""
    profile = make_profile(**changes)
    hours, asynchronous = profile.hours, profile.asynchronous
    return Person(profile, Candidate("?", profile.roles, utc_offset=offset, hours=hours, asynchronous=asynchronous))


def crowd(*people, like=None, k=K):
    """Return a crowd of people numbered from 0; `like`: how many more like the first."""
    everybody = [*people, *[people[0]] * (like or 0)]
    return Crowd({str(number): one for number, one in enumerate(everybody)}, SENSITIVE, k)


def pair(first="0", second="1", kind=Kind.PEER) -> Pair:
    return Pair(first, second, kind, 0.9, ())


def shown(*people, like=20, k=K, kind=Kind.PEER):
    """Return what the first person is shown of the second, among many more like the first."""
    return crowd(*people, like=like, k=k).cards(pair(kind=kind))[0]


def test_a_card_says_what_both_share_and_how_the_other_is():
    reader = person(setbacks=frozenset({"ghosting", "grief"}), languages=frozenset({"en", "de"}))
    other = person(
        setbacks=frozenset({"ghosting", "rejection"}), languages=frozenset({"en", "fr"}), sentence="Their own words."
    )
    card = shown(reader, other)

    assert (("ghosting",), ("en",), "Their own words.") == (card.topics, card.languages, card.sentence)
    assert ((Help.LISTENING,), Stage.STUDENT, 4) == (card.helps, card.stage, card.hours)


def test_each_is_shown_the_other():
    first, second = crowd(person(sentence="I am one."), person(sentence="I am two."), like=20).cards(pair())

    assert ("I am two.", "I am one.") == (first.sentence, second.sentence)


def test_only_the_mentors_card_is_a_mentors():
    cards = crowd(person(), person(), like=20).cards(pair(kind=Kind.MENTOR))

    assert [(Kind.MENTOR, True), (Kind.MENTOR, False)] == [(card.kind, card.is_mentor) for card in cards]


@pytest.mark.parametrize(
    ("ticked", "topics"), [((True, True), TOPICS[3:]), ((True, False), ()), ((False, True), ()), ((False, False), ())]
)
def test_a_sensitive_topic_is_shown_only_if_both_ticked_it(ticked, topics):
    both = [person(setbacks=frozenset(SENSITIVE), shown=frozenset(SENSITIVE if tick else ())) for tick in ticked]
    many = [person(setbacks=frozenset(SENSITIVE), shown=frozenset(SENSITIVE))] * 20

    assert topics == crowd(*both, *many).cards(pair())[0].topics


def test_who_has_a_sensitive_topic_without_showing_it_hides_nobody():
    topic = frozenset(SENSITIVE)
    open_ones = [person(setbacks=topic, shown=topic)] * 2
    silent_ones = [person(setbacks=topic)] * 20

    assert () == crowd(*open_ones, *silent_ones).cards(pair())[0].topics


def test_hours_are_whole_ones_of_the_common_day():
    assert 2 == shown(person(hours=EVENING), person(hours=((20.0, 22.75),))).hours
    assert 3 == shown(person(hours=EVENING), person(hours=EVENING, offset=1.0)).hours
    assert 2 == shown(person(hours=((22.0, 2.0),)), person(hours=((0.0, 3.0),))).hours


def test_who_shares_no_hour_writes_at_any_time_or_is_shown_none():
    any_time = {"asynchronous": True}

    assert 0 == shown(person(hours=EVENING, **any_time), person(hours=MORNING, **any_time)).hours
    assert shown(person(hours=EVENING), person(hours=MORNING)).hours is None


def test_a_rare_stage_goes_first():
    card = shown(person(), person(stage=Stage.ESTABLISHED))

    assert (None, 4, ("ghosting",)) == (card.stage, card.hours, card.topics)


def test_then_time_goes():
    """Enough people share the topic, and enough the hours, but not both."""
    here = [person(), person()]
    same_topic = [person(hours=MORNING)] * 10
    same_hours = [person(setbacks=frozenset({"rejection"}))] * 10
    card = crowd(*here, *same_topic, *same_hours).cards(pair())[0]

    assert (None, None, ("ghosting",)) == (card.stage, card.hours, card.topics)


def test_then_the_rarest_topic_goes():
    both = [person(setbacks=frozenset({"ghosting", "rejection"}))] * 2
    one = [person(setbacks=frozenset({"ghosting"}))] * 10
    other = [person(setbacks=frozenset({"rejection"}))] * 6
    card = crowd(*both, *one, *other).cards(pair())[0]

    assert ("ghosting",) == card.topics


def test_a_rare_topic_takes_nothing_else_with_it():
    card = crowd(*[person(setbacks=frozenset({"ghosting", "grief"}))] * 2, *[person()] * 20).cards(pair())[0]

    assert (("ghosting",), Stage.STUDENT, 4) == (card.topics, card.stage, card.hours)


def test_the_commonest_language_stays_longest():
    both = [person(languages=frozenset({"en", "ta"}))] * 2
    card = crowd(*both, *[person(setbacks=frozenset({"rejection"}))] * 20).cards(pair())[0]

    assert (("en",), ()) == (card.languages, card.topics)


def test_where_nobody_could_hide_the_card_is_only_their_own_sentence():
    card = crowd(person(), person()).cards(pair())[0]

    assert ((), (), (), None, None) == (card.topics, card.languages, card.helps, card.stage, card.hours)
    assert person().profile.sentence == card.sentence


@pytest.mark.parametrize(
    ("people", "topics"),
    [(SMALL_K + 1, TOPICS[:1]), (SMALL_K, ()), (SMALL_SERVER - 1, TOPICS[:1])],
)
def test_on_a_small_server_three_others_are_enough(people, topics):
    assert topics == crowd(*[person()] * people).cards(pair())[0].topics


def test_on_a_larger_one_k_others_are_needed():
    strangers = [person(setbacks=frozenset({"rejection"}))] * SMALL_SERVER

    assert () == crowd(*[person()] * K, *strangers).cards(pair())[0].topics
    assert ("ghosting",) == crowd(*[person()] * (K + 1), *strangers).cards(pair())[0].topics


def test_a_mentor_hides_among_mentors_where_there_are_enough():
    mentor = frozenset({Role.MENTOR})
    seekers, mentors = [person()] * 20, [person(roles=mentor, setbacks=frozenset({"rejection"}))] * K
    one = person(roles=mentor)
    few = crowd(person(), one, *seekers).cards(pair(kind=Kind.MENTOR))[0]
    enough = crowd(person(), one, *seekers, *mentors).cards(pair(kind=Kind.MENTOR))[0]

    assert (("ghosting",), ()) == (few.topics, enough.topics)


PEOPLE = st.lists(
    st.builds(
        person,
        offset=st.sampled_from([0.0, 5.5, -8.0]),
        roles=st.frozensets(st.sampled_from(Role), min_size=1),
        setbacks=st.frozensets(st.sampled_from(TOPICS), min_size=1),
        shown=st.frozensets(st.sampled_from(SENSITIVE)),
        helps=st.frozensets(st.sampled_from(Help)),
        stage=st.sampled_from(Stage),
        languages=st.frozensets(st.sampled_from(["en", "de", "ta"]), min_size=1),
        hours=st.sampled_from([EVENING, MORNING, ()]),
        asynchronous=st.booleans(),
    ),
    min_size=2,
    max_size=40,
)


def is_true_of(card, somebody: Profile, candidate, reader) -> bool:
    """Tell whether everything a card says could be said of somebody, to its reader."""
    open_topics = {topic for topic in somebody.setbacks if topic not in SENSITIVE or topic in somebody.shown}
    common = int(common_hours(candidate, reader.candidate))
    return (
        set(card.topics) <= open_topics
        and set(card.languages) <= somebody.languages
        and set(card.helps) <= somebody.helps
        and card.stage in {None, somebody.stage}
        and (card.hours is None or (somebody.asynchronous if card.hours == 0 else common >= card.hours))
    )


@given(PEOPLE, st.integers(2, 8), st.sampled_from(Kind))
def test_every_card_is_shared_by_k_others_or_says_nothing(people, k, kind):
    """Statement 14: k-anonymity, counted anew from what the card says."""
    needed = k if len(people) >= SMALL_SERVER else min(k, SMALL_K)
    for card, reader in zip(crowd(*people, k=k).cards(pair(kind=kind)), people, strict=False):
        others = [one for one in people if one is not reader]
        sharing = sum(is_true_of(card, one.profile, one.candidate, reader) for one in others)
        says_nothing = not (card.topics or card.languages or card.helps) and card.stage is card.hours is None

        assert says_nothing or sharing >= needed


@given(PEOPLE)
def test_a_card_says_only_what_is_true(people):
    reader, other, *_ = people
    card = crowd(*people).cards(pair())[0]

    assert is_true_of(card, other.profile, other.candidate, reader)
    assert set(card.topics) <= reader.profile.setbacks
    assert set(card.languages) <= reader.profile.languages
    for topic in set(card.topics) & set(SENSITIVE):
        assert topic in reader.profile.shown & other.profile.shown


@given(PEOPLE, st.randoms())
def test_whoever_else_is_there_the_order_of_people_does_not_matter(people, random):
    named = list(enumerate(people))
    before = crowd(*people).cards(pair())
    random.shuffle(named)
    after = Crowd({str(number): one for number, one in named}, SENSITIVE, K).cards(pair())

    assert before == after


def test_a_reason_tells_nothing_that_the_card_does_not():
    because = (
        Reason("fit.setbacks", ("ghosting", "grief")),
        Reason("fit.outlook", ("listening", "unsure", "often")),
        Reason("fit.story"),
        Reason("fit.stage_same"),
    )
    card = shown(person(), person())
    bare = crowd(person(), person()).cards(pair())[0]

    assert ("ghosting",) == reasons_on(card, because)[0].values
    assert ("listening",) == reasons_on(card, because)[1].values
    assert because[2:] == reasons_on(card, because)[2:]
    assert (Reason("fit.story"),) == reasons_on(bare, because)


def test_a_sentence_that_fails_the_lint_is_on_no_card_however_it_was_saved():
    """Statement 14."""
    assert "" == shown(person(), person(sentence="Write to noor@example.org if you like.")).sentence


# Through membership


@pytest.fixture
async def membership():
    database = await Database.open(None)
    yield membership_in(database)
    await database.close()


async def test_the_story_and_the_id_are_on_no_card(membership):
    """Statement 10: what was told in confidence is sent to nobody."""
    for number in range(20):
        await opt_in(membership, NOOR + number, story=f"canary {number}, they praised my work")
    [cards] = await membership.cards(HERE, [pair(str(NOOR), str(NOOR + 1))], NOW)

    assert ("ghosting",) == cards[0].topics
    assert not any(word in repr(cards) for word in ("canary", "praised", str(NOOR), "Berlin", "sometimes"))


async def test_cards_are_made_of_those_who_are_active_now(membership):
    """Statement 4: who paused or left since the pair was made is on no card."""
    await opt_in(membership, NOOR)
    await opt_in(membership, SAM)
    both = pair(str(NOOR), str(SAM))
    before = await membership.cards(HERE, [both], NOW)
    await membership.pause(HERE, SAM, None, NOW)

    assert [None] == await membership.cards(HERE, [both], NOW) != before


async def test_a_card_counts_people_not_topics_that_are_gone(membership):
    own = await membership.add_setback(HERE, "A grant that was taken back", is_sensitive=False)
    for number in range(20):
        await opt_in(membership, NOOR + number, setbacks=frozenset({own.id}))
    both = pair(str(NOOR), str(NOOR + 1))
    [before] = await membership.cards(HERE, [both], NOW)
    await membership.remove_setback(HERE, own.id)
    [after] = await membership.cards(HERE, [both], NOW)

    assert ((own.id,), ()) == (before[0].topics, after[0].topics)


def test_a_card_has_no_field_that_leads_to_a_person():
    """Statement 9: what could be sent before both agreed."""
    fields = {"kind", "is_mentor", "topics", "languages", "helps", "sentence", "stage", "hours"}

    assert fields == Card.__dataclass_fields__.keys()
