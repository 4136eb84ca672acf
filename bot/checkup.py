"""`lantern doctor`: everything that is looked at, in one table."""

from __future__ import annotations

import asyncio
import json
import logging
import sys

import click

from bot.core.errors import Exit
from bot.doctor.examination import examine
from bot.doctor.findings import Level
from bot.settings import example, load_settings
from bot.terminal import show_findings, steps


@click.command()
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
