"""What people wrote reaches the terminal letter for letter, and no failure reaches it as anything but a sentence."""

from __future__ import annotations

import click
import pytest
from click.testing import CliRunner

from bot.cli import Group
from bot.content.lint import Advice
from bot.core.errors import Exit, LanternError, StorageError, UnavailableError
from bot.core.models import Decision, Kind, Reply, Source
from bot.doctor.findings import Area, Finding, Level
from bot.terminal import show_advice, show_error, show_findings, show_markdown, show_reply, steps
from support.packs import entry, topic, write_pack
from support.parts import make_entry
from support.terminal import lantern, told

ODD = r"[bold]x[/bold] :smile: \[a] [/] C:\[b]"
"""What would be markup to rich, and is not to people."""


def test_a_question_and_its_sources_are_shown_as_they_were_written(capsys, texts):
    source = Source(ODD, "https://example.org/[a]", "trusted [by] many")
    shown = make_entry(question=f"What is {ODD}?", sources=(source, Source(f"From {ODD}")))
    reply = Reply(Decision(Kind.ANSWER, shown.id, 1.0, ()), "q", entry=shown)
    show_reply(reply, texts, shown.reviewed_on)
    output = capsys.readouterr().out

    assert output.count(ODD) == 3
    assert "https://example.org/[a]" in output
    assert "trusted [by] many" in output


def test_choices_are_shown_as_they_were_written(capsys, texts):
    choices = (make_entry("a", f"What is {ODD}?"), make_entry("b", "Second?"))
    show_reply(Reply(Decision(Kind.CHOICES, None, 0.4, ()), "q", choices=choices), texts, choices[0].reviewed_on)
    output = capsys.readouterr().out

    assert f"  1. What is {ODD}?" in output
    assert "  2. Second?" in output


def test_errors_and_findings_are_shown_as_they_are(capsys):
    show_error(ODD)
    show_findings([Finding(Area.MACHINE, ODD, Level.WRONG, "short"), Finding(Area.STORED, "short", Level.OK, "", ODD)])
    shown = capsys.readouterr()

    assert f"lantern: {ODD}\n" == shown.err
    assert 2 == shown.out.count(ODD)


def test_nothing_of_a_finding_is_cut_off_in_a_narrow_terminal(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "50")
    link = f"https://example.org/{'x' * 200}"
    show_findings([Finding(Area.DISCORD, "servers", Level.WARNING, "Invite it:", link)])

    assert link in "".join(capsys.readouterr().out.split())


def test_advice_is_shown_as_it_was_written_rule_by_rule(capsys):
    advice = [Advice("tone", "a", ODD), Advice(ODD, "b", "short"), Advice("tone", "[c]", "x" * 300)]
    show_advice(advice, None)

    assert ["tone: 2", f"  a: {ODD}", f"  [c]: {'x' * 300}", f"{ODD}: 1", "  b: short"] == (
        capsys.readouterr().out.splitlines()
    )


@pytest.mark.parametrize(("most", "shown", "more"), [(2, 2, ["  ... and 1 more"]), (3, 3, []), (None, 3, [])])
def test_of_many_places_the_first_are_shown_and_the_others_counted(capsys, most, shown, more):
    show_advice([Advice("tone", name, "x") for name in "abc"], most)
    _, *lines = capsys.readouterr().out.splitlines()

    assert [f"  {name}: x" for name in "abc"[:shown]] + more == lines


def test_without_advice_nothing_is_shown(capsys):
    show_advice([], None)

    assert ("", "") == capsys.readouterr()


MARKDOWN = "## A set\n\n| a | b |\n| --- | --- |\n| 1 | [x] |\n"


def test_markdown_goes_into_a_pipe_as_it_is(capsys):
    show_markdown(MARKDOWN)

    assert f"{MARKDOWN}\n" == capsys.readouterr().out


def test_markdown_is_drawn_in_a_terminal(capsys, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    show_markdown(MARKDOWN)
    output = capsys.readouterr().out

    assert "A set" in output
    assert "[x]" in output
    assert "##" not in output
    assert "---" not in output


def test_each_step_has_a_bar_of_its_own_on_stderr(capsys, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    with steps() as report:
        report("Embedding", 1, 2)
        report("Calibrating", 0, 0)
        report("Embedding", 2, 2)
    shown = capsys.readouterr()

    assert "" == shown.out
    assert "Embedding" in shown.err
    assert "Calibrating" in shown.err


def test_steps_leave_nothing_in_a_file(capsys):
    with steps() as report:
        report("Embedding", 1, 2)

    assert ("", "") == tuple(map(str.strip, capsys.readouterr()))


def test_a_path_that_looks_like_markup_stays_a_path(tmp_path):
    data = write_pack(tmp_path / "[bold] :smile:", first=topic("first", entry("alpha", ("365", "1"))))
    result = lantern(tmp_path, "faq", "check", "--quick", data=data)

    assert f"{data}/faq/first.yaml:16: alpha.review_after_days" in result.stderr


def test_a_terminal_that_lacks_letters_gets_question_marks(tmp_path):
    result = lantern(tmp_path, "faq", "check", "--quick", prompts=tmp_path / "día", PYTHONIOENCODING="ascii")

    assert Exit.CONFIGURATION == result.returncode
    assert "d?a/en.yaml" in told(result)


def group_that_raises(error: BaseException) -> click.Group:
    """Return Lantern's kind of command group with one command, which fails."""

    def fail() -> None:
        raise error

    return Group("lantern", commands=[click.Command("fail", callback=fail)])


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (LanternError("A sentence."), Exit.BUG),
        (StorageError("A sentence."), Exit.STORAGE),
        (UnavailableError("A sentence."), Exit.UNAVAILABLE),
    ],
)
def test_an_error_of_ours_is_its_sentence_and_its_code(error, code):
    result = CliRunner().invoke(group_that_raises(error), ["fail"])

    assert (code, "", "lantern: A sentence.\n") == (result.exit_code, result.stdout, result.stderr)


def test_ctrl_c_is_no_error():
    result = CliRunner().invoke(group_that_raises(KeyboardInterrupt()), ["fail"])

    assert (Exit.STOPPED, "") == (result.exit_code, result.output)


def test_a_fault_of_ours_shows_where_it_happened_and_is_not_taken_for_a_failed_check():
    result = CliRunner().invoke(group_that_raises(ZeroDivisionError("by nought")), ["fail"])

    assert Exit.BUG == result.exit_code
    assert "ZeroDivisionError: by nought" in result.stderr
    assert result.stderr.endswith("This is a fault in Lantern. Please report it with the lines above.\n")


def test_what_click_has_to_say_it_says_itself():
    result = CliRunner().invoke(group_that_raises(click.UsageError("Typed wrongly.")), ["fail"])

    assert Exit.USAGE == result.exit_code
    assert "Error: Typed wrongly." in result.stderr
