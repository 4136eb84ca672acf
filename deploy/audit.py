"""`make audit`: asks which pinned versions have known holes. Where nobody can be asked, says so and passes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

CONSTRAINTS = Path(__file__).resolve().parents[1] / "constraints.txt"
OPTIONS = ("--no-deps", "--disable-pip", "--format", "json", "--progress-spinner", "off", "--timeout", "15")
PATIENCE_SECONDS = 300


def main() -> int:
    """Return 1 for known holes, else 0."""
    command = [sys.executable, "-m", "pip_audit", "--requirement", str(CONSTRAINTS), *OPTIONS]
    try:
        ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE_SECONDS)
        packages = json.loads(ended.stdout)["dependencies"]
    except (subprocess.TimeoutExpired, ValueError, KeyError) as error:
        print(f"NOT AUDITED: pip-audit came to no result ({type(error).__name__}). Run make audit where it can.")
        return 0
    asked = [each for each in packages if "skip_reason" not in each]
    holes = [(each["name"], each["version"], hole) for each in asked for hole in each["vulns"]]
    if not asked:
        print(f"NOT AUDITED: the service knows none of {len(packages)} packages here. Run make audit where it does.")
        return 0
    print(f"Audited {len(asked)} of {len(packages)} packages; known holes: {len(holes)}.")
    for name, version, hole in holes:
        mended = ", ".join(hole.get("fix_versions", ())) or "no version yet"
        print(f"  {name} {version}: {hole['id']}, mended in {mended}")
    return 1 if holes else 0


if __name__ == "__main__":
    sys.exit(main())
