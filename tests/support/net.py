"""A wire between the bot and the simulated Discord that can be cut."""

from __future__ import annotations

import asyncio

import aiohttp


class Wire:
    """Lets requests fail before, or after, they reach the simulated Discord."""

    def __init__(self, world) -> None:
        self._rules = []
        for transport in (world.client.http, world.env._webhook_adapter):
            self._wrap(transport)

    def cut(self, method, fragment, what=aiohttp.ClientConnectionError, *, after=False, times=1) -> None:
        """Let the next requests fail; `after`: Discord did its part, and only its confirmation is lost.

        `what`: an exception, or None for a request that is never answered.
        """
        self._rules += [(method, fragment, what, after)] * times

    def mend(self) -> None:
        """Let everything through again."""
        self._rules.clear()

    def _wrap(self, transport) -> None:
        through = transport.request

        async def request(route, *args, **options):
            rule = next((each for each in self._rules if each[0] == route.method and each[1] in route.url), None)
            if rule is None:
                return await through(route, *args, **options)
            self._rules.remove(rule)
            _, _, what, after = rule
            if after:
                await through(route, *args, **options)
            if what is None:
                await asyncio.sleep(1e9)
            raise what("the wire is cut")

        transport.request = request
