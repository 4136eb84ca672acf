"""What a card carries from click to click."""

from hypothesis import given
from hypothesis import strategies as st

from bot.core.models import EntryId
from bot.views.trail import REMEMBERED, Trail

entry_ids = st.from_regex(r"[a-z0-9]+(-[a-z0-9]+)*", fullmatch=True).filter(lambda slug: len(slug) <= 60).map(EntryId)


@given(st.integers(0, 2**64 - 1), st.lists(entry_ids, max_size=5))
def test_a_trail_is_read_back_as_it_was_written(target, missed):
    trail = Trail(target)
    for entry_id in missed:
        trail = trail.after_missing(entry_id)

    assert Trail.parse(str(trail)) == trail
    assert len(str(trail)) <= 26


@given(st.lists(entry_ids, unique=True, min_size=1, max_size=REMEMBERED))
def test_every_miss_it_has_room_for_is_remembered(missed):
    trail = Trail()
    for entry_id in missed:
        trail = trail.after_missing(entry_id)

    assert trail.missed_among(missed) == set(missed)


def test_nothing_is_missed_before_the_first_miss():
    assert Trail(5).missed_among([EntryId("letters"), EntryId("visas")]) == frozenset()


def test_a_miss_keeps_the_message_the_card_is_about():
    assert Trail(5).after_missing(EntryId("letters")).target == 5
