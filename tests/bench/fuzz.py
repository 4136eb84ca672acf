"""`make fuzz`: 10,000 drawn deeds of hostile people, other ones each time, or as many as are named."""

from __future__ import annotations

import argparse
import asyncio
import logging
import sys
import time
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bot import app
from bot.settings import Settings
from support.hostile import fuzz, open_stage
from support.parts import WordEmbedder
from support.small import small_pack

EXAMPLES = 10_000
SHOW_EVERY = 500


def main() -> None:
    """Do it, and print how far it is and what was done; the first thing that must not happen ends it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("examples", nargs="?", type=int, default=EXAMPLES)
    examples = parser.parse_args().examples
    logging.getLogger().addHandler(logging.NullHandler())  # what is logged is looked at, not shown
    shipped = app.load_content(Settings(_env_file=None))
    content = replace(shipped, texts=replace(shipped.texts, starters=("burnout",)), pack=small_pack())
    began, done = time.monotonic(), 0

    def show():
        nonlocal done
        done += 1
        if done % SHOW_EVERY == 0 or done == examples:
            print(f"{done:>7,} of {examples:,} in {time.monotonic() - began:,.0f} s", flush=True)

    with asyncio.Runner() as runner:
        stack = AsyncExitStack()

        async def set_the_stage():
            lantern = await stack.enter_async_context(app.lantern(content, None, None, WordEmbedder))
            return await stack.enter_async_context(open_stage(lantern))

        stage = runner.run(set_the_stage())
        try:
            fuzz(stage, runner.run, examples, derandomize=False, each=show)
        finally:
            runner.run(stack.aclose())
    for (kind, who), count in sorted(stage.done.items()):
        print(f"{count:>7,} {kind.lower().replace('_', ' ')} as {who}")
    print("No unhandled error, no ping, nothing of others shown or changed.")


if __name__ == "__main__":
    main()
