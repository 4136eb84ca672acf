"""`lantern faq`: looking after the FAQ pack in data/faq."""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from bot import app
from bot.content.lint import Advice, lint, lint_links
from bot.content.packs import load_tone
from bot.core.errors import Exit
from bot.core.links import LinkState
from bot.evaluation.collisions import collisions, never_first
from bot.search.fusion import learn_weights
from bot.search.index import build_index, texts_to_embed
from bot.search.left_out import left_out
from bot.search.vectors import vectors_of
from bot.session import begin
from bot.storage.database import Database
from bot.storage.search import SearchStore
from bot.terminal import show_advice, steps

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.core.links import LinkReport
    from bot.core.models import Entry, Pack
    from bot.settings import Settings
    from bot.web.links import LinkChecker

JUDGEMENT = frozenset({"collision", "never first"})
"""Rules that only point at places to look: two entries may rightly be near."""


@click.group()
def faq() -> None:
    """Look after the FAQ pack in data/faq, and after what a server made of it."""


@faq.command()
@click.option("--quick", is_flag=True, help="Leave out what needs the model: wordings that mislead the search.")
@click.option("--all", "show_all", is_flag=True, help="List every place, not the first ten of each kind.")
@click.option("--json", "as_json", is_flag=True, help="Write one line of JSON for each place.")
def check(*, quick: bool, show_all: bool, as_json: bool) -> None:
    """Check every FAQ entry and every sentence in prompts/; tells all problems at once.

    \b
    Faults end with 65: a file that cannot be used. Problems end with 1: long or hard answers, tone, few voices, links
    of a wrong form, orphan topics, two entries with the same wording. Places to look end with 0: phrasings nearer to
    another entry than to their own, entries that none of their own phrasings finds.
    """
    settings = begin()
    content = app.load_content(settings)
    advice = list(lint(content.pack, load_tone(settings.data)))
    if not quick:
        advice += asyncio.run(_misleading(settings, content.pack))
    problems = [each for each in advice if each.rule not in JUDGEMENT]
    if as_json:
        for each in advice:
            click.echo(json.dumps({**asdict(each), "is_problem": each.rule not in JUDGEMENT}, ensure_ascii=False))
    else:
        show_advice(advice, None if show_all else 10)
        topics, entries = len(content.pack.topics), len(content.pack.entries)
        wordings = sum(len(entry.texts) for entry in content.pack.entries)
        verdict = "All good" if not problems else f"{len(problems)} problems"
        click.echo(
            f"{verdict}: {entries} entries with {wordings} wordings in {topics} topics; every sentence is there."
        )
    sys.exit(Exit.PROBLEMS if problems else Exit.OK)


@faq.command()
@click.option("--fetch", is_flag=True, help="Ask whether each page is still there, and tell what should be looked at.")
@click.option("--json", "as_json", is_flag=True, help="With --fetch: write one line of JSON for each link.")
def links(*, fetch: bool, as_json: bool) -> None:
    """List every source link once, for a person to click, and tell those of a wrong form. Fetches nothing by itself.

    \b
    With --fetch it ends with 1 if a page is gone. Pages that moved, were not asked, or gave no clear answer end with 0.
    """
    if as_json and not fetch:
        raise click.UsageError("--json tells what --fetch found: give both.")
    entries = app.load_content(begin()).pack.entries
    if fetch:
        from bot.web.links import LinkChecker  # noqa: PLC0415 - the network is used by this command only

        sys.exit(asyncio.run(_fetch(entries, LinkChecker(), as_json=as_json)))
    for line in _link_lines(entries):
        click.echo(line)
    wrong = [advice for entry in entries for advice in lint_links(entry)]
    show_advice(wrong, None)
    sys.exit(Exit.PROBLEMS if wrong else Exit.OK)


async def _fetch(entries: Sequence[Entry], checker: LinkChecker, *, as_json: bool) -> Exit:
    held = {link: ids for link, (_, ids) in _pages(entries).items()}
    reports: list[LinkReport] = []
    with steps() as progress:
        async for report in checker.check(held):
            reports.append(report)
            progress("Asking", len(reports), len(held))
    reports.sort(key=lambda report: (report.state, report.link))
    if as_json:
        for report in reports:
            click.echo(json.dumps({**asdict(report), "entries": held[report.link]}, ensure_ascii=False))
    else:
        for line in _report_lines(reports, held):
            click.echo(line)
    return Exit.PROBLEMS if any(report.state is LinkState.GONE for report in reports) else Exit.OK


def _report_lines(reports: Sequence[LinkReport], held: Mapping[str, Sequence[str]]) -> list[str]:
    """Return what to look at as a Markdown list, state by state, each with the entries that rest on it."""
    rows = []
    for report in reports:
        if report.state is not LinkState.OK:
            why = report.detail if report.moved_to is None else f"now {report.moved_to}"
            rows.append(f"- [ ] {report.state}: {report.link} ({why}): {', '.join(held[report.link])}")
    return [f"# {len(rows)} of {len(reports)} links to look at", *([""] if rows else []), *rows]


def _link_lines(entries: Sequence[Entry]) -> list[str]:
    """Return a Markdown list of links, by address, each with the entries that rest on it."""
    rows = [f"- [ ] [{title}]({link}): {', '.join(ids)}" for link, (title, ids) in _pages(entries).items()]
    return [f"# {len(rows)} links to click", "", *rows]


def _pages(entries: Sequence[Entry]) -> dict[str, tuple[str, list[str]]]:
    """Return by link, in the order of the links, a page's title and the ids of the entries that rest on it."""
    pages: dict[str, tuple[str, list[str]]] = {}
    for entry in entries:
        for source in entry.sources:
            if source.link is not None:
                pages.setdefault(source.link, (source.title, []))[1].append(entry.id)
    return dict(sorted(pages.items()))


async def _misleading(settings: Settings, pack: Pack) -> list[Advice]:
    embedder = await asyncio.to_thread(app.model_opener(settings))
    database = await Database.open(settings.state / "eval.db")
    try:
        with steps() as progress:
            texts = texts_to_embed(pack.entries)
            vectors = await vectors_of(
                texts, embedder, SearchStore(database), None, lambda *count: progress("Embedding", *count)
            )
    finally:
        await database.close()
    index = build_index(pack.entries, vectors)
    return [*collisions(index), *never_first(index, learn_weights(left_out(index)))]
