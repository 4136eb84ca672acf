"""`lantern ask`: a question, or a batch of them, as members would be told."""

from __future__ import annotations

import asyncio
import functools
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bot.content.json_lines import rows_of
from bot.core.errors import QuestionError, UsageError
from bot.core.models import NO_GUILD, Decision, Kind, Reply
from bot.session import begin, with_lantern
from bot.terminal import show_reply

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bot.app import Lantern


@click.command()
@click.argument("question", required=False)
@click.option("--json", "as_json", is_flag=True, help="Write one line of JSON instead of text.")
@click.option(
    "--batch",
    type=click.Path(path_type=Path),
    help='Answer every line of a JSON Lines file, each {"q": "..."}; writes one JSON line each, in order.',
)
def ask(question: str | None, batch: Path | None, *, as_json: bool) -> None:
    """Ask one QUESTION (or a batch) and see what members would be told.

    \b
    JSON lines have: q, decision (answer, choices, unknown or help), entry, probability,
    candidates ([{id, question, score}], nearest first).
    """
    if (question is None) == (batch is None):
        raise click.UsageError('Give either a question in quotes, or --batch FILE. Example: lantern ask "..."')
    settings = begin()
    if batch is not None:
        work = functools.partial(_ask_batch, list(_read_batch(batch)))
    else:
        work = functools.partial(_ask_one, question or "", as_json=as_json)
    asyncio.run(with_lantern(settings, work, notes=None))


async def _ask_one(question: str, lantern: Lantern, *, as_json: bool) -> None:
    try:
        reply = await lantern.asking.ask(NO_GUILD, question)
    except QuestionError as error:
        raise UsageError(lantern.texts(error.text_key)) from error
    if as_json:
        click.echo(json.dumps(await _as_row(question, reply, lantern)))
    else:
        show_reply(reply, lantern.texts, datetime.now(UTC).date())


async def _ask_batch(questions: Sequence[str], lantern: Lantern) -> None:
    for question in questions:
        try:
            reply = await lantern.asking.ask(NO_GUILD, question)
        except QuestionError:
            reply = Reply(Decision(Kind.UNKNOWN, None, 0.0, ()), question)
        click.echo(json.dumps(await _as_row(question, reply, lantern)))


async def _as_row(question: str, reply: Reply, lantern: Lantern) -> dict[str, Any]:
    decision = reply.decision
    candidates = [
        {"id": hit.entry_id, "question": await lantern.asking.wording_of(NO_GUILD, hit.entry_id), "score": hit.score}
        for hit in decision.candidates
    ]
    return {
        "q": question,
        "decision": Kind.HELP if reply.help_first else decision.kind,
        "entry": decision.entry,
        "probability": decision.probability,
        "candidates": candidates,
    }


def _read_batch(path: Path) -> Iterator[str]:
    """Yield the questions of a JSON Lines file; raises UsageError naming the line that is wrong."""
    for number, row in rows_of(path):
        if "q" not in row:
            raise UsageError(f'{path}:{number}: is not like {{"q": "a question"}}. Correct that line.')
        if not isinstance(row["q"], str):
            raise UsageError(f"{path}:{number}: q is {row['q']!r}, but must be text in quotes.")
        yield row["q"]
