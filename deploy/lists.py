"""The image's build: writes what pyproject.toml asks for into lists for pip, beside it."""

from __future__ import annotations

import tomllib
from pathlib import Path

OURSELVES = "lantern-bot"
ALONE = "tokenizers"
"""Asks for a client of the model hub, which nothing that serves ever loads, so it is installed without."""


def main() -> None:
    """Read pyproject.toml in this folder; write base.txt, model.txt, demo.txt, and base.txt's two parts."""
    project = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["project"]
    base, extras = project["dependencies"], project["optional-dependencies"]
    lists = {
        "base": base,
        "served": [each for each in base if not each.startswith(ALONE)],
        "alone": [each for each in base if each.startswith(ALONE)],
        "model": extras["model"],
        # The demo asks for the extra `model` to export one; in an image that is done.
        "demo": [each for each in extras["demo"] if not each.startswith(OURSELVES)],
    }
    for name, wanted in lists.items():
        Path(f"{name}.txt").write_text("".join(f"{each}\n" for each in wanted), encoding="utf-8")


if __name__ == "__main__":
    main()
