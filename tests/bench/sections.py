"""Writes measured parts into docs/benchmarks.md and leaves the rest of it as it is."""

from __future__ import annotations

import re
from pathlib import Path

REPORT = Path(__file__).resolve().parents[2] / "docs" / "benchmarks.md"


def put(name: str, text: str, report: Path = REPORT) -> None:
    """Replace what stands between <!-- name --> and <!-- /name -->; it must be there."""
    before, after = f"<!-- {name} -->", f"<!-- /{name} -->"
    held = report.read_text(encoding="utf-8")
    changed, times = re.subn(
        f"{before}.*?{after}", lambda _: f"{before}\n{text.strip()}\n{after}", held, flags=re.DOTALL
    )
    if times != 1:
        raise SystemExit(f"{report.name} must hold {before} ... {after} once; put it back.")
    report.write_text(changed, encoding="utf-8")
