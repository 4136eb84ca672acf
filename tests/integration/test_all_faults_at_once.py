"""However many files are wrong, and however badly, everything is told at once."""

from __future__ import annotations

import shutil

import pytest

from bot import app
from bot.content.packs import load_pack
from bot.core.errors import ContentError, Exit
from bot.settings import Settings
from support.packs import by_place, entry, faults_of, line_of, topic, write_pack


def test_one_entry_with_six_faults_tells_all_six(tmp_path):
    text = topic(
        "first",
        entry(
            "alpha",
            ("at some length", "@everyone"),
            ("[rejection]", "[lateness, grief]"),
            ("2026-11-24", "soon"),
            ("365", "1"),
            more="    related: [nowhere]\n    colour: blue\n",
        ),
    )
    faults = faults_of(write_pack(tmp_path, first=text))

    assert {
        "alpha.answer",
        "alpha.setbacks",
        "alpha.reviewed_on",
        "alpha.review_after_days",
        "alpha.related",
        "alpha.colour",
    } == {key for _, _, key in faults}


@pytest.mark.parametrize("hopeless", [b"entries: [", b"\xff\xfe\x00", b"topic: \x07", b"- &a [*a]", b""])
def test_a_file_that_cannot_be_read_hides_nothing_in_the_others(tmp_path, hopeless):
    folder = write_pack(
        tmp_path,
        broken=hopeless,
        first=topic("first", entry("alpha", ("365", "1")), entry("beta", more="    related: [nowhere]\n")),
        second=topic("second", entry("alpha", ("alpha?", "alpha here?"), ("One", "1"), ("another", "2"),
                                     ("a third", "3"), ("a plain", "4"))),
    )  # fmt: skip
    faults = faults_of(folder)

    assert [
        ("broken.yaml", "file"),
        ("first.yaml", "alpha.review_after_days"),
        ("first.yaml", "beta.related"),
        ("second.yaml", "alpha.id"),
    ] == [(file, key) for file, _, key in sorted(faults)]


def test_links_into_a_file_that_cannot_be_read_are_not_called_dead(tmp_path):
    broken = topic("broken", entry("gamma", ("Here is", '"Here is')))
    linking = topic("first", entry("alpha", more="    related: [gamma, nowhere]\n"))
    faults = faults_of(write_pack(tmp_path, broken=broken, first=linking))

    assert {("broken.yaml", "file"), ("first.yaml", "alpha.related")} == {(file, key) for file, _, key in faults}
    assert "'nowhere'" in faults["first.yaml", line_of(linking, "[gamma"), "alpha.related"]


def test_a_broken_list_of_setbacks_blames_no_entry(tmp_path):
    folder = write_pack(tmp_path, first=topic("first", entry("alpha"), entry("beta")))
    (folder / "setbacks.yaml").write_text("- {id: rejection\n")

    assert [("setbacks.yaml", "file")] == [(file, key) for file, _, key in faults_of(folder)]


@pytest.mark.parametrize(
    ("written", "line", "key", "mend"),
    [
        ("- {id: rejection}\n", 1, "0.label", "add it"),
        ("- {id: rejection, label: Rejected}\n- {id: [a], label: Odd}\n", 2, "1.id", "string"),
        ("- {id: rejection, label: Rejected, colour: red}\n", 1, "0.colour", "misspelling"),
        ("rejection: Rejected\n", 1, "file", "list"),
    ],
)
def test_a_fault_in_the_setbacks_is_told_with_its_line(tmp_path, written, line, key, mend):
    folder = write_pack(tmp_path, first=topic("first", entry("alpha")))
    (folder / "setbacks.yaml").write_text(written)
    ((place, message),) = faults_of(folder).items()

    assert ("setbacks.yaml", line, key) == place
    assert mend in message


@pytest.mark.parametrize(
    ("written", "line", "key"),
    [
        ("- fine\n- 12\n", 2, "line 2"),
        ("- ''\n", 1, "line 1"),
        ("fine: no\n", 1, "file"),
        ("", 1, "file"),
        ("3", 1, "file"),
    ],
)
def test_lists_of_texts_hold_texts(tmp_path, written, line, key):
    folder = write_pack(tmp_path, first=topic("first", entry("alpha")))
    (folder / "off_topic.yaml").write_text(written)
    with pytest.raises(ContentError) as caught:
        load_pack(folder)

    assert [("off_topic.yaml", line, key)] == list(by_place(caught.value.problems))


def test_all_missing_files_are_told_at_once_one_sentence_each(tmp_path):
    with pytest.raises(ContentError) as caught:
        app.load_content(Settings(_env_file=None, data=tmp_path))
    faults = by_place(caught.value.problems)

    assert ["crisis.yaml", "faq", "helplines.yaml", "off_topic.yaml", "setbacks.yaml"] == [
        file for file, _, _ in sorted(faults)
    ]
    assert all("there" in message or "no *.yaml" in message for message in faults.values())
    assert Exit.DATA == caught.value.exit_code


def test_prompts_pack_and_crisis_words_are_told_in_one_go(tmp_path):
    settings = Settings(_env_file=None, data=tmp_path / "data", prompts=tmp_path / "prompts")
    write_pack(settings.data, first=topic("first", entry("alpha", ("365", "1"))))
    (settings.data / "crisis.yaml").unlink()
    shutil.copytree(Settings(_env_file=None).prompts, settings.prompts)
    with (settings.prompts / "en.yaml").open("a") as file:
        file.write("colour: blue\n")
    with pytest.raises(ContentError) as caught:
        app.load_content(settings)

    expected = {("crisis.yaml", "file"), ("first.yaml", "alpha.review_after_days"), ("en.yaml", "colour")}
    assert expected == {(file, key) for file, _, key in by_place(caught.value.problems)}
    assert str(caught.value).startswith("3 problems to mend:\n")


def test_a_file_whose_name_ends_otherwise_is_not_silently_left_out(tmp_path):
    folder = write_pack(tmp_path, first=topic("first", entry("alpha")))
    (folder / "faq" / "second.yml").write_text(topic("second", entry("beta")))

    assert {("second.yml", 1, "file"): "is not read; end its name in .yaml"} == faults_of(folder)
