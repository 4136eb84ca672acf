"""Time zones as people type them: the name of a city or a country, an IANA name, or hours from UTC."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, available_timezones

from bot.core.errors import Fault
from bot.safety.text import cut, normalise

if TYPE_CHECKING:
    from collections.abc import Mapping

QUOTED_LENGTH = 60
MOST_CANDIDATES = 5
"""Zones that are named where what was typed may mean several."""
_OFFSET = re.compile(r"(?:utc|gmt|z)?\s*(?P<sign>[+-])\s*(?P<hours>\d{1,2})(?:[:.]?(?P<minutes>\d{2}))?(?P<half>\.5)?")
_LEAST, _MOST = timedelta(hours=-12), timedelta(hours=14)
"""What clocks on Earth show."""
_QUARTERS = (0, 15, 30, 45)
_SHORT = {"uk": "GB", "usa": "US"}
_YEAR = 2026
"""Any: two names of one clock agree in every year since both are kept."""
_FIXED = frozenset({"EST", "MST", "HST", "GMT", "UTC", "UCT", "Zulu", "Universal", "Greenwich", "Factory", "localtime"})
"""IANA names that do not say what people mean by them: EST knows no summer time, and New York does."""


def zone_of(typed: str) -> str | Fault:
    """Return the time zone that is meant, `Europe/Berlin` or `UTC+05:30`; or the fault that says why none can be told.

    Of an IANA name any end will do, in any case: `berlin`, `new york`, `argentina/salta`; a country, where it has one.
    """
    text = normalise(typed).replace("−", "-").replace("–", "-").strip(" .()")
    if text in {"utc", "gmt", "z"}:
        return "UTC+00:00"
    if found := _OFFSET.fullmatch(text):
        return _offset_zone(found, typed)
    wanted = _folded(text)
    names = _names()
    candidates = _distinct(names.get(wanted, []))
    if not candidates:
        candidates = sorted({zone for name, zones in names.items() if wanted in name.split("_") for zone in zones})
    if len(candidates) == 1:
        return candidates[0]
    if candidates:
        zones = ", ".join(candidates[:MOST_CANDIDATES])
        return Fault("zone.several", {"text": cut(typed, QUOTED_LENGTH), "zones": zones})
    return Fault("zone.unknown", {"text": cut(typed, QUOTED_LENGTH)})


def utc_offset(zone: str, now: datetime) -> float:
    """Return how many hours a zone (as `zone_of` returns it, or empty for UTC) is ahead of UTC at a moment."""
    if not zone:
        return 0.0
    if found := _OFFSET.fullmatch(zone.casefold()):
        return _delta(found) / timedelta(hours=1)
    return (now.astimezone(ZoneInfo(zone)).utcoffset() or timedelta()) / timedelta(hours=1)


def _offset_zone(found: re.Match[str], typed: str) -> str | Fault:
    delta = _delta(found)
    minutes = int(abs(delta) / timedelta(minutes=1))
    if not _LEAST <= delta <= _MOST or minutes % 60 not in _QUARTERS:
        return Fault("zone.offset", {"text": cut(typed, QUOTED_LENGTH)})
    return f"UTC{found['sign']}{minutes // 60:02}:{minutes % 60:02}"


def _delta(found: re.Match[str]) -> timedelta:
    minutes = 30 if found["half"] else int(found["minutes"] or 0)
    ahead = timedelta(hours=int(found["hours"]), minutes=minutes)
    # Sixty-one minutes are no way to write an hour and one.
    ahead = ahead if minutes < 60 else timedelta(days=1)  # noqa: PLR2004
    return -ahead if found["sign"] == "-" else ahead


def _folded(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter) and letter not in "'.")
    return re.sub(r"[\s_-]+", "_", plain)


@cache
def _names() -> Mapping[str, list[str]]:
    """Return the zones by every end of their names, folded."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for zone in sorted(available_timezones()):
        if zone in _FIXED or zone.startswith(("Etc/", "SystemV/", "US/Pacific-New")):  # Etc/GMT+5 is five hours behind
            continue
        parts = _folded(zone).split("/")
        for start in range(len(parts)):
            found["/".join(parts[start:])].append(zone)
    for country, zones in _countries().items():
        if len(found.get(country, ["/"])[0].split("/")) > 1:  # Japan is a zone as well
            found[country] = zones
    return found


def _countries() -> Mapping[str, list[str]]:
    """Return each country's zones by its name, folded, from the tables that come with the time zones."""
    tables = files("tzdata").joinpath("zoneinfo")
    countries, zones = (
        [line.split("\t") for line in table.read_text("utf-8").splitlines() if not line.startswith("#")]
        for table in (tables.joinpath(f"{name}.tab") for name in ("iso3166", "zone"))
    )
    codes = dict(_SHORT)
    for code, name in countries:
        country, _, which = name.rstrip(")").partition(" (")  # Korea (South)
        codes[_folded(f"{which} {country}".strip())] = code
        alone = _folded(country)
        codes[alone] = "" if alone in codes and which else code
    return {name: found for name, code in codes.items() if (found := [row[2] for row in zones if row[0] == code])}


def _distinct(zones: list[str]) -> list[str]:
    """Leave out zones whose clocks show the same as those of one before, as older names of it do."""
    by_clock: dict[tuple[timedelta | None, ...], str] = {}
    for zone in zones:
        moments = (datetime(_YEAR, month, 15, tzinfo=UTC) for month in range(1, 13))
        clock = tuple(moment.astimezone(ZoneInfo(zone)).utcoffset() for moment in moments)
        by_clock.setdefault(clock, zone)
    return list(by_clock.values())
