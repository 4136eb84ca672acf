"""What a guild reads: the pack, with the guild's own edits over it."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.models import EntryId, GuildId, Pack, Topic, TopicId
from bot.faq.library import Library, merge
from bot.storage.database import Database
from bot.storage.faq import GuildEntries
from support.edits import edit
from support.parts import make_entry

HERE, THERE = GuildId(1), GuildId(2)
entry_ids = st.sampled_from("abcdefgh").map(EntryId)
entries = st.builds(make_entry, entry_ids, st.text(min_size=5, max_size=9))
packs = st.lists(entries, unique_by=lambda entry: entry.id)
edits = st.dictionaries(entry_ids, st.none() | entries).map(
    lambda rows: {entry_id: entry and replace(entry, id=entry_id) for entry_id, entry in rows.items()}
)


@given(packs)
def test_without_edits_a_guild_reads_the_pack(pack):
    assert merge(pack, {}) == tuple(pack)


@given(packs, edits)
def test_every_edit_wins_and_every_removal_holds(pack, changed):
    merged = {entry.id: entry for entry in merge(pack, changed)}

    assert {entry_id: merged.get(entry_id) for entry_id in changed} == changed


@given(packs, edits)
def test_an_update_of_the_pack_reaches_every_entry_without_an_edit(pack, changed):
    updated = [replace(entry, answer="The newer answer.") for entry in pack]
    merged = {entry.id: entry for entry in merge(updated, changed)}

    assert all(merged[entry.id] == entry for entry in updated if entry.id not in changed)


@given(packs, edits)
def test_nothing_else_appears_and_nothing_appears_twice(pack, changed):
    ids = [entry.id for entry in merge(pack, changed)]

    assert len(set(ids)) == len(ids)
    assert set(ids) == ({entry.id for entry in pack} | changed.keys()) - {key for key in changed if not changed[key]}


@given(packs, edits)
def test_the_pack_keeps_its_order_and_additions_follow_by_id(pack, changed):
    ids = [entry.id for entry in merge(pack, changed)]
    of_pack = [entry.id for entry in pack if changed.get(entry.id, entry) is not None]

    assert ids[: len(of_pack)] == of_pack
    assert ids[len(of_pack) :] == sorted(ids[len(of_pack) :])


@given(packs, edits, edits)
def test_the_order_in_which_edits_were_made_does_not_matter(pack, first, second):
    assert merge(pack, {**first, **second}) == merge(pack, dict(reversed({**first, **second}.items())))


@pytest.fixture
def pack():
    return Pack((Topic(TopicId("letters"), "Letters"),), (make_entry("asking"), make_entry("waiting")), ("pizza?",))


@pytest.fixture
async def database():
    opened = await Database.open(None)
    yield opened
    await opened.close()


@pytest.fixture
def library(pack, database):
    return Library(pack, GuildEntries(database))


async def test_a_guild_without_edits_shares_the_packs_shelf(library):
    assert await library.shelf(HERE) is await library.shelf(THERE) is library.pack_shelf


async def test_an_edit_is_read_at_once_and_only_where_it_was_made(library, pack):
    mine = make_entry("asking", answer="Here we ask on Fridays, in person.")
    await library.shelf(HERE)
    await edit(library, HERE, mine.id, mine)
    shelf = await library.shelf(HERE)

    assert shelf.entries == {"asking": mine, "waiting": pack.entries[1]}
    assert not shelf.is_pack
    assert await library.shelf(THERE) is library.pack_shelf


async def test_a_removed_entry_is_gone_here_and_stays_there(library):
    await edit(library, HERE, EntryId("asking"), None)

    assert list((await library.shelf(HERE)).entries) == ["waiting"]
    assert list((await library.shelf(THERE)).entries) == ["asking", "waiting"]


async def test_a_removed_entry_can_come_back(library, pack):
    await edit(library, HERE, EntryId("asking"), None)
    await edit(library, HERE, EntryId("asking"), pack.entries[0])

    assert (await library.shelf(HERE)).entries == {entry.id: entry for entry in pack.entries}


async def test_a_shelf_is_the_same_object_until_it_changes(library):
    """The search rebuilds an index when, and only when, the shelf is another one."""
    await edit(library, HERE, EntryId("asking"), None)
    shelf = await library.shelf(HERE)

    assert await library.shelf(HERE) is shelf
    await edit(library, HERE, EntryId("waiting"), make_entry("waiting", answer="Wait two weeks."))
    assert await library.shelf(HERE) is not shelf


async def test_the_guilds_with_edits_are_known_without_reading_their_shelves(library, pack):
    assert [] == list(await library.edited())
    await edit(library, THERE, EntryId("waiting"), None)
    await edit(library, HERE, EntryId("asking"), pack.entries[0])
    await edit(library, HERE, EntryId("waiting"), None)

    assert [HERE, THERE] == list(await library.edited())


async def test_edits_are_read_again_after_a_restart_over_a_newer_pack(library, pack, database):
    mine = make_entry("asking", answer="Here we ask on Fridays, in person.")
    await edit(library, HERE, mine.id, mine)
    newer = replace(pack, entries=tuple(replace(entry, answer="The newer answer.") for entry in pack.entries))
    shelf = await Library(newer, GuildEntries(database)).shelf(HERE)

    assert shelf.entries == {"asking": mine, "waiting": newer.entries[1]}
