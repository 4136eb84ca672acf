"""Asks whether source links still lead somewhere, and never asks an address that is not public.

People type links, and pages redirect to anything: both could point into the network the bot runs in. So an address is
looked at where a socket is made for it: after every lookup, at every redirect, in whatever way it was spelt.
"""

from __future__ import annotations

import asyncio
import socket
from collections import defaultdict
from contextlib import asynccontextmanager
from ipaddress import ip_address
from typing import TYPE_CHECKING

import aiohttp
from aiohttp.resolver import ThreadedResolver
from yarl import URL

from bot.core.links import LinkReport, LinkState
from bot.web.addresses import is_public as is_public_address

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator, Callable, Iterable
    from ipaddress import IPv4Address, IPv6Address

    from aiohttp.abc import AbstractResolver
    from aiohttp.typedefs import LooseHeaders

TIMEOUT_SECONDS = 20.0
"""Of one request, from the lookup to the headers. A link costs at most twelve: HEAD and GET, six addresses."""
PAUSE_SECONDS = 1.0
"""Between two requests to one host."""
AT_ONCE = 4
MOST_REDIRECTS = 5
HTTPS_PORT = 443
KNOWN_HOST = "example.com"
"""IANA keeps it for good (RFC 2606): where even this is no host, the lookup is broken and no other is missing."""
USER_AGENT = "LanternLinkChecker/1.0 (looks now and then whether the pages that a FAQ cites are still there)"

_PERMANENT = frozenset({301, 308})
_REDIRECTS = _PERMANENT | {302, 303, 307}
_GONE = frozenset({404, 410})
_HEAD_IN_DOUBT = _GONE | {403, 405, 501}
"""Some servers answer only GET, and nothing is called gone because of a HEAD."""
_ONE_BYTE: LooseHeaders = {"Range": "bytes=0-0"}


class LinkChecker:
    """Asks `AT_ONCE` hosts at once, each one request at a time.

    No cookies, no credentials, no proxy, no body: HEAD, and GET for one byte where that is in doubt.
    `tls`: whom to trust, by default whom the system trusts; `port`: the only one that is asked.
    """

    def __init__(
        self,
        *,
        is_public: Callable[[IPv4Address | IPv6Address], bool] = is_public_address,
        resolver: AbstractResolver | None = None,
        tls: ssl.SSLContext | None = None,
        port: int = HTTPS_PORT,
        timeout_seconds: float = TIMEOUT_SECONDS,
        pause_seconds: float = PAUSE_SECONDS,
        at_once: int = AT_ONCE,
    ) -> None:
        self._is_public = is_public
        self._resolver = resolver
        self._tls = tls
        self._port = port
        self._timeout_seconds = timeout_seconds
        self._hosts: defaultdict[str, _Host] = defaultdict(lambda: _Host(pause_seconds))
        self._slots = asyncio.Semaphore(at_once)

    async def check(self, links: Iterable[str]) -> AsyncIterator[LinkReport]:
        """Yield a report of each distinct link, in the order in which they are ready."""
        async with self._session() as session:
            tasks = [asyncio.create_task(self._report(session, link)) for link in dict.fromkeys(links)]
            try:
                for task in asyncio.as_completed(tasks):
                    yield await task
            finally:
                for each in tasks:
                    each.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)

    def _session(self) -> aiohttp.ClientSession:
        connector = aiohttp.TCPConnector(
            resolver=self._lookup(),
            use_dns_cache=False,
            ssl=self._tls or True,
            socket_factory=self._open_socket,
            # One address after the other: in a race, a refused one would look like any failed connection.
            happy_eyeballs_delay=None,
            force_close=True,
        )
        return aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": USER_AGENT, "Accept-Encoding": "identity"},
            # The second address of a host still gets its time when the first one is silent.
            timeout=aiohttp.ClientTimeout(total=self._timeout_seconds, sock_connect=self._timeout_seconds / 4),
            auto_decompress=False,
            trust_env=False,
        )

    def _lookup(self) -> AbstractResolver:
        return self._resolver or ThreadedResolver()

    def _open_socket(self, info: aiohttp.AddrInfoType) -> socket.socket:
        family, kind, protocol, _, address = info
        if not self._is_public(ip_address(str(address[0]))):
            raise _RefusedError("an address that is not public")
        return socket.socket(family, kind, protocol)

    async def _report(self, session: aiohttp.ClientSession, link: str) -> LinkReport:
        try:
            return await self._follow(session, link)
        except aiohttp.ClientConnectorDNSError as error:
            if error.os_error.errno == socket.EAI_NONAME and await self._knows_a_host():
                return LinkReport(link, LinkState.GONE, f"no host of the name {error.host:.80}")
            return LinkReport(link, LinkState.UNSURE, "its host cannot be looked up now")
        except (ValueError, TimeoutError, aiohttp.ClientError, OSError) as error:
            return _failed(link, error)

    async def _follow(self, session: aiohttp.ClientSession, link: str) -> LinkReport:
        url, moved_to, is_permanent = URL(link), None, True
        for redirects in range(1 + MOST_REDIRECTS):
            try:
                self._refuse_form(url)
                status, location = await self._ask(session, url)
            except _RefusedError as refused:
                return LinkReport(link, LinkState.REFUSED, f"redirects to {refused}" if redirects else str(refused))
            if status not in _REDIRECTS or location is None:
                return _judged(link, status, moved_to)
            target = url.join(URL(location))
            url = target if target.raw_fragment else target.with_fragment(url.fragment or None)  # RFC 9110, 10.2.2
            is_permanent = is_permanent and status in _PERMANENT
            moved_to = str(url) if is_permanent else moved_to
        return LinkReport(link, LinkState.UNSURE, f"redirects more than {MOST_REDIRECTS} times")

    def _refuse_form(self, url: URL) -> None:
        if url.scheme != "https" or not url.raw_host:
            raise _RefusedError("an address without https")
        if url.user is not None or url.password is not None:
            raise _RefusedError("an address with a user's name")
        if url.port != self._port:
            raise _RefusedError("an unusual port")

    async def _ask(self, session: aiohttp.ClientSession, url: URL) -> tuple[int, str | None]:
        status, location = await self._request(session, "HEAD", url, {})
        if status in _HEAD_IN_DOUBT:
            status, location = await self._request(session, "GET", url, _ONE_BYTE)
        return status, location

    async def _request(
        self, session: aiohttp.ClientSession, method: str, url: URL, headers: LooseHeaders
    ) -> tuple[int, str | None]:
        """Return status and Location. Waiting for a host's turn takes no slot from the other hosts."""
        async with (
            self._hosts[str(url.raw_host)].turn(),
            self._slots,
            session.request(method, url, headers=headers, allow_redirects=False) as response,
        ):
            response.close()  # whatever else it sends
            return response.status, response.headers.get("Location")

    async def _knows_a_host(self) -> bool:
        try:
            return bool(await self._lookup().resolve(KNOWN_HOST, HTTPS_PORT, socket.AF_UNSPEC))
        except OSError:
            return False


class _RefusedError(Exception):
    """What will not be asked. Not an OSError: aiohttp would take that for a failed connection, and try on."""


class _Host:
    """Lets one request at a time through, with a pause after each."""

    def __init__(self, pause_seconds: float) -> None:
        self._pause_seconds = pause_seconds
        self._free_at = 0.0
        self._lock = asyncio.Lock()

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait until it is the caller's turn."""
        loop = asyncio.get_running_loop()
        async with self._lock:
            await asyncio.sleep(self._free_at - loop.time())
            try:
                yield
            finally:
                self._free_at = loop.time() + self._pause_seconds


def _judged(link: str, status: int, moved_to: str | None) -> LinkReport:
    detail = f"HTTP {status}"
    if status in _GONE:
        return LinkReport(link, LinkState.GONE, detail)
    if not 200 <= status < 300:  # noqa: PLR2004 - HTTP's own figures
        return LinkReport(link, LinkState.UNSURE, detail)
    if moved_to is not None:
        return LinkReport(link, LinkState.MOVED, "redirects for good", moved_to)
    return LinkReport(link, LinkState.OK, detail)


def _failed(link: str, error: Exception) -> LinkReport:
    match error:
        case aiohttp.ClientConnectorCertificateError():  # is a ValueError, too
            return LinkReport(link, LinkState.UNSURE, "its certificate is not valid")
        case ValueError():  # of yarl, aiohttp, or the codec of international names
            return LinkReport(link, LinkState.REFUSED, "no address that can be asked")
        case TimeoutError():
            return LinkReport(link, LinkState.UNSURE, "no answer in time")
        case _:
            return LinkReport(link, LinkState.UNSURE, f"cannot be reached ({type(error).__name__})")
