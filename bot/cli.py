"""The console script `lantern`: the terminal's edge."""

from __future__ import annotations

import io
import sys
import traceback
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import click

from bot.core.errors import Exit, LanternError

if TYPE_CHECKING:
    from collections.abc import Mapping

COMMANDS = {
    "ask": "bot.ask:ask",
    "backup": "bot.backups:backup",
    "backups": "bot.backups:backups",
    "calibrate": "bot.quality:calibrate",
    "demo": "bot.running:demo",
    "doctor": "bot.checkup:doctor",
    "eval": "bot.quality:eval_",
    "faq": "bot.faq_commands:faq",
    "health": "bot.health:health",
    "key": "bot.keychain:key",
    "model": "bot.modelling:model",
    "pair": "bot.planning:pair",
    "privacy": "bot.policy:privacy",
    "restore": "bot.backups:restore",
    "run": "bot.running:run",
}
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
    """Commands that are loaded when they are asked for; every error becomes one sentence and its exit code.

    `lantern health`, which a container runs every half minute, must not wait for what `lantern ask` needs.
    """

    def __init__(self, *arguments: Any, elsewhere: Mapping[str, str] = MappingProxyType({}), **options: Any) -> None:
        """`elsewhere`: where each command is, module:name."""
        super().__init__(*arguments, **options)
        self._elsewhere = elsewhere

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands."""
        return sorted({*super().list_commands(ctx), *self._elsewhere})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command, loaded now; None for a name that is none."""
        if cmd_name not in self._elsewhere:
            return super().get_command(ctx, cmd_name)
        module, _, name = self._elsewhere[cmd_name].partition(":")
        command: click.Command = getattr(import_module(module), name)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that was typed."""
        try:
            return super().invoke(ctx)
        except LanternError as error:
            _show(str(error))
            sys.exit(error.exit_code)
        except KeyboardInterrupt:
            sys.exit(Exit.STOPPED)
        except (click.ClickException, click.Abort, click.exceptions.Exit, BrokenPipeError):
            raise
        except Exception:  # noqa: BLE001 - the last place that can turn it into a sentence and an exit code
            traceback.print_exc()
            _show("This is a fault in Lantern. Please report it with the lines above.")
            sys.exit(Exit.BUG)
        finally:
            _forget_lines_that_cannot_be_written()


def _forget_lines_that_cannot_be_written() -> None:
    """Let a log on a full disk not decide how the process ends: Python would try once more, and end with 120.

    Without a stream, as a process may be started, it does not.
    """
    try:
        sys.stderr.flush()
    except OSError:
        sys.stderr = None


def _show(error: str) -> None:
    from bot.terminal import show_error  # noqa: PLC0415 - rich, and only where something is wrong

    show_error(error)


def _show_version(ctx: click.Context, _option: click.Parameter, is_asked: bool) -> None:
    if is_asked:
        from bot.version import version_line  # noqa: PLC0415 - it looks at what is installed

        click.echo(version_line())
        ctx.exit()


@click.group(cls=Group, elsewhere=COMMANDS, epilog=EXIT_CODES, context_settings={"help_option_names": ["-h", "--help"]})
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
