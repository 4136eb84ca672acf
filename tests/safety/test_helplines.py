"""Helplines are there for every country that is offered, are dated, need no network, and faults in them are told."""

from __future__ import annotations

import socket
import warnings
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType

import pytest

from bot.content.helplines import MOST_LINES, load_helplines
from bot.content.prompts import load_languages
from bot.core.countries import OFFERED
from bot.core.errors import ContentError
from bot.core.helplines import FRESH_DAYS, Helplines
from bot.doctor.answers import age_of, helplines
from bot.doctor.findings import Level
from bot.settings import Settings
from bot.views.care import ANYWHERE, lines_of
from support.packs import HELPLINES, by_place

SETTINGS = Settings(_env_file=None)
LEAST_COUNTRIES = 40


@pytest.fixture(scope="module")
def shipped():
    return load_helplines(SETTINGS.data)


@pytest.fixture(scope="module")
def texts():
    return load_languages(SETTINGS.prompts, "en")


def test_every_country_one_can_choose_has_an_emergency_number_and_one_or_two_lines(shipped):
    """Statement 36: one or two helplines for the chosen country, and the emergency line."""
    assert LEAST_COUNTRIES <= len(shipped.countries)
    assert set(OFFERED) <= shipped.countries.keys()
    for code in OFFERED:
        country = shipped.countries[code]
        assert country.emergency
        assert 1 <= len(country.lines) <= MOST_LINES, code


def test_the_shipped_file_is_dated_and_no_country_was_checked_after_it(shipped):
    """Statement 42: helpline data has a date; when it is old, that is a warning and no failure."""
    today = datetime.now(UTC).date()
    if shipped.is_stale(today):
        warnings.warn(age_of(shipped, today).text, UserWarning, stacklevel=1)

    assert all(country.checked_on <= shipped.checked_on for country in shipped.countries.values())


def test_after_180_days_the_doctor_warns_and_names_the_mend():
    """Statement 42: older than 180 days is a warning."""
    checked_on = date(2026, 1, 1)
    read = Helplines(checked_on, MappingProxyType({}))
    stale = age_of(read, checked_on + timedelta(FRESH_DAYS + 1))

    assert Level.OK is age_of(read, checked_on + timedelta(FRESH_DAYS)).level
    assert Level.WARNING is stale.level
    assert "data/helplines.yaml" in stale.mend


def test_the_doctor_tells_their_age_and_finds_no_fault_in_it(tmp_path):
    """Statement 42: a warning, not a failure."""
    (found,) = helplines(Settings(_env_file=None, state=tmp_path))

    assert Level.WRONG is not found.level
    assert str(load_helplines(SETTINGS.data).checked_on) in found.text


def test_they_need_no_network(monkeypatch, texts):
    """Statement 42: the offline file works with no network."""

    def refuse(*_args, **_options):
        raise AssertionError("a connection was tried")

    monkeypatch.setattr(socket, "socket", refuse)

    assert "116 123" in lines_of("GB", load_helplines(SETTINGS.data), texts)


def test_a_country_nobody_knows_gets_the_directory_and_the_local_emergency_number(shipped, texts):
    """Statement 42: unknown country leads to findahelpline.com and "local emergency number"."""
    for code in (ANYWHERE, "AQ"):
        assert "findahelpline.com" in lines_of(code, shipped, texts)
        assert "local emergency number" in lines_of(code, shipped, texts)


def test_a_country_without_a_line_gets_its_emergency_number_and_its_page_of_the_directory(shipped, texts):
    """Statement 42: where no line is known, nothing is invented."""
    (code, country), *_ = [each for each in shipped.countries.items() if not each[1].lines]
    said = lines_of(code, shipped, texts)

    assert country.emergency in said
    assert f"findahelpline.com/countries/{code.lower()}" in said


def test_both_lines_of_a_pair_are_shown(shipped, texts):
    """Statement 36: both, when listed as a pair."""
    for code, country in shipped.countries.items():
        said = lines_of(code, shipped, texts)
        assert all(way in said for line in country.lines for way in (line.call, line.text, line.chat)), code


@pytest.mark.parametrize("kept", ["care.not_kept", "care.kept", "care.reported"])
def test_with_the_lines_of_any_country_the_reply_stays_within_90_words(shipped, texts, kept):
    """Statement 36: at most 90 words."""
    words = {
        code: len(texts("care.ask", lines=lines_of(code, shipped, texts), kept=texts(kept)).split())
        for code in (*shipped.countries, ANYWHERE)
    }

    assert {} == {code: count for code, count in words.items() if count > 90}


FAULTS = {
    "unknown key": (("seen: true", "seen: true\n    phone: 1"), (7, "countries.DE.phone"), "misspelling"),
    "no country": (("DE:", "XX:"), (3, "countries.XX"), "two letters"),
    "small letters": (("DE:", "de:"), (3, "countries.de"), "in capitals"),
    "no emergency number": (('"112"', '""'), (4, "countries.DE.emergency"), "form"),
    "a number YAML read": (('"112"', "112"), (4, "countries.DE.emergency"), "string"),
    "no date": (("    checked_on: 2026-11-24", "    checked_on: lately"), (5, "countries.DE.checked_on"), "no date"),
    "half seen": (("seen: true", "seen: partly"), (6, "countries.DE.seen"), "boolean"),
    "not https": (("https:", "http:"), (8, "countries.DE.lines.0.source"), "https"),
    "no way to reach it": (('call: "0800 111", ', ""), (8, "countries.DE.lines.0"), "give call, text or chat"),
    "words for hours": (('"24/7"', "at night"), (8, "countries.DE.lines.0.hours"), "form"),
    "no language": (("[de]", "[]"), (8, "countries.DE.lines.0.languages"), "at least 1"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_names_its_line_its_key_and_the_mend(tmp_path, name):
    (old, new), (line, key), mend = FAULTS[name]
    found = faults_in(tmp_path, HELPLINES.replace(old, new, 1))

    assert [("helplines.yaml", line, key)] == list(found)
    assert mend in found["helplines.yaml", line, key]


def test_three_lines_are_too_many(tmp_path):
    one = HELPLINES[HELPLINES.index("      - {") :]
    found = faults_in(tmp_path, HELPLINES + one + one)

    assert [("helplines.yaml", 7, "countries.DE.lines")] == list(found)


def test_all_faults_are_told_at_once(tmp_path):
    text = HELPLINES.replace("DE:", "XX:").replace('"24/7"', "always").replace("https:", "http:")

    assert 3 == len(faults_in(tmp_path, text))


@pytest.mark.parametrize("text", ["", "- a list\n", "countries: [\n"])
def test_a_file_of_another_shape_is_told_too(tmp_path, text):
    assert faults_in(tmp_path, text)


def faults_in(folder, text):
    (folder / "helplines.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ContentError) as caught:
        load_helplines(folder)
    return by_place(caught.value.problems)
