"""SimCord's browser view of one channel, with what the demo adds: message menus, and a way to the lobby.

It builds on private parts of SimCord (pinned to one version in pyproject.toml): its preview has no message menus.
"""

from __future__ import annotations

import secrets
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aiohttp import web
from simcord.preview import _action_plans, _component_projection
from simcord.preview import _server as simcord_server

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.demo.world import Person, World

PAGES = Path(__file__).parent / "pages"
CAPABILITY = "demo"
"""The fixed part of the preview's address. SimCord answers only what asks for 127.0.0.1 or localhost by name."""
_MESSAGE_MENU = 3
"""Discord's application command type MESSAGE."""
_control_key, _component_key = _component_projection._control_key, _action_plans._component_key  # noqa: SLF001 - see above


class PreviewServer(simcord_server.PreviewServer):
    """Serves the preview, /apps for message menus, and /lobby."""

    def __init__(self, preview: Any, host: str, port: int, world: World, lobby_url: str) -> None:
        super().__init__(preview, port)
        self._host = host
        self._world = world
        self._lobby_url = lobby_url

    async def start(self) -> None:
        """Listen; the same routes as SimCord's own server, and ours."""
        simcord_server.web = web  # type: ignore[attr-defined]
        _component_projection._control_key = _projected_key  # noqa: SLF001 - see the module's docstring
        _action_plans._component_key = _acted_on_key  # noqa: SLF001 - see the module's docstring
        app = web.Application(handler_args={"handler_cancellation": False})
        app.add_routes(
            [
                web.get("/", self._index),
                *(web.get(path, self._static) for path in self._STATIC_FILES if path != "/"),
                web.post("/api/pages", self._pages),
                web.delete("/api/pages/{context_id}", self._delete_page),
                web.get("/api/state", self._state),
                web.get("/api/commands", self._commands),
                web.get("/api/action-result", self._action_result),
                web.post("/api/action", self._action),
                web.get("/api/assets/{asset_id}", self._asset),
                web.get("/apps.js", self._script),
                web.get("/apps", self._list_apps),
                web.post("/apps", self._run_app),
                web.get("/lobby", self._to_lobby),
            ]
        )
        self.runner = web.AppRunner(app, access_log=None)
        await self.runner.setup()
        self.site = web.TCPSite(self.runner, self._host, self._requested_port)
        await self.site.start()
        self.port = self._requested_port

    async def _index(self, request: web.Request) -> web.Response:
        response: web.Response = await super()._index(request)
        response.text = (response.text or "").replace("</body>", '<script src="/apps.js"></script></body>')
        return response

    async def _script(self, _request: web.Request) -> web.Response:
        script = (PAGES / "apps.js").read_text(encoding="utf-8")
        return web.Response(text=script, content_type="application/javascript", headers=self._SECURITY_HEADERS)

    async def _to_lobby(self, _request: web.Request) -> web.Response:
        raise web.HTTPFound(self._lobby_url)

    async def _list_apps(self, request: web.Request) -> web.Response:
        page = self._page(request)
        commands = self._world.env.backend.visible_commands(
            user_id=page.viewer.id, channel_id=page.channel_id, type=_MESSAGE_MENU
        )
        return web.json_response([command["name"] for command in commands])

    async def _run_app(self, request: web.Request) -> web.Response:
        page, body = self._page(request), await request.json()
        history = self.preview.channel.history(viewer=page.viewer)
        message = next((each for each in history if str(each.id) == body["message"]), None)
        if message is None:
            raise web.HTTPNotFound
        result = await self._world.do(page.viewer.context_menu, self.preview.channel, body["name"], message)
        if result.modal is not None:
            page.modal, page.modal_handle = result, "m_" + secrets.token_urlsafe(12)
        self.preview._publish_message_pages()  # noqa: SLF001 - see the module's docstring
        return web.json_response({"ok": True})

    def _page(self, request: web.Request) -> Any:
        context = request.headers.get("X-Simcord-Context")
        if not self._authorized(request, context=context):
            raise web.HTTPUnauthorized
        return self.preview._get_page(context)  # noqa: SLF001 - see the module's docstring


def _projected_key(scope: str, component: Mapping[str, Any], path: str) -> str | None:
    return _control_key(scope, _known_by_custom_id(component), path)


def _acted_on_key(component: Mapping[str, Any], path: str, message_id: int) -> str | None:
    return _component_key(_known_by_custom_id(component), path, message_id)


def _known_by_custom_id(component: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a component whose id is its custom id's.

    By its place in the message, a menu would hold what was chosen in another one that stood there before.
    """
    custom_id = component.get("custom_id")
    return component if custom_id is None else {**component, "id": zlib.crc32(custom_id.encode()) + 1}


def make_preview(world: World, person: Person, place: Any, host: str, port: int, *, lobby_url: str) -> Any:
    """Return SimCord's preview of a place as a person sees it, not yet entered."""
    viewer = person.member if place.guild is not None else person.member.user
    preview = world.env.preview(place, viewers=[viewer], layout="channel", port=port)
    preview.capability = CAPABILITY
    preview._server = PreviewServer(preview, host, port, world, lobby_url)  # noqa: SLF001 - see the module's docstring
    return preview
