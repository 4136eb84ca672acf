"""A server's own entries come back from the database exactly as they were saved."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.core.models import Entry, EntryId, GuildId, Phrasing, Source, TopicId
from bot.core.moderation import Change, ChangeKind, Edit, revision_of
from bot.storage.database import Database
from bot.storage.faq import GuildEntries, entry_from_json, entry_to_json
from support.parts import make_entry

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
entry_ids = st.from_regex(r"[a-z0-9]+(-[a-z0-9]+)*", fullmatch=True).map(EntryId)
entries = st.builds(
    Entry,
    id=entry_ids,
    topic=entry_ids.map(TopicId),
    question=texts,
    phrasings=st.lists(st.builds(Phrasing, text=texts, kind=texts), max_size=4).map(tuple),
    answer=texts,
    setbacks=st.lists(texts, max_size=3).map(tuple),
    lived_experience=st.booleans(),
    sources=st.lists(st.builds(Source, title=texts, link=st.none() | texts, trust=texts), max_size=3).map(tuple),
    reviewed_on=st.dates(),
    review_after_days=st.integers(),
    related=st.lists(entry_ids, max_size=3).map(tuple),
)
HERE, THERE = GuildId(1), GuildId(2)


async def save(store, guild, entry_id, entry):
    """Change an entry of a FAQ whose pack has an entry of every id, so that each can be removed."""
    pack = {entry_id: make_entry(entry_id, "What the pack says")}
    now = {**pack, **await store.edits_of(guild)}[entry_id]
    await store.record(guild, Change(ChangeKind.EDITED, None, (Edit(entry_id, revision_of(now), entry),)), pack)


@given(entries)
def test_every_entry_survives_the_way_through_json(entry):
    assert entry == entry_from_json(entry_to_json(entry))


@given(st.dictionaries(entry_ids, entries | st.none(), max_size=5))
@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
async def test_every_set_of_edits_survives_the_way_through_the_database(edits):
    database = await Database.open(None)
    store = GuildEntries(database)
    for entry_id, entry in edits.items():
        await save(store, HERE, entry_id, entry)

    assert edits == await store.edits_of(HERE)
    await database.close()


async def test_an_edit_is_seen_after_a_restart_and_only_by_its_server(tmp_path):
    mine, gone = make_entry("letters", "Whom may I ask?"), EntryId("visas")
    for entry_id, entry in ((mine.id, make_entry("letters", "An older wording?")), (mine.id, mine), (gone, None)):
        database = await Database.open(tmp_path / "lantern.db")
        await save(GuildEntries(database), HERE, entry_id, entry)
        await database.close()
    database = await Database.open(tmp_path / "lantern.db")
    here, there = [await GuildEntries(database).edits_of(guild) for guild in (HERE, THERE)]
    await database.close()

    assert {mine.id: mine, gone: None} == here
    assert {} == there


@given(st.lists(st.tuples(st.integers(0, 2**63 - 1).map(GuildId), entry_ids, st.booleans()), max_size=6))
@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
async def test_every_server_that_changed_or_removed_anything_is_listed_once(edits):
    database = await Database.open(None)
    store = GuildEntries(database)
    for guild, entry_id, is_removal in edits:
        await save(store, guild, entry_id, None if is_removal else make_entry(entry_id))

    assert sorted({guild for guild, _, _ in edits}) == await store.guilds()
    await database.close()
