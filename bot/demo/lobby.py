"""A page to choose whom to be and where; the preview beside it shows that one channel."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from html import escape
from string import Template
from typing import TYPE_CHECKING, Any

from aiohttp import web

from bot.core.errors import UnavailableError
from bot.demo.preview import PAGES, make_preview

if TYPE_CHECKING:
    from bot.demo.companions import Companions
    from bot.demo.world import Person, World

LATER = {"hour": 1, "days": 73, "week": 168}
"""Hours that can be let pass: outcomes, the end of an offer or the first check-in, a round."""
TITLE_LENGTH = 100
"""Discord's limit for the title of a thread."""


class Lobby:
    """Serves the lobby on `port` and the preview on the next one, to whom `host` lets in."""

    def __init__(self, world: World, companions: Companions, host: str, port: int) -> None:
        self._world = world
        self._companions = companions
        self._host = host
        self._port = port
        self._lock = asyncio.Lock()
        self._preview: Any = None
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        """Where the lobby is."""
        return f"http://127.0.0.1:{self._port}/"

    async def start(self) -> None:
        """Listen; raises UnavailableError when a port is taken."""
        app = web.Application()
        app.add_routes([web.get("/", self._index), web.get("/go", self._go), web.post("/post", self._post)])
        app.add_routes([web.post("/later", self._later)])
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, self._host, self._port).start()
            first = self._world.people[0]
            await self.enter(first, self._world.places_of(first)[0])
        except OSError as error:
            await self.stop()
            raise UnavailableError(
                f"The demo cannot listen on the ports {self._port} and {self._port + 1} ({error.strerror}). "
                "Is another demo running? Choose another port: lantern demo --port 8901"
            ) from error

    async def stop(self) -> None:
        """Close the lobby and the preview."""
        if self._preview is not None:
            await self._preview.close()
        if self._runner is not None:
            await self._runner.cleanup()

    async def enter(self, person: Person, place: Any) -> str:
        """Show a place as a person sees it and return its address."""
        async with self._lock:
            if self._preview is not None:
                await self._preview.close()
                self._preview = None
            preview = make_preview(self._world, person, place, self._host, self._port + 1, lobby_url=self.url)
            await preview.__aenter__()
            self._preview = preview
            return str(preview.url)

    async def _index(self, _request: web.Request) -> web.Response:
        page = Template((PAGES / "lobby.html").read_text(encoding="utf-8"))
        text = page.substitute(
            people="\n".join(self._section(person) for person in self._world.people),
            later=_ahead(self._world.later),
            posters="".join(f"<option>{escape(person.name)}</option>" for person in self._world.people),
        )
        return web.Response(text=text, content_type="text/html")

    def _section(self, person: Person) -> str:
        links = "".join(
            f'<a href="/go?who={person.member.id}&amp;where={place.id}">{escape(_label(place))}</a>'
            for place in self._world.places_of(person)
        )
        heading = f"<h2>{escape(person.name)} <small>{escape(person.about)}: <b>{escape(person.may)}</b></small></h2>"
        return f'<section data-person="{escape(person.name)}">{heading}<nav>{links}</nav></section>'

    async def _go(self, request: web.Request) -> web.Response:
        people = {str(person.member.id): person for person in self._world.people}
        person = people.get(request.query.get("who", ""))
        places = {str(place.id): place for place in self._world.places_of(person)} if person else {}
        place = places.get(request.query.get("where", ""))
        if person is None or place is None:
            raise web.HTTPFound("/")
        raise web.HTTPFound(await self.enter(person, place))

    async def _post(self, request: web.Request) -> web.Response:
        """Open a post in the help forum, which the preview cannot, and show it."""
        sent = await request.post()
        people = {person.name: person for person in self._world.people}
        person, title = people.get(str(sent.get("who", ""))), str(sent.get("title", "")).strip()
        if person is None or not title:
            raise web.HTTPFound("/")
        place = await self._world.post(person, title[:TITLE_LENGTH], title)
        raise web.HTTPFound(await self.enter(person, place))

    async def _later(self, request: web.Request) -> web.Response:
        """Let time pass, so that what takes days can be seen today."""
        hours = LATER.get(str((await request.post()).get("how_long", "")))
        if hours is not None:
            await self._companions.pass_time(timedelta(hours=hours))
        raise web.HTTPFound("/")


def _ahead(later: timedelta) -> str:
    return f"The bot's clock is {later.days} days and {later.seconds // 3600} hours ahead." if later else ""


def _label(place: Any) -> str:
    if place.guild is None:
        return "Direct messages"
    return str(place.name) if " " in str(place.name) else f"#{place.name}"
