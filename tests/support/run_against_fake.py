"""Run as a program: `lantern`, with a local port in Discord's place. `python run_against_fake.py PORT run`."""

from __future__ import annotations

import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    from bot.cli import main
    from support.fake_discord import point_discord_at

    point_discord_at(int(sys.argv.pop(1)))
    main()
