"""What an import would do to any small FAQ, and that all of it can be taken back."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bot.core.errors import ConflictError
from bot.core.models import Bundle, EntryId, GuildId, Pack, Phrasing, Topic, TopicId, UserId
from bot.faq.editing import Editing
from bot.faq.importing import Importing, plan
from bot.faq.library import Library, Shelf
from bot.safety.text import normalise
from bot.storage.database import Database
from bot.storage.drafts import DraftStore
from bot.storage.faq import GuildEntries
from support.keyrings import keyring_of
from support.parts import make_entry

GUILD, MIKA = GuildId(1), UserId(11)
WORDINGS = ("sun", "Sun", "moon", "star", "tide", "SAND", "sand", "shell")
"""Few, so that they meet; some are the same in other letters."""
TOPIC = Topic(TopicId("sky"), "Sky")


@st.composite
def faqs(draw):
    """Return entries by id; within one FAQ nobody has another's wording."""
    words = draw(st.lists(st.sampled_from(WORDINGS), unique_by=normalise, max_size=6))
    ids = draw(st.lists(st.sampled_from("abcdef"), unique=True, min_size=len(words), max_size=len(words)))
    found = {}
    for entry_id, word in zip(ids, words, strict=True):
        home = draw(st.sampled_from(sorted(found))) if found and draw(st.booleans()) else None
        if home is None:
            answer = draw(st.sampled_from(["yes", "no"]))
            found[EntryId(entry_id)] = make_entry(entry_id, word, answer=answer, topic=TOPIC.id)
        else:
            found[home] = replace(found[home], phrasings=(*found[home].phrasings, Phrasing(word)))
    return found


def shelf_of(entries) -> Shelf:
    return Shelf(dict(entries), {TOPIC.id: TOPIC}, is_pack=False)


def bundle_of(entries) -> Bundle:
    return Bundle((TOPIC,), tuple(entries.values()))


def after(entries, planned):
    """Return the FAQ as a plan leaves it."""
    states = {**entries, **{edit.entry_id: edit.entry for edit in planned.edits}}
    return {entry_id: entry for entry_id, entry in states.items() if entry is not None}


class TestPlan:
    @given(faqs(), faqs())
    def test_replacing_makes_the_faq_the_file(self, held, incoming):
        planned = plan(shelf_of(held), bundle_of(incoming), replace=True)

        assert () == planned.clashes
        assert incoming == after(held, planned)

    @given(faqs(), faqs())
    def test_without_replacing_nothing_is_lost(self, held, incoming):
        planned = plan(shelf_of(held), bundle_of(incoming), replace=False)
        kept_out = {clash.entry.id for clash in planned.clashes}

        assert () == planned.removed
        assert {**held, **{key: entry for key, entry in incoming.items() if key not in kept_out}} == after(
            held, planned
        )

    @given(held=faqs(), incoming=faqs(), is_replaced=st.booleans())
    @example(
        # b gives `sun` away to a, but cannot have `moon`: so a cannot have `sun` either.
        held={key: make_entry(key, word, topic=TOPIC.id) for key, word in {"b": "sun", "c": "moon"}.items()},
        incoming={key: make_entry(key, word, topic=TOPIC.id) for key, word in {"a": "Sun", "b": "moon"}.items()},
        is_replaced=False,
    )
    def test_no_wording_is_ever_taken_from_an_entry_that_stays(self, held, incoming, is_replaced):
        planned = plan(shelf_of(held), bundle_of(incoming), replace=is_replaced)
        wordings = [normalise(text) for entry in after(held, planned).values() for text in entry.texts]

        assert len(set(wordings)) == len(wordings)
        for clash in planned.clashes:
            assert after(held, planned)[clash.owner.id] == clash.owner
            assert normalise(clash.wording) in map(normalise, clash.owner.texts)
            assert clash.wording in clash.entry.texts

    @given(faqs(), faqs(), st.booleans())
    def test_every_entry_of_the_file_is_counted_once(self, held, incoming, is_replaced):
        planned = plan(shelf_of(held), bundle_of(incoming), replace=is_replaced)
        told = [entry.id for entry in (*planned.added, *(new for _, new in planned.changed))]
        told += [clash.entry.id for clash in planned.clashes]

        assert len(incoming) == len(set(told)) + planned.same
        assert len(told) == len(set(told))
        assert len(planned.edits) == planned.size

    @given(faqs(), faqs(), st.booleans())
    def test_it_only_looks_and_sees_the_same_again(self, held, incoming, is_replaced):
        shelf, bundle = shelf_of(held), bundle_of(incoming)
        planned = plan(shelf, bundle, replace=is_replaced)

        assert planned == plan(shelf, bundle, replace=is_replaced)
        assert held == shelf.entries

    @given(faqs(), st.booleans())
    def test_the_faq_itself_changes_nothing(self, held, is_replaced):
        planned = plan(shelf_of(held), bundle_of(held), replace=is_replaced)

        assert (0, len(held), ()) == (planned.size, planned.same, planned.clashes)

    @given(faqs(), faqs(), faqs(), st.booleans())
    def test_the_fingerprint_is_another_just_where_something_else_is_saved_over_something_else(
        self, held, later, incoming, is_replaced
    ):
        first, second = (plan(shelf_of(each), bundle_of(incoming), replace=is_replaced) for each in (held, later))
        # From what, to what: an edit holds the one as its revision.
        is_same = set(first.edits) == set(second.edits)

        assert is_same == (first.fingerprint == second.fingerprint)

    def test_of_what_an_edit_changes_elsewhere_the_fingerprint_says_nothing(self):
        held = {EntryId(key): make_entry(key, word) for key, word in {"a": "sun", "b": "moon"}.items()}
        incoming = bundle_of({EntryId("a"): make_entry("a", "sun", answer="New.")})
        edited = {**held, EntryId("b"): make_entry("b", "moon", answer="Newer.")}
        plans = [plan(shelf_of(each), incoming, replace=False).fingerprint for each in (held, edited)]

        assert plans[0] == plans[1]

    def test_new_topics_have_the_title_of_the_file_or_else_their_id(self):
        sea, land = (make_entry(topic, topic, topic=topic) for topic in ("sea", "land"))
        planned = plan(shelf_of({}), Bundle((Topic(TopicId("sea"), "The sea"),), (sea, land)), replace=False)

        assert (Topic(TopicId("sea"), "The sea"), Topic(TopicId("land"), "land")) == planned.topics

    def test_a_topic_that_is_there_keeps_its_title(self):
        planned = plan(shelf_of({}), Bundle((Topic(TOPIC.id, "Heaven"),), ()), replace=False)

        assert (TOPIC,) == planned.kept_titles
        assert () == planned.topics

    def test_a_long_chain_of_entries_that_stay_out_is_followed_to_its_end(self):
        held = {EntryId(f"n{number}"): make_entry(f"n{number}", f"word {number}") for number in range(2001)}
        moved = {EntryId(f"n{number}"): make_entry(f"n{number}", f"word {number + 1}") for number in range(2000)}
        planned = plan(shelf_of(held), bundle_of(moved), replace=False)

        assert 2000 == len(planned.clashes)
        assert () == planned.edits


class Parts:
    """The real parts on notes in memory, with a pack of `entries`."""

    def __init__(self, database, entries) -> None:
        store = GuildEntries(database)
        self.library = Library(Pack((TOPIC,), tuple(entries.values()), ()), store)
        self.editing = Editing(self.library, store, DraftStore(database, keyring_of(database)))
        self.importing = Importing(self.library, self.editing)

    async def entries(self):
        return dict((await self.library.shelf(GUILD)).entries)

    async def bring_in(self, entries, *, replace=True):
        planned = await self.importing.plan(GUILD, bundle_of(entries), replace=replace)
        return await self.importing.carry_out(GUILD, MIKA, planned, "a file")


@pytest.fixture
async def database():
    opened = await Database.open(None)
    yield opened
    await opened.close()


@given(shipped=faqs(), first=faqs(), second=faqs(), is_replaced=st.booleans())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
async def test_one_undo_takes_all_of_an_import_back(shipped, first, second, is_replaced):
    database = await Database.open(None)
    try:
        parts = Parts(database, shipped)
        if shipped != first:
            await parts.bring_in(first)

        assert first == await parts.entries()

        planned = await parts.importing.plan(GUILD, bundle_of(second), replace=is_replaced)
        if planned.size:
            change = await parts.importing.carry_out(GUILD, MIKA, planned, "a file")

            assert after(first, planned) == await parts.entries()

            await parts.editing.undo(GUILD, MIKA, change)

        assert first == await parts.entries()
    finally:
        await database.close()


async def test_all_of_a_plan_is_saved_or_nothing(database):
    held = {EntryId(key): make_entry(key, word, topic=TOPIC.id) for key, word in {"a": "sun", "b": "moon"}.items()}
    parts = Parts(database, held)
    newer = {key: replace(entry, answer="From the file.") for key, entry in held.items()}
    planned = await parts.importing.plan(GUILD, bundle_of(newer), replace=False)
    by_hand = {**held, EntryId("b"): replace(held["b"], answer="By hand.")}
    await parts.bring_in(by_hand)
    with pytest.raises(ConflictError) as refused:
        await parts.importing.carry_out(GUILD, MIKA, planned, "a file")

    assert ("b",) == refused.value.entry_ids
    assert by_hand == await parts.entries()


async def test_what_is_exported_has_its_entries_by_topic_and_no_empty_topic(database):
    sea = Topic(TopicId("sea"), "Sea")
    entries = {
        EntryId(key): make_entry(key, key, topic=topic) for key, topic in zip("abc", ("sea", "sky", "sea"), strict=True)
    }
    parts = Parts(database, entries)
    parts.library = Library(
        Pack((TOPIC, sea, Topic(TopicId("x"), "X")), tuple(entries.values()), ()), GuildEntries(database)
    )
    bundle = await Importing(parts.library, parts.editing).everything(GUILD)

    assert ((TOPIC, sea), ["b", "a", "c"]) == (bundle.topics, [entry.id for entry in bundle.entries])


@pytest.mark.parametrize(
    ("title", "topic"), [("Sky", TOPIC), ("  SKY ", TOPIC), ("Deep sea", Topic("deep-sea", "Deep sea"))]
)
async def test_a_topic_is_found_by_its_title_or_made(database, title, topic):
    assert topic == await Parts(database, {}).importing.topic(GUILD, title)
