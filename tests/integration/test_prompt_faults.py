"""Each fault somebody can write into prompts/<locale>.yaml is told with its line, key and mend."""

from __future__ import annotations

from contextvars import copy_context

import pytest

from bot import app
from bot.content.prompts import load_languages, load_texts
from bot.core.errors import ConfigurationError, ContentError
from bot.core.texts import DECLARED, SPOKEN
from bot.settings import Settings
from support.packs import STARTERS, by_place, line_of

SHIPPED = (Settings(_env_file=None).prompts / "en.yaml").read_text(encoding="utf-8")
PAGE = '  page: "-# Page {page} of {pages}"\n'


def changed(old: str, new: str) -> str:
    """Return the shipped sentences with one piece replaced."""
    assert 1 == SHIPPED.count(old)
    return SHIPPED.replace(old, new)


def faults_in(folder, text, locale="en"):
    """Write a locale and return what is wrong with it."""
    (folder / f"{locale}.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ContentError) as caught:
        load_texts(folder, locale)
    return by_place(caught.value.problems)


# What is written, the key that is named, a piece of the line, a piece of the mend.
FAULTS = {
    "unknown key": (changed(PAGE, PAGE + "  pgae: Page\n"), "answer.pgae", "pgae:", "misspelling"),
    "missing key": (changed(PAGE, ""), "answer.page", "answer:\n  asked", "copy the sentence"),
    "unknown placeholder": (changed("{pages}", "{pages} {book}"), "answer.page", "{book}", "known: {page}, {pages}"),
    "missing placeholder": (changed(" of {pages}", ""), "answer.page", "Page {page}", "lacks the placeholder {pages}"),
    "nameless placeholder": (changed("{pages}", "{pages} {}"), "answer.page", "{}", "placeholder {}"),
    "brace left open": (changed("{pages}", "{pages} {"), "answer.page", "{pages} {", "{{ for a plain brace"),
    "brace left over": (changed("{pages}", "{pages} }"), "answer.page", "{pages} }", "do not pair up"),
    "format": (changed("{pages}", "{pages:>{page}}"), "answer.page", "{pages:", "only {name}"),
    "conversion": (changed("{pages}", "{pages!r}"), "answer.page", "{pages!", "only {name}"),
    "attribute": (changed("{pages}", "{pages.__class__}"), "answer.page", "{pages.", "only {name}"),
    "not text": (changed(PAGE, "  page: 12\n"), "answer.page", "page: 12", "put it in quotes"),
    "yes and no": (changed(PAGE, "  page: no\n"), "answer.page", "page: no", "yes/no"),
    "blank": (changed(PAGE, '  page: " "\n'), "answer.page", 'page: " "', "must be a sentence"),
    "doubled key": (changed(PAGE, PAGE + PAGE), "page", PAGE.strip(), "stands here and in line"),
    "longer than a button": (changed("  next_page:", f"  next_page: {'x' * 81} #"), "answer.next_page", "xxx", "takes 80"),
    "command in capitals": (changed("    name: ask\n", "    name: Ask\n"), "command.ask.name", "Ask\n", "small letters"),
    "option of two words": (
        changed("    visibility: visibility", "    visibility: who sees"),
        "command.ask.visibility",
        "who sees",
        "one word",
    ),
    "starters not a list": (
        STARTERS.sub("starters: yes\n", SHIPPED),
        "starters",
        "starters: yes",
        "list of entry ids",
    ),
}  # fmt: skip


@pytest.mark.parametrize("written", FAULTS)
def test_a_fault_is_told_in_its_place(tmp_path, written):
    text, key, piece, mend = FAULTS[written]
    (((file, line, named), message),) = faults_in(tmp_path, text).items()

    assert ("en.yaml", key) == (file, named)
    assert mend in message
    assert line_of(text, piece) == line


def test_a_plain_brace_written_double_is_not_a_placeholder(tmp_path):
    (tmp_path / "en.yaml").write_text(changed("{pages}", "{pages} {{page:x}}"), encoding="utf-8")
    texts = load_texts(tmp_path, "en")

    assert "-# Page 1 of 2 {page:x}" == texts("answer.page", page=1, pages=2)


def test_a_name_in_any_script_can_be_a_command(tmp_path):
    """Devanagari needs combining vowels, which are no letters to Python."""
    (tmp_path / "hi.yaml").write_text(changed("    name: ask\n", "    name: पूछो\n"), encoding="utf-8")

    assert "पूछो" == load_texts(tmp_path, "hi")("command.ask.name")


def test_every_locale_is_there_to_choose_and_one_is_spoken_where_none_was_chosen(tmp_path):
    (tmp_path / "en.yaml").write_text(SHIPPED, encoding="utf-8")
    (tmp_path / "de.yaml").write_text(changed("    name: ask\n", "    name: frag\n"), encoding="utf-8")
    texts = load_languages(tmp_path, "en")
    chosen = copy_context()
    chosen.run(SPOKEN.set, "de")
    unknown = copy_context()
    unknown.run(SPOKEN.set, "fr")

    assert ("en", "de") == texts.locales
    assert ["ask", "frag", "ask"] == [
        texts("command.ask.name"),
        chosen.run(texts, "command.ask.name"),
        unknown.run(texts, "command.ask.name"),
    ]


def test_the_faults_of_every_locale_are_told_at_once(tmp_path):
    for locale in ("en", "de", "fr"):
        (tmp_path / f"{locale}.yaml").write_text(changed(PAGE, '  page: "{pages"\n'), encoding="utf-8")
    with pytest.raises(ContentError) as caught:
        load_languages(tmp_path, "en")

    assert ["de.yaml", "en.yaml", "fr.yaml"] == sorted(problem.path.name for problem in caught.value.problems)


def test_several_faults_are_told_at_once(tmp_path):
    text = changed(PAGE, '  page: "{pages"\n  colour: blue\n').replace("  helped:", "  helpde:", 1)

    assert ["answer.colour", "answer.helpde", "answer.helped", "answer.page"] == sorted(
        key for _, _, key in faults_in(tmp_path, text)
    )


@pytest.mark.parametrize(
    ("written", "key", "mend"),
    [
        ("", "file", "copy prompts/en.yaml"),
        ("- a list\n", "file", "copy prompts/en.yaml"),
        ("answer: 'open", "file", "is not valid YAML"),
        ("answer: \x07", "file", "control character"),
    ],
)
def test_a_file_without_sentences_is_told_in_one_problem(tmp_path, written, key, mend):
    ((place, message),) = faults_in(tmp_path, written).items()

    assert ("en.yaml", 1, key) == place
    assert mend in message


def test_a_sentence_in_the_place_of_a_group_counts_every_sentence_that_is_missing(tmp_path):
    faults = faults_in(tmp_path, "answer: Hello\n")

    assert {"answer", *DECLARED} == {key for _, _, key in faults}


def test_a_missing_locale_names_those_there_are(tmp_path):
    (tmp_path / "en.yaml").write_text(SHIPPED, encoding="utf-8")
    (tmp_path / "de.yaml").write_text(SHIPPED, encoding="utf-8")
    with pytest.raises(ConfigurationError, match="LANTERN_LOCALE to one of: de, en; or add") as caught:
        load_texts(tmp_path, "fr")

    assert str(tmp_path / "fr.yaml") in str(caught.value)


def test_a_folder_without_locales_names_the_folders_setting(tmp_path):
    with pytest.raises(ConfigurationError, match="LANTERN_PROMPTS"):
        load_texts(tmp_path / "nowhere", "en")


def test_a_starter_that_is_no_entry_is_told_with_its_line(tmp_path):
    text = changed("  - phd-without-publications\n", "  - phd-without-publications\n  - phd-on-the-moon\n  - 7\n")
    (tmp_path / "en.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ContentError) as caught:
        app.load_content(Settings(_env_file=None, prompts=tmp_path))

    assert {
        ("en.yaml", line_of(text, "- phd-on-the-moon"), "starters: phd-on-the-moon"),
        ("en.yaml", line_of(text, "- 7\n"), "starters: 7"),
    } == set(by_place(caught.value.problems))
