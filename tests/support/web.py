"""A small web: a server with TLS on this machine, and names that lead to it."""

from __future__ import annotations

import asyncio
import socket
import ssl
from contextlib import asynccontextmanager
from ipaddress import ip_address

import trustme
from aiohttp import web
from aiohttp.abc import AbstractResolver

from bot.web.links import KNOWN_HOST, LinkChecker

HERE = "127.0.0.1"
PRIVATE = "10.0.0.1"


class Names(AbstractResolver):
    """Knows each host's answers: addresses apart by a blank, or the error of a lookup. The last one stays."""

    def __init__(self, hosts: dict[str, list[str | int]]) -> None:
        self.hosts = {KNOWN_HOST: [HERE], **hosts}
        self.asked: list[str] = []

    async def resolve(self, host, port=0, family=socket.AF_INET):
        self.asked.append(host)
        answers = self.hosts.get(host, [socket.EAI_NONAME])
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if isinstance(answer, int):
            raise socket.gaierror(answer, "as the test wants it")
        return [
            {"hostname": host, "host": each, "port": port, "family": family or socket.AF_INET, "proto": 0, "flags": 0}
            for each in answer.split()
        ]

    async def close(self) -> None:
        """Nothing is open."""


class Site:
    """Answers https for www.example.org and other.example.org; `pages`: by path, what makes its answer."""

    def __init__(self, authority: trustme.CA) -> None:
        self.pages = {}
        self.requests: list[web.Request] = []
        self.port = 0
        self.closing = asyncio.Event()
        self.names = Names({f"{name}.example.org": [HERE] for name in ("www", "other")})
        self.trust = ssl.create_default_context()
        authority.configure_trust(self.trust)
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("www.example.org", "other.example.org").configure_cert(self._tls)

    def link(self, path: str, host: str = "www") -> str:
        """Return the address of a page."""
        return f"https://{host}.example.org:{self.port}{path}"

    def redirect(self, path: str, status: int, location: str) -> str:
        """Let a page redirect; return its address."""
        self.pages[path] = lambda _: web.Response(status=status, headers={"Location": location})
        return self.link(path)

    def asked(self) -> list[tuple[str, str]]:
        """Return method and path of every request."""
        return [(request.method, request.path) for request in self.requests]

    def checker(self, **options) -> LinkChecker:
        """Return a checker to which this machine's address is a public one, and no other."""
        ours = {"is_public": lambda address: address == ip_address(HERE), "resolver": self.names, "tls": self.trust}
        return LinkChecker(**{**ours, "port": self.port, "pause_seconds": 0.0, **options})

    async def report(self, link: str, **options):
        """Return what is found of one link."""
        return (await reports(self.checker(**options), [link]))[0]

    @asynccontextmanager
    async def open(self):
        """Answer until the block ends."""
        application = web.Application()
        application.router.add_route("*", "/{path:.*}", self._answer)
        runner = web.AppRunner(application, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, HERE, 0, ssl_context=self._tls).start()
        self.port = runner.addresses[0][1]
        try:
            yield self
        finally:
            self.closing.set()
            await runner.cleanup()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        self.requests.append(request)
        answer = self.pages[request.path](request)
        return await answer if asyncio.iscoroutine(answer) else answer


async def reports(checker: LinkChecker, links) -> list:
    """Return the reports of links, by link."""
    return sorted([report async for report in checker.check(links)], key=lambda report: report.link)


@asynccontextmanager
async def trap():
    """Listen on this machine; yield the port and the list of those who came."""
    came = []

    def note(_, writer) -> None:
        came.append(writer.get_extra_info("peername"))
        writer.close()

    async with await asyncio.start_server(note, HERE, 0) as server:
        yield server.sockets[0].getsockname()[1], came
