"""The image's build: writes what pyproject.toml asks for into a file each, for pip: base.txt, model.txt, demo.txt."""

from __future__ import annotations

import tomllib
from pathlib import Path

OURSELVES = "lantern-bot"


def main() -> None:
    """Read pyproject.toml in this folder, and write the lists beside it."""
    project = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["project"]
    lists = {"base": project["dependencies"], **project["optional-dependencies"]}
    for name in ("base", "model", "demo"):
        # The demo needs the extra `model` to export; in an image the export is there.
        wanted = [each for each in lists[name] if not each.startswith(OURSELVES)]
        Path(f"{name}.txt").write_text("\n".join(wanted) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
