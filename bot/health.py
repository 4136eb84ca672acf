"""`lantern health`: asks the running bot whether it is alive. `python -m bot.health` is the same, and loads less.

A container asks every half minute, so this begins in a part of the time that the bot's own commands take.
"""

from __future__ import annotations

import http.client
import json
import sys
from typing import Any

import click

from bot.core.errors import Exit, LanternError
from bot.settings import load_settings

PATIENCE_SECONDS = 5.0
"""An event loop that is stuck does not answer, and that is the answer."""
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - what somebody set, not what is listened on
"""Where to ask a bot that listens everywhere."""


@click.command()
@click.option(
    "--ready", "is_ready_asked", is_flag=True, help="Ask whether it can do its work now, not only if it lives."
)
@click.option("--json", "as_json", is_flag=True, help="Write JSON instead of a sentence.")
def health(*, is_ready_asked: bool, as_json: bool) -> None:
    """Ask the running bot whether it is alive; exits with 0 or 1.

    Alive: its event loop turns. Ready: it is connected to Discord, its model answers, its database takes writes.
    """
    states = _ask("/readyz" if is_ready_asked else "/healthz")
    is_fine = all(says == "ok" for says in states.values())
    if as_json:
        click.echo(json.dumps({"is_fine": is_fine, **states}))
    else:
        click.echo("\n".join(f"{name}: {says}" for name, says in states.items()))
    sys.exit(Exit.OK if is_fine else Exit.PROBLEMS)


def _ask(what: str) -> dict[str, Any]:
    """Return what the bot says of each part, by name; what cannot be asked says so under "lantern"."""
    settings = load_settings()
    if not settings.watch_port:
        return {"lantern": "LANTERN_WATCH_PORT is 0, so nobody can ask. Set it to a free port, e.g. 8802."}
    host = EVERYWHERE.get(settings.watch_host, settings.watch_host)
    connection = http.client.HTTPConnection(host, settings.watch_port, timeout=PATIENCE_SECONDS)
    try:
        connection.request("GET", what)
        states: dict[str, Any] = json.loads(connection.getresponse().read())
        return {"lantern": states.pop("lantern"), **states}
    except TimeoutError:
        return {"lantern": f"It does not answer within {PATIENCE_SECONDS:.0f} s. Restart it; the log may say why."}
    except OSError as error:
        return {
            "lantern": f"Nothing answers at port {settings.watch_port} of {host} ({error.strerror}). Is it running?"
        }
    except (http.client.HTTPException, ValueError, KeyError, AttributeError):
        return {
            "lantern": f"Another program answers at port {settings.watch_port}. Set LANTERN_WATCH_PORT to a free one."
        }
    finally:
        connection.close()


def main() -> None:
    """Run the command by itself; a setting that is wrong is a sentence here, too."""
    try:
        health()
    except LanternError as error:
        click.echo(f"lantern: {error}", err=True)
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
