"""The topics people choose from are read from data/setbacks.yaml, and faults in it are told with their place."""

from __future__ import annotations

import pytest

from bot.content.pack_shape import MOST_SETBACKS
from bot.content.packs import load_setbacks
from bot.core.errors import ContentError
from bot.core.peers import Setback
from bot.settings import Settings
from support.packs import by_place, faults_of, topic, write_pack


def write_setbacks(folder, text):
    (folder / "setbacks.yaml").write_text(text)
    return folder


def test_topics_come_in_the_order_of_the_file_and_are_sensitive_where_it_says_so(tmp_path):
    write_setbacks(tmp_path, "- {id: grief, label: In grief}\n- {id: money, label: Little money, sensitive: true}\n")

    assert (Setback("grief", "In grief"), Setback("money", "Little money", is_sensitive=True)) == load_setbacks(
        tmp_path
    )


FAULTS = {
    "no label": ("- {id: grief}\n", (1, "0.label"), "is missing"),
    "id is no slug": ("- {id: In Grief, label: In grief}\n", (1, "0.id"), "does not have the form"),
    "unknown key": ("- {id: grief, label: In grief, sensitve: true}\n", (1, "0.sensitve"), "misspelling"),
    "neither yes nor no": ("- {id: grief, label: In grief, sensitive: a bit}\n", (1, "0.sensitive"), "boolean"),
    "label too long": (f"- {{id: grief, label: {'x' * 101}}}\n", (1, "0.label"), "at most 100"),
    "id twice": ("- {id: grief, label: In grief}\n- {id: grief, label: Sad}\n", (2, "1.id"), "give one another id"),
    "too many": (
        "".join(f"- {{id: topic-{number}, label: Topic {number}}}\n" for number in range(MOST_SETBACKS + 1)),
        (MOST_SETBACKS + 1, "file"),
        f"at most {MOST_SETBACKS}",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_names_its_line_its_key_and_the_mend(tmp_path, name):
    text, (line, key), mend = FAULTS[name]
    with pytest.raises(ContentError) as caught:
        load_setbacks(write_setbacks(tmp_path, text))
    found = by_place(caught.value.problems)

    assert [("setbacks.yaml", line, key)] == list(found)
    assert mend in found["setbacks.yaml", line, key]


def test_the_check_of_the_whole_pack_finds_them_too(tmp_path):
    folder = write_setbacks(write_pack(tmp_path, first=topic("first")), FAULTS["id twice"][0])

    assert ("setbacks.yaml", 2, "1.id") in faults_of(folder)


def test_of_those_that_ship_health_and_money_are_sensitive():
    shipped = load_setbacks(Settings(_env_file=None).data)

    assert {"limited-energy", "little-money"} == {setback.id for setback in shipped if setback.is_sensitive}
    assert len(shipped) < MOST_SETBACKS
