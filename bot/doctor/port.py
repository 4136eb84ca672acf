"""Findings on the port that /healthz, /readyz and /metrics are asked on."""

from __future__ import annotations

import errno
import http.client
import json
import socket
from contextlib import closing
from typing import TYPE_CHECKING

from bot.doctor.findings import Area, Finding, Level

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.settings import Settings

PATIENCE_SECONDS = 3.0
SUBJECT = "watch port"
NEEDS_ROOT = 1024
"""Ports below are the system's own."""


def of_port(settings: Settings) -> Iterator[Finding]:
    """Tell whether the bot can listen there: the port is free, or it is Lantern that has it."""
    host, port = settings.watch_host, settings.watch_port
    if not port:
        text = "LANTERN_WATCH_PORT is 0: nobody can ask a running bot how it is."
        yield Finding(Area.MACHINE, SUBJECT, Level.OK, text)
        return
    try:
        is_ours = is_free(host, port) or is_lantern(host, port)
    except OSError as error:
        mend = "Set LANTERN_WATCH_HOST to an address of this machine, such as 127.0.0.1."
        if error.errno == errno.EACCES:
            mend = f"Set LANTERN_WATCH_PORT to a port from {NEEDS_ROOT}."
        text = f"Lantern cannot listen on port {port} of {host} ({error.strerror})."
        yield Finding(Area.MACHINE, SUBJECT, Level.WRONG, text, mend)
        return
    if is_ours:
        text = f"Port {port} of {host} is free, or a running Lantern has it."
        yield Finding(Area.MACHINE, SUBJECT, Level.OK, text)
    else:
        text = f"Another program has port {port} of {host}, so nobody could ask the bot how it is."
        yield Finding(Area.MACHINE, SUBJECT, Level.WRONG, text, "Set LANTERN_WATCH_PORT to a free one.")


def is_free(host: str, port: int) -> bool:
    """Tell whether a port can be listened on. Raises OSError where it cannot, and nobody has it."""
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    with closing(socket.socket(family, kind, protocol)) as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind(address)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return False
            raise
    return True


def is_lantern(host: str, port: int) -> bool:
    """Tell whether it is a bot that answers at a port."""
    with closing(http.client.HTTPConnection(host, port, timeout=PATIENCE_SECONDS)) as connection:
        try:
            connection.request("GET", "/healthz")
            answer = json.loads(connection.getresponse().read())
        except (OSError, http.client.HTTPException, ValueError):
            return False
    return isinstance(answer, dict) and "lantern" in answer
