"""Time zones are understood as people type them, and never guessed."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.errors import Fault
from bot.peers.zones import utc_offset, zone_of
from support.peers import NOW

JANUARY, JULY = NOW.replace(month=1, day=10), NOW.replace(month=7, day=10)

UNDERSTOOD = {
    "Europe/Berlin": "Europe/Berlin",
    "berlin": "Europe/Berlin",
    " EUROPE/berlin ": "Europe/Berlin",
    "new york": "America/New_York",
    "New_York": "America/New_York",
    "york": "America/New_York",
    "são paulo": "America/Sao_Paulo",
    "St. John's": "America/St_Johns",
    "argentina/salta": "America/Argentina/Salta",
    "Louisville": "America/Kentucky/Louisville",
    "kolkata": "Asia/Kolkata",
    "Japan": "Japan",
    "germany": "Europe/Berlin",
    "India": "Asia/Kolkata",
    "uk": "Europe/London",
    "South Korea": "Asia/Seoul",
    "CET": "CET",
    "utc": "UTC+00:00",
    "GMT": "UTC+00:00",
    "UTC+5:30": "UTC+05:30",
    "utc +5": "UTC+05:00",
    "GMT-3": "UTC-03:00",
    "+0530": "UTC+05:30",
    "+5.5": "UTC+05:30",
    "UTC−3": "UTC-03:00",
    "-9:30": "UTC-09:30",
    "UTC+14": "UTC+14:00",
}
NOT_UNDERSTOOD = {
    "": "zone.unknown",
    "5": "zone.unknown",
    "EST": "zone.unknown",
    "IST": "zone.unknown",
    "atlantis": "zone.unknown",
    "Etc/GMT+5": "zone.unknown",
    "x" * 5000: "zone.unknown",
    "../../etc/passwd": "zone.unknown",
    "UTC+15": "zone.offset",
    "UTC-13": "zone.offset",
    "+05:61": "zone.offset",
    "+05:20": "zone.offset",
    "Indiana": "zone.several",
    "Korea": "zone.several",
    "usa": "zone.several",
}


@pytest.mark.parametrize(("typed", "zone"), UNDERSTOOD.items())
def test_a_city_a_name_and_an_offset_are_understood(typed, zone):
    assert zone == zone_of(typed)


@pytest.mark.parametrize(("typed", "text_key"), NOT_UNDERSTOOD.items())
def test_what_no_clock_shows_is_a_fault(typed, text_key):
    fault = zone_of(typed)

    assert isinstance(fault, Fault)
    assert (text_key, typed[:50]) == (fault.text_key, fault.values["text"][:50])


def test_where_several_zones_are_meant_they_are_named():
    assert "US/East-Indiana, US/Indiana-Starke" == zone_of("indiana").values["zones"]
    assert "Asia/Pyongyang, Asia/Seoul" == zone_of("korea").values["zones"]
    assert "America/New_York, America/Chicago" == zone_of("usa").values["zones"][:33]


@given(st.sampled_from(sorted(zone for zone in available_timezones() if zone.count("/") == 1 and "Etc" not in zone)))
def test_every_zone_of_a_continent_is_known_by_its_own_name_and_in_any_case(zone):
    assert zone == zone_of(zone) == zone_of(zone.swapcase())


@given(st.sampled_from("+-"), st.integers(0, 11), st.sampled_from([0, 15, 30, 45]))
def test_an_offset_is_so_many_hours_ahead(sign, hours, minutes):
    zone = zone_of(f"UTC{sign}{hours}:{minutes:02}")

    assert (1 if sign == "+" else -1) * (hours + minutes / 60) == utc_offset(zone, NOW)


def test_what_was_understood_is_understood_again():
    assert list(UNDERSTOOD.values()) == [zone_of(zone) for zone in UNDERSTOOD.values()]


def test_a_zone_follows_its_summer_time_and_an_offset_does_not():
    assert (1.0, 2.0) == (utc_offset("Europe/Berlin", JANUARY), utc_offset("Europe/Berlin", JULY))
    assert 1.0 == utc_offset("UTC+01:00", JANUARY) == utc_offset("UTC+01:00", JULY)
    assert 5.75 == utc_offset("Asia/Kathmandu", NOW)
    assert -3.5 == utc_offset("America/St_Johns", JANUARY)


def test_an_unknown_zone_counts_as_utc_whatever_the_day():
    assert 0.0 == utc_offset("", NOW) == utc_offset("", NOW + timedelta(days=180))


@given(st.text(max_size=30))
def test_anything_typed_is_a_zone_or_a_fault(typed):
    zone = zone_of(typed)

    assert isinstance(zone, Fault) or -12 <= utc_offset(zone, NOW) <= 14
