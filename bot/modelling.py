"""`lantern model export` and `status`: the model as it serves."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from functools import partial
from pathlib import Path

import click

from bot.core.errors import Exit
from bot.search.models import look_at_model, run_export
from bot.session import begin
from bot.terminal import steps


@click.group()
def model() -> None:
    """Look after the model that compares questions.

    Any sentence-transformers model can be set with LANTERN_MODEL. It is exported once, by itself at the first start;
    the export gives the same vectors three times as fast, in a third of the memory, and needs no torch.
    """


@model.command()
@click.option("--to", "folder", type=click.Path(path_type=Path), help="Where to; else where the bot looks for it.")
@click.option("--json", "as_json", is_flag=True, help="Write JSON instead of text.")
def export(folder: Path | None, *, as_json: bool) -> None:
    """Export the model anew, and show that the export gives the model's own vectors.

    \b
    JSON has: folder.
    """
    settings = begin()
    with steps("Loading the model") as progress:
        made = run_export(settings.model, folder or settings.export_folder, partial(progress, "Exporting the model"))
    click.echo(json.dumps({"folder": str(made)}) if as_json else f"{settings.model} is in {made}")


@model.command()
@click.option("--json", "as_json", is_flag=True, help="Write JSON instead of text.")
def status(*, as_json: bool) -> None:
    """Tell whether the model's export is there and undamaged, and what to do if not; ends with 1 if not.

    \b
    JSON has: is_fine, text, folder (null where there is none).
    """
    settings = begin()
    found = look_at_model(settings.model, settings.export_folder)
    click.echo(json.dumps(asdict(found)) if as_json else found.text)
    sys.exit(Exit.OK if found.is_fine else Exit.PROBLEMS)
