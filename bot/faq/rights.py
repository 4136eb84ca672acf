"""Who may do what. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.moderation import Capability

if TYPE_CHECKING:
    from bot.core.moderation import Actor, GuildSettings

OPEN = frozenset({Capability.ASK, Capability.SUGGEST, Capability.MEET})
"""What everybody may where `/setup` names no role."""


def may(actor: Actor, capability: Capability, settings: GuildSettings) -> bool:
    """Tell whether somebody may do something on a server.

    Who has a capability has those it includes as well, and Manage Server has them all, so that no setting and no
    deleted role locks a server out.
    """
    return actor.manages_server or any(_has(actor, one, settings) for one in Capability if one.includes(capability))


def _has(actor: Actor, capability: Capability, settings: GuildSettings) -> bool:
    """Tell whether somebody has just this capability: by a role, or where no role was named for it, by default.

    A named role that was deleted is still named: nobody has it, and the default does not come back by itself.
    """
    roles = settings.roles.get(capability)
    if roles and capability is not Capability.ALWAYS:
        return not roles.isdisjoint(actor.roles)
    match capability:
        case Capability.ALWAYS | Capability.ASK:
            return True
        case Capability.SUGGEST | Capability.MEET:
            return _has(actor, Capability.ASK, settings)
        case Capability.EDIT | Capability.PUBLISH:
            return actor.manages_messages
        case Capability.ADMINISTER:
            return False


def publishes_alone(actor: Actor, settings: GuildSettings) -> bool:
    """Tell whether somebody's edit is published at once, without another pair of eyes."""
    return not settings.four_eyes and may(actor, Capability.PUBLISH, settings)
