"""What the terminal shows: answers as a person likes to read them, progress, errors, findings."""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.markdown import Markdown
from rich.panel import Panel
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from bot.core.models import Kind
from bot.faq.differences import between
from bot.views.pages import checked_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import date, datetime

    from bot.content.lint import Advice
    from bot.core.models import Entry, Reply, Topic, TopicId
    from bot.core.texts import Texts
    from bot.doctor.findings import Finding
    from bot.faq.differences import Difference
    from bot.faq.importing import Plan
    from bot.storage.backup import Backup

DIFF_STYLES = {"+": "green", "-": "red", "@": "dim"}
TITLES = {
    "settings": "Settings",
    "answers": "What answers",
    "stored": "What is stored",
    "machine": "This machine",
    "discord": "Discord",
    "servers": "Servers",
}
"""What `lantern doctor` shows above the findings of each area, which are sorted by it."""
LEVEL_STYLES = {"ok": "green", "warning": "yellow", "wrong": "bold red", "not asked": "dim"}
SUBJECT_WIDTH = 18
"""Columns of what a finding is about, so that the tables of most areas stand in line."""
WIDTH = 88
"""Columns of an answer: longer lines are hard to read."""


@contextmanager
def steps(first: str | None = None) -> Iterator[Callable[[str, int, int], None]]:
    """Show on stderr what is being done; yield what to call with (what, done, of), 0 for an unknown number.

    `first`: what is done before anything is known of how long it takes.
    """
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    # Where nobody looks, there is nothing to show, and not even an empty line between those of the log.
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        tasks: dict[str, TaskID] = {}
        if first is not None:
            tasks[first] = progress.add_task(first, total=None)

        def report(what: str, done: int, of: int) -> None:
            if what not in tasks:
                tasks[what] = progress.add_task(what, total=of or None)
            progress.update(tasks[what], completed=done, total=of or None)

        yield report


def show_markdown(text: str) -> None:
    """Print Markdown: drawn in a terminal, as it is into a file or a pipe."""
    console = _console()
    if console.is_terminal:
        console.print(Markdown(text))
    else:
        click.echo(text)


def show_advice(advice: Sequence[Advice], most: int | None) -> None:
    """Print what should be looked at, rule by rule; `most` places of each, or all."""
    console = _console()
    for rule in dict.fromkeys(each.rule for each in advice):
        held = [each for each in advice if each.rule == rule]
        console.print(Text(f"{rule}: {len(held)}", "bold"))
        for each in held[:most]:
            console.print(f"  {each.entry}: {each.text}", soft_wrap=True)
        if most is not None and len(held) > most:
            console.print(f"  ... and {len(held) - most} more", style="dim")


def show_plan(planned: Plan, topics: Mapping[TopicId, Topic]) -> None:
    """Print what an import would do: a row for each entry, then how those that change differ."""
    table = Table(show_header=False, box=None, padding=(0, 1))
    for row, style in _plan_rows(planned):
        table.add_row(*map(Text, row), style=style)
    if table.rows:
        _console().print(table)
    for before, after in planned.changed:
        click.echo(f"{after.id}:")
        show_differences(between(before, after, topics))


def _plan_rows(planned: Plan) -> Iterator[tuple[tuple[str, str, str], str]]:
    """Yield what would be done, to which entry, and its question; each row with its colour."""
    for clash in planned.clashes:
        yield ("left out", clash.entry.id, f"{clash.wording!r} is a wording of {clash.owner.id}"), "yellow"
    for topic in planned.kept_titles:
        yield ("title stays", topic.id, topic.title), "yellow"
    for entry in planned.removed:
        yield ("remove", entry.id, entry.question), "red"
    for _, entry in planned.changed:
        yield ("change", entry.id, entry.question), "cyan"
    for entry in planned.added:
        yield ("add", entry.id, entry.question), "green"
    for topic in planned.topics:
        yield ("new topic", topic.id, topic.title), "green"


def show_differences(found: Sequence[Difference]) -> None:
    """Print how two states of an entry differ, indented."""
    console = _console()
    for each in found:
        for line in (f"@@ {each.field} @@", *each.lines):
            console.print(Text(f"    {line}", DIFF_STYLES.get(line[:1], "")), soft_wrap=True)


def show_backups(found: Sequence[Backup], now: datetime) -> None:
    """Print backups: a line for each, with its age and size."""
    for each in found:
        age = now - each.at
        told = f"{age.days} days" if age.days > 1 else f"{age.total_seconds() / 3600:.0f} hours"
        click.echo(f"{each.path.name}  {told} old, {each.size / 10**6:.1f} MB")


def show_outlook(before: Mapping[str, int] | None, after: Mapping[str, int], deleted: int) -> None:
    """Print which tables a restore would change in number; rows that only differ are not counted."""
    if before is None:
        click.echo("There is no database now, or none that can be read.")
    table = Table("table", "rows now", "rows then", box=None, padding=(0, 1))
    known = before or {}
    for name in sorted((known.keys() | after.keys()) - {"facts"}):  # the bot's own, which a restore adds to
        if known.get(name) != after.get(name):
            table.add_row(name, str(known.get(name, "-")), str(after.get(name, "-")))
    if table.rows:
        _console().print(table)
    else:
        click.echo("Every table has as many rows as now.")
    if deleted:
        click.echo(f"{deleted} deletions that came after the backup are done again in it.")


def show_error(message: str) -> None:
    """Print an error to stderr."""
    _console(stderr=True).print(Text.assemble(("lantern:", "bold red"), " ", message), soft_wrap=True)


def show_reply(reply: Reply, texts: Texts, today: date) -> None:
    """Print what a member would be told."""
    console = _console()
    console.width = min(console.width, WIDTH)
    if reply.help_first:
        lines = texts("care.anywhere")
        console.print(Panel(Markdown(texts("care.ask", lines=lines, kept=texts("care.not_kept")))))
    match reply.decision.kind:
        case Kind.ANSWER if reply.entry is not None:
            _show_entry(console, reply.entry, texts, today)
        case Kind.CHOICES:
            console.print(texts("terminal.choices"))
            for number, entry in enumerate(reply.choices, start=1):
                console.print(f"  {number}. {entry.question}")
        case _:
            console.print(Markdown(texts("terminal.unknown")))
            for topic in reply.topics:
                console.print(f"  - {topic.title}")
    console.print(texts("terminal.probability", percent=round(100 * reply.decision.probability)), style="dim")


def _show_entry(console: Console, entry: Entry, texts: Texts, today: date) -> None:
    console.print(Panel(Markdown(entry.answer), title=Text(entry.question), title_align="left", padding=(1, 2)))
    for source in entry.sources:
        if source.is_experience:
            line = texts("answer.experience", experience=source.title)
        else:
            line = texts("answer.source", title=source.title, trust=source.trust) + f"\n  {source.link}"
        console.print(line)
    console.print(checked_line(entry, texts, today).removeprefix("-# "), style="dim")


def show_findings(findings: Sequence[Finding]) -> None:
    """Print what `lantern doctor` found: a table for each area, then how many are not fine."""
    console = _console()
    for area in dict.fromkeys(finding.area for finding in findings):
        table = Table(show_header=False, box=None, padding=(0, 1))
        table.add_column(width=max(map(len, LEVEL_STYLES)))
        table.add_column(min_width=SUBJECT_WIDTH)
        table.add_column(overflow="fold")  # an address in it is to be copied whole
        for finding in (each for each in findings if each.area is area):
            told = f"{finding.text} {finding.mend}".strip()
            table.add_row(Text(finding.level, LEVEL_STYLES[finding.level]), Text(finding.subject), Text(told))
        console.print(Text(TITLES[area], "bold"), table)
    counted = Counter(str(finding.level) for finding in findings)
    text = f"{counted['wrong']} wrong, {counted['warning']} to know, {counted['ok']} ok"
    console.print(Text(text, LEVEL_STYLES["wrong" if counted["wrong"] else "ok"]))


def _console(*, stderr: bool = False) -> Console:
    """Return a console that prints texts as they are: [brackets], :colons: and figures mean nothing in them."""
    return Console(stderr=stderr, markup=False, emoji=False, highlight=False)


def show_pairs(result: Mapping[str, Any]) -> None:
    """Print a round of pairs as `lantern pair --json` has it: a row for each, who has none and why, and the bound."""
    console = _console()
    table = Table(box=None, padding=(0, 1))
    for heading in ("", "", "kind", "fit", "because"):
        table.add_column(heading)
    for each in result["pairs"]:
        because = " ".join(each["because"])
        table.add_row(*map(Text, (each["a"], each["b"], each["kind"], f"{each['fit']:.2f}", because)))
    if result["pairs"]:
        console.print(table)
    for each in result["unmatched"]:
        console.print(Text(f"{each['id']}: {each['reason']}", "yellow"), soft_wrap=True)
    pairs = f"{len(result['pairs'])} pair{'s' if len(result['pairs']) != 1 else ''}"
    summary = (
        f"{result['matched']} people in {pairs}, at most {result['upper_bound']} possible "
        f"(gap {100 * result['gap']:.2f} %); {result['solver']}, {result['seconds']:.2f} s"
    )
    console.print(Text(summary, "bold"), soft_wrap=True)
