"""Every page of the repository keeps what it promises: links lead somewhere, and what it names is there."""

from __future__ import annotations

import re
import subprocess
import tomllib

import pytest

from support.documents import (
    ROOT,
    broken,
    commands_in,
    lantern_commands,
    make_commands,
    make_targets,
    missing_files,
    pages,
    read,
    slash_commands,
    told_elsewhere,
    unknown_settings,
    wrong_in_lantern,
)
from support.reference import SLASH, TERMINAL, made
from support.terminal import lantern

HARMLESS = ("--version", "privacy", "faq check --quick", "faq links", "key status")
"""Commands of the pages that are run here: they take a second, ask nobody anything, and need no model."""


@pytest.fixture(scope="module")
def fresh():
    """What `make docs` would write."""
    return made()


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.name)
class TestEveryPage:
    def test_has_only_links_and_pictures_that_lead_to_a_file_and_a_heading(self, page):
        assert [] == broken(page)

    def test_names_only_files_that_exist(self, page):
        assert [] == missing_files(page)

    def test_names_only_settings_that_exist(self, page):
        assert set() == unknown_settings(page)

    def test_has_only_commands_of_the_terminal_with_options_that_exist(self, page):
        assert {} == {" ".join(words): wrong for words in lantern_commands(page) if (wrong := wrong_in_lantern(words))}

    def test_has_only_targets_of_make_that_exist(self, page):
        asked = {word for words in make_commands(page) for word in words if "=" not in word and word[0] != "-"}

        assert set() == asked - make_targets()

    def test_has_only_commands_of_discord_that_exist(self, page, fresh):
        text = fresh[SLASH]

        assert [] == [name for name in slash_commands(page) if f"`/{name}" not in text]


def test_what_the_program_itself_tells_people_to_type_exists():
    """In its sentences, errors and help, and in the files of deploy/."""
    told = list(told_elsewhere())
    wrong = [(path, words) for path, words in told if words[0] == "lantern" and wrong_in_lantern(words[1:])]
    missing = [
        (path, words) for path, words in told if words[0] == "make" and not make_targets().issuperset(words[1:2])
    ]

    assert len(told) > 40
    assert [] == wrong + missing


@pytest.mark.parametrize("path", [TERMINAL, SLASH], ids=lambda path: path.name)
def test_a_page_made_from_the_program_is_what_make_docs_would_write(path, fresh):
    assert fresh[path] == path.read_text(encoding="utf-8"), "run `make docs`"


@pytest.mark.parametrize("command", HARMLESS)
def test_a_harmless_command_of_the_pages_does_what_it_says_without_a_word_of_complaint(command, tmp_path):
    assert command.split() in [words for page in pages() for words in lantern_commands(page)]

    result = lantern(tmp_path, *command.split())

    assert (0, "") == (result.returncode, result.stderr)
    assert result.stdout


def test_make_help_lists_every_target_with_what_it_does():
    shown = subprocess.run(
        ["make", "--no-print-directory", "help"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout

    assert make_targets() == {line.split()[1] for line in shown.splitlines()}


def test_every_page_is_reached_from_the_index():
    """Whoever opens docs/README.md finds each page of docs/ there."""
    index = read(ROOT / "docs" / "README.md")
    linked = {(index.path.parent / link.partition("#")[0]).resolve() for link in index.links}

    assert set() == set((ROOT / "docs").glob("*.md")) - linked - {index.path}


def test_the_drawing_in_architecture_md_has_every_layer_of_the_import_contract():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    layers = " ".join(contracts[0]["layers"]).replace("|", " ").replace("bot.", "").split()
    drawing = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8").split("```")[1]
    drawn = [word for line in drawing.splitlines() for word in re.findall(r"\w+", line[:27])]

    assert sorted(layers) == sorted(drawn)


class TestHowPagesAreRead:
    """So that nothing passes because it was not seen."""

    @pytest.fixture
    def page(self, tmp_path):
        path = tmp_path / "page.md"
        path.write_text(
            "# One `two`: three!\n\n# Same\n\n# Same\n\n[a](gone.md) [b](#one-two-three) [c](#same-1) [d](#same-2)\n"
            "![e](gone.png) <https://example.org> [f](page.md#same)\n\n`lantern aks` `lantern.db` `make nothing` `/aks` `/faq queue`\n"
            "`bot/gone.py` `gone.py` `data/faq/<topic>.yaml` `LANTERN_MODLE` `LANTERN_KEEP_...`\n\n"
            '```sh\n$ sudo -u bot LANTERN_KEY=x .venv/bin/lantern ask \\\n  --jsn "a # b" # why\ncd here && make demo | lantern run > to.txt\n```\n'
            "```\nlantern nothing\n```\n"
        )
        return read(path)

    def test_commands_are_seen_in_lines_and_in_blocks_for_the_shell(self, page):
        assert [["ask", "--jsn", "a # b"], ["run"], ["aks"]] == lantern_commands(page)
        assert [["demo"], ["nothing"]] == make_commands(page)
        assert ["aks", "faq queue"] == slash_commands(page)

    @pytest.mark.parametrize(
        "typed", ["docker compose exec bot lantern backup", "docker compose run --rm bot backup", "sudo lantern backup"]
    )
    def test_a_command_is_seen_inside_a_container_too(self, typed):
        assert [["lantern", "backup"]] == commands_in(typed)

    def test_what_is_not_there_is_missed(self, page):
        assert ["bot/gone.py", "gone.py"] == missing_files(page)
        assert {"LANTERN_MODLE"} == unknown_settings(page)

    def test_headings_are_numbered_as_github_does(self, page):
        assert {"one-two-three", "same", "same-1"} == page.anchors

    @pytest.mark.parametrize(
        ("typed", "wrong"),
        [
            ("lantern", None),
            ("lantern faq", None),
            ("lantern faq import FILE.yaml --guild 1 --apply", None),
            ("lantern faq import FILE.yaml --guild=1", None),
            ("lantern eval -h", None),
            ("lantern aks", "main has no command aks"),
            ("lantern faq chekc", "faq has no command chekc"),
            ("lantern run --fast", "run has no option --fast"),
            ("lantern faq undo 1 2", "undo takes fewer words"),
        ],
    )
    def test_a_command_that_does_not_exist_is_told_from_one_that_does(self, typed, wrong):
        assert [wrong] == [wrong_in_lantern(words[1:]) for words in commands_in(typed)]
