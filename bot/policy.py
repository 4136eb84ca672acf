"""`lantern privacy`: the privacy policy, made from what is stored and for how long."""

from __future__ import annotations

from pathlib import Path

import click

from bot.session import begin
from bot.storage.holdings.policy import privacy_text

FILE = Path("PRIVACY.md")


@click.command()
@click.option("--write", "writes", is_flag=True, help=f"Write it to {FILE} in this folder, instead of showing it.")
def privacy(*, writes: bool) -> None:
    """Show the privacy policy of this bot: every table and column, why, for how long, who sees it.

    It is made from the program and from your settings (LANTERN_CONTACT, LANTERN_PRIVACY_URL, LANTERN_KEEP_...).
    """
    settings = begin()
    text = privacy_text(settings.retention, settings.operator)
    if writes:
        FILE.write_text(text, encoding="utf-8")
        click.echo(f"{FILE} is written.")
    else:
        click.echo(text, nl=False)
