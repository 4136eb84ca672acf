"""What carries the project on: the checks before a commit, on GitHub, and here are the same; forms and versions fit."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from bot.cogs.portal import INVITED_WITH
from bot.version import version_line
from support.documents import ROOT, pages

GITHUB = ROOT / ".github"
FORMS = sorted((GITHUB / "ISSUE_TEMPLATE").glob("[0-9]*.yml"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def loaded(path) -> dict:
    """Return what a YAML file holds."""
    return yaml.safe_load(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("schema", "paths"),
    [
        ("github-issue-forms", FORMS),
        ("github-issue-config", [GITHUB / "ISSUE_TEMPLATE" / "config.yml"]),
        ("github-workflows", sorted((GITHUB / "workflows").glob("*.yml"))),
        ("dependabot", [GITHUB / "dependabot.yml"]),
    ],
)
def test_github_understands_every_file_that_is_meant_for_it(schema, paths):
    """By the schemas that come with check-jsonschema."""
    command = [Path(sys.executable).with_name("check-jsonschema"), "--builtin-schema", f"vendor.{schema}", *paths]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)

    assert paths
    assert 0 == checked.returncode, checked.stdout


@pytest.mark.parametrize("form", FORMS, ids=lambda path: path.stem)
def test_whoever_fills_in_a_form_first_promises_that_nobody_and_no_secret_is_in_it(form):
    """But who reports a wrong number is held up by nothing."""
    boxes = [option for part in loaded(form)["body"] for option in part["attributes"].get("options", ())]
    promises = [box for box in boxes if isinstance(box, dict) and box.get("required")]

    assert bool(promises) == ("helpline" not in form.stem)


def test_the_hooks_before_a_commit_run_what_make_lint_runs_and_the_guards():
    """With the same tools: none is fetched in a version of its own."""
    (repo,) = loaded(ROOT / ".pre-commit-config.yaml")["repos"]
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    recipe = re.search(r"^lint:.*\n((?:\t.*\n)+)", makefile, re.MULTILINE)[1].replace("$(PY)", ".venv/bin/python")
    lint = {line.strip() for line in recipe.splitlines() if not line.startswith("\t@")}

    assert "local" == repo["repo"]
    assert {"system"} == {hook["language"] for hook in repo["hooks"]}
    assert len(lint) > 3
    assert lint | {".venv/bin/python -m pytest -q tests/guards", ".venv/bin/lantern faq check --quick"} == {
        hook["entry"] for hook in repo["hooks"]
    }


def test_github_runs_the_script_that_runs_everywhere_on_each_supported_python():
    (job,) = loaded(GITHUB / "workflows" / "ci.yml")["jobs"].values()
    oldest, newest = PROJECT["requires-python"].removeprefix(">="), "3.14"
    minors = range(int(oldest.split(".")[1]), int(newest.split(".")[1]) + 1)

    assert [f"3.{minor}" for minor in minors] == job["strategy"]["matrix"]["python"]
    assert [".ci/run"] == [step["run"] for step in job["steps"] if "run" in step]


def test_every_action_is_pinned_to_a_commit_with_its_version_beside_it():
    """A tag can be moved to other code, a commit cannot."""
    uses = [
        line.split("uses:")[1].strip()
        for path in (GITHUB / "workflows").glob("*.yml")
        for line in path.read_text(encoding="utf-8").splitlines()
        if "uses:" in line
    ]

    assert uses
    assert [] == [use for use in uses if not re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", use)]


def test_the_changelog_begins_with_this_version_and_lantern_says_it():
    newest = re.search(r"^## \[(.+?)\]", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)

    assert PROJECT["version"] == newest[1]
    assert version_line().startswith(f"lantern {PROJECT['version']} (Python ")


def test_the_invitation_asks_for_the_permissions_that_the_page_explains():
    run = next(page for page in pages() if page.name == "docs/run.md").path.read_text(encoding="utf-8")
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    explained = re.findall(r"^\| [\w ]+ \((\d+)\) \|", run, re.MULTILINE)

    assert INVITED_WITH.value == sum(map(int, explained))
    assert [str(INVITED_WITH.value)] == re.findall(r"permissions=(\d+)", readme)
