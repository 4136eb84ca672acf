"""People who opted in are kept whole, sealed, and forgotten wholly."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.core.errors import NotMemberError, RingLockedError, SealBrokenError, StorageError
from bot.core.peers import Contact, Help, Hope, MemberState, Pace, Ping, Profile, Role, Setback, Stage
from bot.core.ports.peers import Tie, TieKind
from bot.storage.database import Database
from support.databases import files_in
from support.introductions import Meeting
from support.keyrings import keyring_of
from support.peers import HERE, KIM, NOOR, NOW, SAM, THERE, make_member, peers_in

DAY = timedelta(days=1)
CANARIES = {
    "story": "zebra-story-canary: they praised my work",
    "sentence": "yonder-sentence-canary was left waiting",
    "setbacks": frozenset({"xylo-setback-canary"}),
    "languages": frozenset({"wolof-language-canary"}),
    "zone": "Pacific/Kiritimati",
}
PROFILES = st.builds(
    Profile,
    roles=st.frozensets(st.sampled_from(Role)),
    setbacks=st.frozensets(st.text(max_size=5)),
    shown=st.frozensets(st.text(max_size=5)),
    story=st.text(max_size=80),
    sentence=st.text(max_size=80),
    helps=st.frozensets(st.sampled_from(Help)),
    pace=st.none() | st.sampled_from(Pace),
    hope=st.none() | st.sampled_from(Hope),
    stage=st.none() | st.sampled_from(Stage),
    languages=st.frozensets(st.text(max_size=3)),
    zone=st.text(max_size=10),
    hours=st.lists(st.tuples(st.floats(0, 24), st.floats(0, 24)), max_size=3).map(tuple),
    asynchronous=st.booleans(),
    capacity=st.integers(1, 5),
    contact=st.sampled_from(Contact),
    ping=st.sampled_from(Ping),
    again_days=st.none() | st.integers(1, 400),
)


@pytest.fixture
async def database():
    opened = await Database.open(None)
    yield opened
    await opened.close()


@pytest.fixture
def store(database):
    return peers_in(database)


@pytest.fixture
async def on_disk(tmp_path):
    opened = await Database.open(tmp_path / "lantern.db")
    yield opened
    await opened.close()


@given(PROFILES)
@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
async def test_a_profile_comes_back_as_it_was(store, profile):
    member = make_member(profile=profile)
    await store.add(member)
    await store.update(HERE, NOOR, lambda _: member)

    assert member == await store.member(HERE, NOOR)


async def test_everything_about_a_member_comes_back(store):
    member = make_member(
        state=MemberState.PAUSED,
        resumes_at=NOW + DAY,
        why_paused="introduction.paused_for_silence",
        waited=3,
        rests=1,
        skips=7,
        is_held=True,
        silences=2,
        introduced=4,
    )
    await store.add(member)

    assert member == await store.member(HERE, NOOR)


async def test_who_did_not_opt_in_is_nowhere(store):
    """Statement 1: without a stored opt-in there is no member, and none of another server."""
    await store.add(make_member(NOOR, THERE))

    assert await store.member(HERE, NOOR) is None
    assert [] == await store.members(HERE, MemberState.ACTIVE)
    with pytest.raises(NotMemberError):
        await store.update(HERE, NOOR, lambda member: member)


async def test_who_is_there_stays_as_they_are_when_they_join_again(store):
    await store.add(make_member(waited=5))

    assert 5 == (await store.add(make_member(waited=0))).waited
    assert 5 == (await store.member(HERE, NOOR)).waited


async def test_members_come_by_state_and_id(store):
    for user, state in ((SAM, MemberState.ACTIVE), (NOOR, MemberState.ACTIVE), (KIM, MemberState.PAUSED)):
        await store.add(make_member(user, state=state))

    assert [NOOR, SAM] == [member.user for member in await store.members(HERE, MemberState.ACTIVE)]


async def test_a_change_that_fails_changes_nothing(store):
    await store.add(make_member())

    def fail(member):
        raise LookupError

    with pytest.raises(LookupError):
        await store.update(HERE, NOOR, fail)
    assert make_member() == await store.member(HERE, NOOR)


async def test_pauses_end_at_their_hour_and_not_before(store):
    await store.add(make_member(NOOR, state=MemberState.PAUSED, resumes_at=NOW + DAY))
    await store.add(make_member(SAM, state=MemberState.PAUSED))
    await store.add(make_member(KIM, THERE, state=MemberState.PAUSED, resumes_at=NOW))

    assert [(THERE, KIM)] == await store.due(NOW)
    assert [(HERE, NOOR), (THERE, KIM)] == await store.due(NOW + DAY)


async def test_a_vector_is_kept_for_the_story_it_is_of_and_for_no_other(store):
    member = await store.add(make_member())
    await store.keep_vector(HERE, NOOR, "another story", b"wrong", "words@1")
    wrong = await store.vectors(HERE, "words@1")
    await store.keep_vector(HERE, NOOR, member.profile.story, b"right", "words@1")

    assert ({}, {NOOR: b"right"}) == (wrong, await store.vectors(HERE, "words@1"))
    assert {} == await store.vectors(HERE, "words@2") == await store.vectors(THERE, "words@1")


async def test_a_new_story_has_no_vector_and_other_changes_keep_it(store):
    member = await store.add(make_member())
    await store.keep_vector(HERE, NOOR, member.profile.story, b"right", "words@1")
    await store.update(HERE, NOOR, lambda member: replace(member, profile=replace(member.profile, capacity=2)))
    kept = await store.vectors(HERE, "words@1")
    await store.update(HERE, NOOR, lambda member: replace(member, profile=replace(member.profile, story="New.")))

    assert ({NOOR: b"right"}, {}) == (kept, await store.vectors(HERE, "words@1"))


async def test_the_raw_files_hold_nothing_of_what_was_told(on_disk, tmp_path):
    """Statement 45: no byte of story, sentence, topic, language, zone or vector stands in the database's files."""
    store = peers_in(on_disk)
    member = await store.add(make_member(**CANARIES))
    vector = np.linspace(-1, 1, 384, dtype=np.float32).tobytes()
    await store.keep_vector(HERE, NOOR, member.profile.story, vector, "words@1")
    await store.update(HERE, NOOR, lambda member: replace(member, profile=replace(member.profile, story="New words.")))
    raw = b"".join(files_in(tmp_path).values())

    assert b"active" in raw
    for canary in ("canary", "Kiritimati", "New words", "yonder", "listening", "sometimes"):
        assert canary.encode() not in raw
    assert vector[:32] not in raw
    assert vector[-32:] not in raw


async def test_who_leaves_leaves_no_byte_in_the_files(on_disk, tmp_path):
    """Statement 46: not even what was sealed is left; the key is still there, so it could be read."""
    await on_disk.read("PRAGMA secure_delete = OFF")  # as where SQLite is built without it
    store = peers_in(on_disk)
    member = await store.add(make_member(**CANARIES))
    await store.keep_vector(HERE, NOOR, member.profile.story, bytes(range(256)), "words@1")
    ((sealed, sealed_vector),) = await on_disk.read("SELECT sealed, sealed_vector FROM peers")
    before = b"".join(files_in(tmp_path).values())
    was_there = await store.remove(HERE, NOOR, NOW)
    after = b"".join(files_in(tmp_path).values())

    assert was_there
    for blob in (sealed, sealed_vector):
        assert blob[:40] in before
        assert not any(blob[start : start + 16] in after for start in range(0, len(blob) - 16, 16))


async def test_leaving_takes_every_row_of_a_person_and_nobody_elses(store, database):
    """Statement 46: what is left of them is what keeps people apart, as keyed hashes."""
    for user in (NOOR, SAM):
        await store.add(make_member(user))
        letter = {"guild": HERE, "user": user, "text_key": "k", "details": "{}", "at": NOW.isoformat()}
        await database.run(lambda db, row=letter: db.table("letters").insert(row))
    await store.tie(HERE, Tie(TieKind.BLOCK, NOOR, SAM, NOW))
    await store.remove(HERE, NOOR, NOW)

    for table in ("peers", "letters"):
        assert [(SAM,)] == await database.read(f"SELECT user FROM {table}")
    assert [(1,)] == await database.read("SELECT count(*) FROM peer_ties")
    assert not await store.remove(HERE, NOOR, NOW)


async def open_offer(database):
    """Return people of whom NOOR and SAM are offered each other."""
    meeting = Meeting(database)
    await meeting.join(NOOR, SAM)
    await meeting.offer()
    return meeting


WRITTEN_LAST = {
    "leave": "DELETE ON peers",
    "pause": "UPDATE ON introductions",
    "block": "UPDATE ON introductions",
}
"""What each ending writes last."""
ENDINGS = {
    "leave": lambda store: store.remove(HERE, NOOR, NOW),
    "pause": lambda store: store.update(
        HERE, NOOR, lambda member: replace(member, state=MemberState.PAUSED), pauses_at=NOW
    ),
    "block": lambda store: store.tie(HERE, Tie(TieKind.BLOCK, NOOR, SAM, NOW)),
}


@pytest.mark.parametrize("ending", ENDINGS)
async def test_leaving_pausing_and_blocking_take_back_what_was_offered(database, ending):
    """Statements 3 and 4: at once for who does it; the other has the offer still, and no letter about it."""
    meeting = await open_offer(database)
    before = await meeting.seen(SAM, NOW)
    await ENDINGS[ending](meeting.peers)

    assert () == tuple((await meeting.introductions.inbox(HERE, NOOR, NOW)).offers)
    assert before == await meeting.seen(SAM, NOW)


@pytest.mark.parametrize("ending", ENDINGS)
async def test_it_is_all_done_or_nothing(database, ending):
    """Statement 4: one transaction; where its last part fails, nothing has happened."""
    meeting = await open_offer(database)
    before = await meeting.dump()
    fail = f"BEFORE {WRITTEN_LAST[ending]} BEGIN SELECT RAISE(ABORT, 'the power went out'); END"
    await database.run(lambda db: db.execute(f"CREATE TRIGGER power {fail}"))
    with pytest.raises(StorageError):
        await ENDINGS[ending](meeting.peers)

    assert before == await meeting.dump()


async def test_whoever_is_reported_is_held_also_after_leaving_and_coming_back(database):
    meeting = await open_offer(database)
    await meeting.report(SAM)
    await meeting.membership.leave(HERE, NOOR, NOW)
    member = await meeting.membership.join(HERE, NOOR, is_adult=True, now=NOW)

    assert member.is_held
    assert member == await meeting.peers.member(HERE, NOOR)


async def test_ties_hold_no_id_and_differ_from_server_to_server(store, database):
    for guild in (HERE, THERE):
        await store.tie(guild, Tie(TieKind.BLOCK, NOOR, SAM, NOW))
    rows = await database.read("SELECT first, second FROM peer_ties")
    names = {name for row in rows for name in row}

    assert 4 == len(names)
    assert not any(str(user) in name for user in (NOOR, SAM) for name in names)


async def test_ties_are_found_among_the_people_asked_for(store):
    block, past = Tie(TieKind.BLOCK, SAM, NOOR, NOW), Tie(TieKind.PAST, KIM, NOOR, NOW)
    await store.tie(HERE, block)
    await store.tie(HERE, past)
    found = await store.ties(HERE, [NOOR, SAM, KIM])

    assert [block] == [tie for tie in found if tie.kind is TieKind.BLOCK]
    assert [{KIM, NOOR}] == [{tie.first, tie.second} for tie in found if tie.kind is TieKind.PAST]
    assert [block] == await store.ties(HERE, [NOOR, SAM])
    assert [] == await store.ties(HERE, [NOOR]) == await store.ties(THERE, [NOOR, SAM, KIM])


@pytest.mark.parametrize("kind", [TieKind.PAST, TieKind.SAME])
async def test_a_tie_of_two_alike_is_one_whoever_stands_first(store, kind):
    await store.tie(HERE, Tie(kind, NOOR, SAM, NOW))
    await store.tie(HERE, Tie(kind, SAM, NOOR, NOW + DAY))
    (tie,) = await store.ties(HERE, [NOOR, SAM])

    assert NOW + DAY == tie.at
    assert await store.untie(HERE, kind, SAM, NOOR)
    assert [] == await store.ties(HERE, [NOOR, SAM])


async def test_a_block_belongs_to_who_made_it(store):
    await store.tie(HERE, Tie(TieKind.BLOCK, NOOR, SAM, NOW))

    assert (1, 0) == (await store.blocks(HERE, NOOR), await store.blocks(HERE, SAM))
    assert not await store.untie(HERE, TieKind.BLOCK, SAM, NOOR)
    assert await store.untie(HERE, TieKind.BLOCK, NOOR, SAM)
    assert 0 == await store.blocks(HERE, NOOR)


async def test_another_key_opens_no_profile_and_keeps_nobody_from_leaving(store, database):
    await store.add(make_member())
    with_another_key = peers_in(database, bytes(31) + b"\x01")

    with pytest.raises(SealBrokenError):
        await with_another_key.member(HERE, NOOR)
    assert await with_another_key.remove(HERE, NOOR, NOW)


async def test_who_cannot_be_opened_is_left_out_and_may_join_anew(store, database, caplog):
    await store.add(make_member(NOOR, story="First words."))
    await store.add(make_member(SAM))
    keyring_of(database).forget(HERE, NOOR)  # as where keys.db is from an older backup
    found = await store.members(HERE, MemberState.ACTIVE)
    await store.add(make_member(NOOR, story="Second words."))

    assert [SAM] == [member.user for member in found]
    assert "Second words." == (await store.member(HERE, NOOR)).profile.story
    assert str(NOOR) not in caplog.text


async def test_while_the_keys_are_locked_away_nobody_is_taken_for_new_and_no_round_is_held_without_them(
    store, database
):
    await store.add(make_member())
    with_another_key = peers_in(database, bytes(31) + b"\x01")

    for use in (with_another_key.members(HERE, MemberState.ACTIVE), with_another_key.add(make_member())):
        with pytest.raises(RingLockedError):
            await use


async def test_a_servers_own_topics_come_in_the_order_they_were_added(store):
    zines, visas = Setback("zines", "Zines"), Setback("visas", "Visas", is_sensitive=True)
    await store.add_setback(HERE, zines)
    await store.add_setback(HERE, visas)

    assert [zines, visas] == await store.own_setbacks(HERE)
    assert [] == await store.own_setbacks(THERE)
    assert await store.remove_setback(HERE, "zines")
    assert not await store.remove_setback(HERE, "zines")
    assert [visas] == await store.own_setbacks(HERE)
