"""Source links asked over real sockets with real TLS, and everything that must not be asked."""

from __future__ import annotations

import asyncio
import json
import socket
from contextlib import aclosing

import pytest
import trustme
from aiohttp import web

from bot.core.errors import Exit
from bot.core.links import LinkState
from bot.core.models import Source
from bot.curation import _fetch
from bot.web.links import KNOWN_HOST, MOST_REDIRECTS, USER_AGENT, LinkChecker
from support.packs import write_small_bot
from support.parts import make_entry
from support.terminal import lantern
from support.web import HERE, PRIVATE, Names, Site, reports, trap

OK, GONE, MOVED, REFUSED, UNSURE = LinkState


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


@pytest.fixture
async def site(authority):
    async with Site(authority).open() as site:
        yield site


class TestWhatAPageAnswers:
    @pytest.mark.parametrize(
        ("status", "state"),
        [
            *((status, OK) for status in (200, 204, 206)),
            *((status, GONE) for status in (404, 410)),
            *((status, UNSURE) for status in (300, 304, 401, 403, 418, 429, 451, 500, 503)),
        ],
    )
    async def test_the_status_decides(self, site, status, state):
        site.pages["/"] = lambda _: web.Response(status=status)
        report = await site.report(site.link("/"))

        assert (state, f"HTTP {status}", None) == (report.state, report.detail, report.moved_to)

    @pytest.mark.parametrize("status", [403, 404, 405, 410, 501])
    async def test_what_a_head_denies_a_get_for_one_byte_may_still_find(self, site, status):
        site.pages["/"] = lambda request: web.Response(status=status if request.method == "HEAD" else 200)
        report = await site.report(site.link("/"))

        assert OK == report.state
        assert [("HEAD", None), ("GET", "bytes=0-0")] == [
            (request.method, request.headers.get("Range")) for request in site.requests
        ]

    async def test_a_page_that_answers_is_asked_once(self, site):
        site.pages["/"] = lambda _: web.Response()
        await site.report(site.link("/"))

        assert [("HEAD", "/")] == site.asked()

    async def test_it_says_who_asks_and_nothing_else(self, site):
        site.pages["/"] = lambda _: web.Response(headers={"Set-Cookie": "a=b"})
        site.pages["/next"] = lambda _: web.Response()
        await reports(site.checker(), [site.link("/"), site.link("/next")])
        sent = [set(request.headers) for request in site.requests]

        assert [{"Host", "Connection", "User-Agent", "Accept", "Accept-Encoding"}] * 2 == sent
        assert USER_AGENT == site.requests[0].headers["User-Agent"]

    async def test_of_an_endless_body_next_to_nothing_is_taken(self, site):
        sent, hung_up = [], asyncio.Event()

        async def endless(request):
            if request.method == "HEAD":
                return web.Response(status=405)
            response = web.StreamResponse()
            await response.prepare(request)
            try:
                for _ in range(2**12):
                    await response.write(bytes(2**20))
                    sent.append(2**20)
            except ConnectionError:
                hung_up.set()
            return response

        site.pages["/"] = endless
        report = await site.report(site.link("/"))
        await asyncio.wait_for(hung_up.wait(), 20)

        assert OK == report.state
        assert sum(sent) < 2**26

    async def test_a_page_that_never_answers_is_not_called_dead(self, site):
        async def silent(_):
            await site.closing.wait()
            return web.Response()

        site.pages["/"] = silent
        report = await site.report(site.link("/"), timeout_seconds=0.2)

        assert (UNSURE, "no answer in time") == (report.state, report.detail)


class TestRedirects:
    @pytest.mark.parametrize("status", [301, 308])
    async def test_one_for_good_tells_where_the_page_is_now(self, site, status):
        site.pages["/new"] = lambda _: web.Response()
        for location in ("/new", "new", site.link("/new")):
            report = await site.report(site.redirect("/old", status, location) + "#part")

            assert (MOVED, site.link("/new#part")) == (report.state, report.moved_to)

    @pytest.mark.parametrize("status", [302, 303, 307])
    async def test_one_for_now_is_fine(self, site, status):
        site.pages["/there"] = lambda _: web.Response()
        report = await site.report(site.redirect("/here", status, "/there"))

        assert (OK, None) == (report.state, report.moved_to)

    async def test_only_what_is_for_good_from_the_start_is_told(self, site):
        site.pages["/end"] = lambda _: web.Response()
        site.redirect("/middle", 302, "/end")
        first = await site.report(site.redirect("/for-good", 301, "/middle"))
        site.redirect("/middle", 301, "/end")
        second = await site.report(site.redirect("/for-now", 302, "/middle"))

        assert (MOVED, site.link("/middle")) == (first.state, first.moved_to)
        assert (OK, None) == (second.state, second.moved_to)

    @pytest.mark.parametrize(("status", "state"), [(404, GONE), (403, UNSURE), (500, UNSURE)])
    async def test_the_page_at_the_end_decides(self, site, status, state):
        site.pages["/end"] = lambda _: web.Response(status=status)
        report = await site.report(site.redirect("/old", 301, "/end"))

        assert (state, None) == (report.state, report.moved_to)

    async def test_a_loop_ends(self, site):
        report = await site.report(site.redirect("/round", 301, "/round"))

        assert (UNSURE, "redirects more than 5 times") == (report.state, report.detail)
        assert [("HEAD", "/round")] * (1 + MOST_REDIRECTS) == site.asked()

    async def test_five_are_followed(self, site):
        for number in range(5):
            site.redirect(f"/{number}", 302, f"/{number + 1}")
        site.pages["/5"] = lambda _: web.Response()

        assert OK == (await site.report(site.link("/0"))).state

    @pytest.mark.parametrize(
        "location",
        [
            "http://www.example.org/",
            "http://www.example.org:{port}/",
            "//www.example.org:444/",
            "https://me:secret@www.example.org/",
            "ftp://www.example.org/",
            "javascript:alert(1)",
            "file:///etc/passwd",
            "https://[::1",
            "https://inside.example.org:{port}/",
            "https://10.0.0.1:{port}/",
            "https://[::ffff:10.0.0.1]:{port}/",
            "https://2130706434:{port}/",
        ],
    )
    async def test_one_that_leads_where_nothing_is_asked_is_not_followed(self, site, location):
        site.names.hosts["inside.example.org"] = [PRIVATE]
        report = await site.report(site.redirect("/", 301, location.format(port=site.port)))

        assert (REFUSED, None) == (report.state, report.moved_to)
        assert [("HEAD", "/")] == site.asked()


class TestTheGuard:
    @pytest.mark.parametrize(
        "link",
        [
            *(
                "http://www.example.org/",
                "http://www.example.org:443/",
                "ftp://www.example.org/",
                "//www.example.org/",
                "www.example.org",
                "",
            ),
            *("https://me@www.example.org/", "https://:secret@www.example.org/", "https://www.example.org:8443/"),
            *("https://", "https:///page", "https://[::1", "https://www.example.org:99999/", "file:///etc/passwd"),
            *("https://www.example.org:0/", "https://www.example.org\\@10.0.0.1/"),
        ],
    )
    async def test_what_is_no_plain_https_address_is_not_even_looked_up(self, link):
        names = Names({})
        (report,) = await reports(LinkChecker(resolver=names), [link])

        assert (link, REFUSED) == (report.link, report.state)
        assert [] == names.asked

    @pytest.mark.parametrize("host", ["a..b", f"{'a' * 64}.org"])
    async def test_a_name_that_no_host_can_have_is_no_address(self, host):
        (report,) = await reports(LinkChecker(), [f"https://{host}/"])

        assert (REFUSED, "no address that can be asked") == (report.state, report.detail)

    async def test_this_machine_is_not_asked_however_it_is_spelt(self):
        """With the system's own lookup: it reads more spellings than any check of a text would."""
        spelt = ("127.0.0.1", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "127.1", "１２７.0.0.1", "①②⑦.0.0.1")
        more = ("[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "localhost", "LOCALHOST", "0", "0.0", "[::]")
        async with trap() as (port, came):
            links = [f"https://{host}:{port}/" for host in (*spelt, *more)]
            found = await reports(LinkChecker(port=port, pause_seconds=0.0), links)

        assert dict.fromkeys(sorted(links), REFUSED) == {report.link: report.state for report in found}
        assert [] == came

    async def test_a_name_is_judged_by_where_it_leads(self, site):
        site.names.hosts["inside.example.org"] = [PRIVATE]
        report = await site.report(site.link("/", "inside"))

        assert (REFUSED, "an address that is not public") == (report.state, report.detail)

    async def test_a_name_may_not_lead_to_both_sides(self, site):
        site.pages["/"] = lambda _: web.Response()
        site.names.hosts["www.example.org"] = [f"{PRIVATE} {HERE}"]

        assert REFUSED == (await site.report(site.link("/"))).state
        assert [] == site.asked()

    async def test_a_name_that_leads_elsewhere_the_second_time_is_not_followed(self, site):
        site.pages["/"] = lambda _: web.Response(status=405)
        site.names.hosts["www.example.org"] = [HERE, PRIVATE]

        assert REFUSED == (await site.report(site.link("/"))).state
        assert [("HEAD", "/")] == site.asked()

    async def test_a_proxy_of_the_environment_is_not_used(self, site, monkeypatch):
        site.pages["/"] = lambda _: web.Response()
        async with trap() as (port, came):
            for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
                monkeypatch.setenv(name, f"http://{HERE}:{port}")
            report = await site.report(site.link("/"))

        assert OK == report.state
        assert [] == came


class TestHostsThatDoNotAnswer:
    async def test_a_host_that_does_not_exist_is_gone(self, site):
        report = await site.report(site.link("/", "missing"))

        assert (GONE, "no host of the name missing.example.org") == (report.state, report.detail)

    @pytest.mark.parametrize("error", [socket.EAI_AGAIN, socket.EAI_FAIL, socket.EAI_NODATA, socket.EAI_MEMORY])
    async def test_a_lookup_that_fails_otherwise_proves_nothing(self, site, error):
        site.names.hosts["www.example.org"] = [error]

        assert UNSURE == (await site.report(site.link("/"))).state

    async def test_a_lookup_that_knows_no_host_at_all_proves_nothing(self, site):
        """As on a machine that is offline, or behind a portal."""
        site.names.hosts[KNOWN_HOST] = [socket.EAI_NONAME]

        assert UNSURE == (await site.report(site.link("/", "missing"))).state

    async def test_a_certificate_that_nobody_vouches_for_is_no_death(self, site):
        site.pages["/"] = lambda _: web.Response()
        report = await site.report(site.link("/"), tls=None)

        assert (UNSURE, "its certificate is not valid") == (report.state, report.detail)
        assert [] == site.asked()

    async def test_a_server_that_hangs_up_is_no_death(self, site):
        async with trap() as (port, came):
            report = await site.report(f"https://www.example.org:{port}/", port=port)

        assert UNSURE == report.state
        assert 1 == len(came)

    async def test_an_address_where_nobody_listens_is_no_death(self, site):
        async with trap() as (port, _):
            pass

        assert UNSURE == (await site.report(f"https://www.example.org:{port}/", port=port)).state


class Crowd(Names):
    """Counts who is looked up at the same time; each lookup waits until `together` are."""

    def __init__(self, together: int) -> None:
        super().__init__({})
        self.now, self.most = 0, 0
        self.began: list[float] = []
        self._met = asyncio.Barrier(together)

    async def resolve(self, host, port=0, family=socket.AF_UNSPEC):
        if host == KNOWN_HOST:
            return await super().resolve(host, port, family)
        self.began.append(asyncio.get_running_loop().time())
        self.now += 1
        self.most = max(self.most, self.now)
        await self._met.wait()
        self.now -= 1
        return await super().resolve(host, port, family)


class TestManners:
    async def test_four_hosts_are_asked_at_once_and_no_more(self):
        crowd = Crowd(together=4)
        found = await reports(LinkChecker(resolver=crowd), [f"https://host{n}.example.org/" for n in range(12)])

        assert {GONE} == {report.state for report in found}
        assert 4 == crowd.most

    async def test_one_host_is_asked_once_at_a_time_with_a_pause_between(self):
        crowd = Crowd(together=1)
        links = [f"https://www.example.org/{n}" for n in range(4)]
        await reports(LinkChecker(resolver=crowd, pause_seconds=0.05), links)

        assert 1 == crowd.most
        assert all(later - earlier >= 0.05 for earlier, later in zip(crowd.began, crowd.began[1:], strict=False))

    async def test_who_waits_for_a_host_keeps_no_other_waiting(self):
        """Four links of one host come first; with a pause of an hour only its first is asked."""
        crowd = Crowd(together=1)
        links = [*(f"https://www.example.org/{n}" for n in range(9)), "https://other.example.org/"]
        async with aclosing(LinkChecker(resolver=crowd, pause_seconds=3600).check(links)) as found:
            first = {(await anext(found)).link for _ in range(2)}

        assert {"https://www.example.org/0", "https://other.example.org/"} == first

    async def test_a_link_that_is_given_twice_is_asked_once(self, site):
        site.pages["/"] = lambda _: web.Response()
        found = await reports(site.checker(), [site.link("/")] * 3)

        assert [site.link("/")] == [report.link for report in found]
        assert [("HEAD", "/")] == site.asked()

    async def test_who_stops_listening_stops_the_asking(self):
        links = [f"https://www.example.org/{n}" for n in range(3)]
        async with aclosing(LinkChecker(resolver=Names({}), pause_seconds=3600).check(links)) as found:
            await anext(found)

        assert 1 == len(asyncio.all_tasks())


class TestFaqLinksFetch:
    SOURCES = "    sources:\n      - experience: From people who have been there\n"
    INSIDE = """\
    sources:
      - {title: A page, link: "https://0x7f.1/b", trust: read}
"""

    def entries(self, site):
        site.pages |= {"/fine": lambda _: web.Response(), "/gone": lambda _: web.Response(status=404)}
        links = (site.link("/fine"), site.redirect("/old", 301, "/fine"), site.link("/gone"))
        sources = [tuple(Source("A page", link, "read") for link in some) for some in (links, links[1:2], links[:1])]
        return [make_entry(name, sources=some) for name, some in zip(("a", "b", "c"), sources, strict=True)]

    async def test_what_is_not_fine_is_told_with_the_entries_that_rest_on_it(self, site, capsys):
        code = await _fetch(self.entries(site), site.checker(), as_json=False)

        assert Exit.PROBLEMS == code
        assert [
            "# 2 of 3 links to look at",
            "",
            f"- [ ] gone: {site.link('/gone')} (HTTP 404): a",
            f"- [ ] moved: {site.link('/old')} (now {site.link('/fine')}): a, b",
        ] == capsys.readouterr().out.splitlines()

    async def test_programs_get_a_line_for_each_link(self, site, capsys):
        await _fetch(self.entries(site), site.checker(), as_json=True)
        rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]

        assert {
            "link": site.link("/old"),
            "state": "moved",
            "detail": "redirects for good",
            "moved_to": site.link("/fine"),
            "entries": ["a", "b"],
        } in rows
        assert ["gone", "moved", "ok"] == [row["state"] for row in rows]

    async def test_nothing_gone_ends_with_0(self, site, capsys):
        code = await _fetch(self.entries(site)[1:], site.checker(), as_json=False)

        assert Exit.OK == code
        assert "gone" not in capsys.readouterr().out

    def test_the_command_asks_no_private_address(self, tmp_path):
        settings = write_small_bot(tmp_path, (self.SOURCES, self.INSIDE))
        result = lantern(tmp_path, "faq", "links", "--fetch", **settings)

        assert Exit.OK == result.returncode
        assert [
            "# 1 of 1 links to look at",
            "",
            "- [ ] refused: https://0x7f.1/b (an address that is not public): letters",
        ] == result.stdout.splitlines()

    def test_json_alone_says_what_is_missing(self, tmp_path):
        result = lantern(tmp_path, "faq", "links", "--json")

        assert Exit.USAGE == result.returncode
        assert "--json tells what --fetch found: give both." in result.stderr
