"""The console script `lantern`: the terminal's edge."""

from __future__ import annotations

import asyncio
import functools
import io
import json
import logging
import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bot.backups import backup, backups, restore
from bot.content.json_lines import rows_of
from bot.core.errors import ConfigurationError, Exit, LanternError, QuestionError, UsageError
from bot.core.models import NO_GUILD, Decision, Kind, Reply
from bot.curation import faq
from bot.doctor.examination import examine
from bot.doctor.findings import Level
from bot.health import health
from bot.keychain import key
from bot.memory import settle
from bot.modelling import model
from bot.planning import pair
from bot.policy import privacy
from bot.quality import calibrate, eval_
from bot.servers import COMMANDS
from bot.session import begin, with_lantern
from bot.settings import example, load_settings
from bot.storage.lock import alone
from bot.succession import predecessor, succession
from bot.terminal import show_error, show_findings, show_reply, steps
from bot.version import version_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bot.app import Lantern

EXIT_CODES = """
\b
Exit codes:
  0   all went well
  1   a check found problems
  2   the command was typed wrongly
  65  a file is wrong: the FAQ, the prompts, a batch file
  69  something needed cannot be reached now; try again later
  70  a fault in Lantern
  74  the database cannot be read or written
  78  a setting is wrong; mend it before starting again
  130 stopped with Ctrl-C
"""


class Group(click.Group):
    """A group that turns every error into one sentence and its exit code."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that was typed."""
        try:
            return super().invoke(ctx)
        except LanternError as error:
            show_error(str(error))
            sys.exit(error.exit_code)
        except KeyboardInterrupt:
            sys.exit(Exit.STOPPED)
        except (click.ClickException, click.Abort, click.exceptions.Exit, BrokenPipeError):
            raise
        except Exception:  # noqa: BLE001 - the last place that can turn it into a sentence and an exit code
            traceback.print_exc()
            show_error("This is a fault in Lantern. Please report it with the lines above.")
            sys.exit(Exit.BUG)


def _show_version(ctx: click.Context, _option: click.Parameter, is_asked: bool) -> None:
    if is_asked:
        click.echo(version_line())
        ctx.exit()


@click.group(cls=Group, epilog=EXIT_CODES, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_show_version,
    help="Tell which Lantern this is, in one line for reports.",
)
def main() -> None:
    """Lantern answers questions of people who try to become researchers, from a curated FAQ.

    Try it: lantern ask "how do I get into a PhD without publications"

    Every setting is an environment variable (or a line in a file named .env); `lantern doctor` lists them.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that lacks a letter shows a question mark


@main.command()
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


@main.command()
@click.option("--sync", "force_sync", is_flag=True, help="Tell Discord the commands even if they did not change.")
def run(*, force_sync: bool) -> None:
    """Run the bot on Discord until Ctrl-C or SIGTERM; needs LANTERN_DISCORD_TOKEN."""
    settings = begin()
    if settings.discord_token is None:
        raise ConfigurationError(
            "LANTERN_DISCORD_TOKEN is not set. Create a bot in the Discord developer portal and put its token there "
            "(README, 'On a real server'). To try Lantern without Discord: lantern demo"
        )
    token = settings.discord_token.get_secret_value()
    from bot.watching import meter_for, watched  # noqa: PLC0415 - only a bot that runs is watched

    async def work(lantern: Lantern) -> None:
        from bot.cogs.client import LanternClient  # noqa: PLC0415 - discord is loaded only where it is used
        from bot.cogs.gateway import stay_connected, stop_on_signals  # noqa: PLC0415
        from bot.web.links import LinkChecker  # noqa: PLC0415

        settle()

        def new_client() -> LanternClient:
            return LanternClient(lantern, force_sync=force_sync, checker=LinkChecker())

        with stop_on_signals() as stop:
            async with watched(lantern, settings), succession(lantern, settings, before):
                await stay_connected(new_client, token, stop)

    with alone(settings.database):
        before, meter = predecessor(settings), meter_for(settings)
        asyncio.run(with_lantern(settings, work, notes=settings.database, meter=meter, model=before))


@main.command()
@click.option("--port", default=8801, show_default=True, help="Where the lobby page listens; its Discord on the next.")
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="Who may open it: this machine alone. 0.0.0.0 only inside a container, as in deploy/compose.yaml.",
)
@click.option("--browser/--no-browser", default=True, help="Open a browser where there is one.")
def demo(port: int, host: str, *, browser: bool) -> None:
    """Try everything in a simulated Discord, in the browser; nothing leaves this machine."""
    settings = begin()
    logging.getLogger("discord").setLevel(logging.ERROR)  # importing SimCord makes a bare client, which warns
    try:
        from bot.demo.serve import serve  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise ConfigurationError(
            f"The demo's parts are not installed ({error}). Run `make demo`, or `pip install 'lantern-bot[demo]'`."
        ) from error
    # The simulated server is another one each time, so nothing that happens there is worth keeping.
    asyncio.run(with_lantern(settings, functools.partial(serve, host, port, browser), notes=None))


@main.command()
@click.option("--json", "as_json", is_flag=True, help="Write JSON instead of a table.")
@click.option("--offline", is_flag=True, help="Ask Discord nothing.")
@click.option("--settings", "as_settings", is_flag=True, help="Only write a file for .env that explains every setting.")
def doctor(*, as_json: bool, offline: bool, as_settings: bool) -> None:
    """Tell what is set, what is missing, and what to do; ends with 1 if something is wrong. Changes nothing.

    It looks at the settings, the model, the FAQ, the database, the keys and this machine, and asks Discord about the
    token, the intents, the commands, and on each server about the channels and roles of /setup. A bot that runs is not
    disturbed.

    \b
    JSON has, for each finding: area, subject, level (ok, warning, wrong, not asked), text, mend (what to do).
    """
    if as_settings:
        click.echo(example(), nl=False)
        return
    logging.getLogger("discord").setLevel(logging.ERROR)  # what it has to say is among the findings
    settings = load_settings()
    with steps() as tell:
        findings = asyncio.run(examine(settings, tell, offline=offline))
    if as_json:
        click.echo(json.dumps([finding.as_row() for finding in findings]))
    else:
        show_findings(findings)
    sys.exit(Exit.PROBLEMS if any(finding.level is Level.WRONG for finding in findings) else Exit.OK)


for command in COMMANDS:
    faq.add_command(command)
main.add_command(faq)
main.add_command(eval_)
main.add_command(calibrate)
main.add_command(pair)
main.add_command(health)
main.add_command(backup)
main.add_command(backups)
main.add_command(restore)
main.add_command(key)
main.add_command(model)
main.add_command(privacy)


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
