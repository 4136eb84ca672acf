"""Findings on what Discord says: the token, the developer portal, the commands. Asked over HTTP alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.errors import LanternError, UnavailableError
from bot.doctor.findings import Area, Finding, Level, failure
from bot.doctor.servers import of_servers
from bot.doctor.token import fault_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.app import Content
    from bot.cogs.portal import Portal
    from bot.core.texts import Texts
    from bot.doctor.findings import Tell
    from bot.settings import Settings

DISCORD = Area.DISCORD
CLOCK_SECONDS = 60
"""Rounds, pauses and deletions go by this clock, and people read their times by Discord's. Whoever waits for a round
notices a minute; below it, what the network takes and the whole seconds Discord tells cannot be told apart from it."""
SWITCHES = {"presence": "Presence Intent", "members": "Server Members Intent", "content": "Message Content Intent"}
"""Privileged intents, as the developer portal names them."""


async def of_discord(
    settings: Settings, content: Content | LanternError, tell: Tell, *, offline: bool
) -> list[Finding]:
    """Return every finding that needs the token; with `offline`, only what can be told of its form."""
    if settings.discord_token is None:
        text = "LANTERN_DISCORD_TOKEN is not set, which `lantern run` needs. The demo does not."
        mend = "Make a bot as README.md says under 'On a real server', and set it to its token."
        return [Finding(DISCORD, "token", Level.WRONG, text, mend), not_asked("without a token")]
    token = settings.discord_token.get_secret_value()
    if (fault := fault_of(token)) is not None:
        text = f"LANTERN_DISCORD_TOKEN {fault.text}"
        return [Finding(DISCORD, "token", Level.WRONG, text, fault.mend), not_asked("with that as its token")]
    if offline:
        text = "LANTERN_DISCORD_TOKEN has the form of a token."
        return [Finding(DISCORD, "token", Level.OK, text), not_asked("with --offline")]
    return await asked(settings, content, token, tell)


def not_asked(why: str) -> Finding:
    """Return that Discord was not asked."""
    text = f"Is not asked {why}, so nothing is known of intents, commands, the clock and servers."
    return Finding(DISCORD, "Discord", Level.NOT_ASKED, text)


async def asked(settings: Settings, content: Content | LanternError, token: str, tell: Tell) -> list[Finding]:
    """Ask Discord. Where it stops to answer, what it said before is kept."""
    from bot.cogs.portal import logged_in  # noqa: PLC0415 - discord is loaded only where it is used

    found: list[Finding] = []
    tell("Asking Discord", 0, 0)
    try:
        async with logged_in(token) as asking:
            found.append(Finding(DISCORD, "token", Level.OK, "Discord takes LANTERN_DISCORD_TOKEN."))
            portal = await asking.portal()
            found += of_portal(portal)
            if not isinstance(content, LanternError):
                found.append(of_commands(portal, content.texts))
            found += await of_servers(asking, portal.application, settings, tell)
    except UnavailableError as error:
        found.append(failure(DISCORD, "Discord", error))
    except LanternError as error:
        found.append(failure(DISCORD, "token", error))
    return found


def of_portal(portal: Portal) -> Iterator[Finding]:
    """Tell what is set in the developer portal, and how the clocks agree."""
    if portal.privileged:
        named = ", ".join(SWITCHES[intent] for intent in portal.privileged)
        text = f"Switched on and not needed: {named}."
        mend = "Switch them off in the developer portal, under Bot > Privileged Gateway Intents."
        yield Finding(DISCORD, "intents", Level.WARNING, text, mend)
    else:
        yield Finding(DISCORD, "intents", Level.OK, "No privileged intent is switched on, and Lantern needs none.")
    if portal.is_answered_elsewhere:
        text = "An Interactions Endpoint URL is set, so Discord sends commands and clicks there, and none to Lantern."
        mend = "Remove it in the developer portal, under General Information."
        yield Finding(DISCORD, "endpoint", Level.WRONG, text, mend)
    if portal.pause_seconds:
        text = f"Lantern has connected so often today that it may not for {portal.pause_seconds / 60:.0f} minutes."
        yield Finding(DISCORD, "sessions", Level.WARNING, text, "Look in its log for why it starts again and again.")
    if portal.clock_seconds is None:
        return
    if abs(portal.clock_seconds) > CLOCK_SECONDS:
        way = "ahead of" if portal.clock_seconds > 0 else "behind"
        text = f"This machine's clock is {abs(portal.clock_seconds):.0f} s {way} Discord's."
        mend = "Let the system set it: timedatectl set-ntp true"
        yield Finding(DISCORD, "clock", Level.WRONG, text, mend)
    else:
        text = f"Agrees with Discord's clock to {max(1, abs(portal.clock_seconds)):.0f} s."
        yield Finding(DISCORD, "clock", Level.OK, text)


def of_commands(portal: Portal, texts: Texts) -> Finding:
    """Tell whether Discord offers the commands that Lantern has."""
    ours = names_of_commands(texts)
    missing, strange = sorted(ours - portal.commands), sorted(portal.commands - ours)
    if not portal.commands:
        text = "Discord knows no command of this application yet; the first start tells it."
        mend = "If Lantern has run before: lantern run --sync"
        return Finding(DISCORD, "commands", Level.WARNING, text, mend)
    if missing or strange:
        lacks = [f"lacks {', '.join(missing)}"] if missing else []
        has = [f"has {', '.join(strange)}, which Lantern does not know"] if strange else []
        mend = "The next start tells it the present ones. If it does not: lantern run --sync"
        return Finding(DISCORD, "commands", Level.WARNING, f"Discord {' and '.join(lacks + has)}.", mend)
    return Finding(DISCORD, "commands", Level.OK, f"Discord offers all {len(ours)}.")


def names_of_commands(texts: Texts) -> frozenset[str]:
    """Return the names of all commands and menus that Lantern tells Discord, those of a group after its own."""
    keys = [key.split(".")[1] for key in texts.sentences if key.startswith("command.") and key.endswith(".name")]
    names = {key: texts(f"command.{key}.name") for key in keys}

    def full(key: str) -> str:
        group, _, part = key.partition("_")
        return f"{names[group]} {names[key]}" if part and group in names else names[key]

    return frozenset(map(full, keys))
