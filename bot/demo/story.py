"""What happened on the demo's server just before you came: it is set up, people asked, voted, suggested, wrote."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from simcord.components import walk_components

from bot.core.models import GuildId
from bot.core.moderation import Capability, Duty, ForumMode, GuildSettings
from bot.demo.past import tell_past
from bot.faq.digest import FIRST_HOUR

if TYPE_CHECKING:
    from bot.cogs.client import LanternClient
    from bot.demo.world import Person, World

CHOIR, CHOIR_TOO = "which institutes have a choir for researchers", "is there a choir for researchers"
CARAVAN = "do PhD programmes offer parking for a caravan"
STOPPED = "three months since my interview and they just stopped answering"
NO_REPLY = "my supervisor never replies to my messages"
ASKED = (
    ("Noor", CHOIR, "Tell me when this is answered"),
    ("Sam", CHOIR_TOO, "Tell me when this is answered"),
    ("Ines", CHOIR, None),
    ("Ines", CARAVAN, None),
    ("Noor", STOPPED, "That helped"),
    ("Sam", STOPPED, "That helped"),
    ("Noor", NO_REPLY, "Not what I meant"),
)
"""Who asked what, and what they pressed then."""
SUGGESTED = {
    "question": "Which podcasts do people listen to who are not in academia yet?",
    "answer": "Short ones. I listen on the bus, and it keeps me in touch with the field.",
    "why": "I work nights and cannot come to talks.",
}
ON_DUTY = "most evenings, 18 to 22 UTC"
WRITTEN = {
    "question": "What does a conditional offer mean, and what if I miss the condition?",
    "answer": "The place is yours once you have shown what they ask for, most often a final grade or a language "
    "certificate, by the date in the letter.\n\n**If it will be late or too low, write before that date**, to whoever "
    "signed the letter. Say what you have, what is missing, and when it comes. Many extend the date; none can do so "
    "for somebody who stayed silent.",
    "phrasings": "my offer has a condition\nconditional offer but my grade is too low",
    "topic": "Interviews and offers",
    "sources": "Ines, who missed hers by a tenth of a grade",
}
"""What a member suggests, and what a mentor writes who may not publish alone."""


async def tell_story(world: World, client: LanternClient) -> None:
    """Set the server up and let people do what they do, so that a moderator finds something to do."""
    lantern, guild, today = client.desk.lantern, GuildId(world.guild.id), datetime.now(UTC)
    settings = GuildSettings(
        roles={Capability.EDIT: frozenset({world.guild.roles["Mentor"].id})},
        moderators_channel=world.place("moderators").id,
        forums={world.forum.id: ForumMode.SHADOW},
        digest_day=today.weekday(),
        duty=Duty(world.guild.roles["Moderator"].id, ON_DUTY),
    )
    await lantern.guilds.update(guild, lambda _: settings)
    await tell_past(world, lantern)
    place = world.lounge
    for name, question, button in ASKED:
        await _ask(world, world.person(name), place, question, button)
    await _fill(world, world.person("Sam"), place, "suggest", SUGGESTED)
    preview = await _fill(world, world.person("Ines"), place, "faq add", WRITTEN)
    await world.do(world.person("Ines").member.click, preview, label="Hand in")
    await client.weekly.run_due(today.replace(hour=FIRST_HOUR))


async def _ask(world: World, person: Person, place: Any, question: str, button: str | None) -> None:
    """Ask as somebody; they leave choices aside, and press what they press then, where it is offered."""
    result = await world.do(person.member.slash, place, "ask", question=question)
    for label in filter(None, ("None of these", button)):
        if label in [part.get("label", "") for part in walk_components(result.response.components)]:
            result = await world.do(person.member.click, result.response, label=label)


async def _fill(world: World, person: Person, place: Any, command: str, fields: dict[str, str]) -> Any:
    """Use a command that opens a form, submit it, and return the message that comes."""
    opened = await world.do(person.member.slash, place, command)
    return (await world.do(person.member.submit_modal, opened, fields)).response
