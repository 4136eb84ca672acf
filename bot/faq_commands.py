"""`lantern faq`: what looks after the shipped FAQ, and what looks after a server's own, in one group."""

from __future__ import annotations

from bot.curation import faq
from bot.servers import COMMANDS

for command in COMMANDS:
    faq.add_command(command)
