"""`make image-rehearsal`: builds the images without a Docker engine, starts what came out, and sums its files.

As in Docker: every instruction of deploy/Dockerfile, the real apt and pip, the layers, the user, the read-only root.
Not as in Docker: the engine, and Debian's slim image, for which the same packages stand in, taken from Debian. Needs
Linux, root, debootstrap (Debian: apt install debootstrap) and some 5 GB of disk.
"""

from __future__ import annotations

import argparse
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from image import Workshop, bytes_in, instructions, set_by

if TYPE_CHECKING:
    from image import Stage

ROOT = Path(__file__).resolve().parents[1]
DOCKERFILE = ROOT / "deploy/Dockerfile"
BAR_MB = 600
PACKAGES = "opt/packages/lib/python*/site-packages/*"
WITHOUT_TORCH = "import importlib.util as u, sys; sys.exit(any(map(u.find_spec, ('torch', 'sentence_transformers'))))"
STARTS = {
    ("python", "-c", WITHOUT_TORCH): 0,
    ("lantern", "--version"): 0,
    ("lantern", "model", "status"): 0,
    ("lantern", "ask", "how do I get into a PhD without publications"): 0,
    ("lantern", "doctor"): 1,  # it misses the token
    ("lantern", "health"): 1,  # there is none that runs
}
"""What is started in the serving image, and the exit code it must end with."""
UNTIL_HEALTHY = '"$0" "$@" & until {health}; do kill -0 $! || exit 1; sleep 1; done 2>/dev/null; kill $!; wait $!'


def main() -> int:
    """Build, start and sum; return 1 where something did not end as it must, or the image is over the bar."""
    options = _options()
    with tempfile.TemporaryDirectory(prefix="image-", dir=options.workspace) as folder:
        args = set_by(shlex.join(options.build_arg))
        workshop = Workshop(Path(folder), ROOT, args=args, pip=_pip_settings(), shared=options.share)
        release = set_by(instructions(DOCKERFILE)[0][1])["DEBIAN"].removeprefix("debian:").removesuffix("-slim")
        workshop.build(DOCKERFILE, workshop.stand_in(release))
        bot, demo = workshop.stages["bot"], workshop.stages["demo"]
        health = UNTIL_HEALTHY.format(health=shlex.join(demo.command("HEALTHCHECK")))
        starts = [
            *((bot, command, code) for command, code in STARTS.items()),
            (bot, (*bot.command("ENTRYPOINT"), *bot.command("CMD")), 78),  # there is no token, and it says so
            (demo, ("sh", "-c", health, *demo.command("ENTRYPOINT"), *demo.command("CMD")), 0),
        ]
        wrong = [command for stage, command, code in starts if _ended(workshop, stage, command) != code]
        megabytes = _summed(Path(folder), bot)
    for command in wrong:
        print(f"WRONG EXIT CODE: {shlex.join(command)}")
    print(f"The image of the bot: {megabytes:.0f} MB; the bar is {BAR_MB} MB.")
    return 1 if wrong or megabytes >= BAR_MB else 0


def _ended(workshop: Workshop, stage: Stage, command: tuple[str, ...]) -> int:
    print(f"\n$ {shlex.join(command)}", flush=True)
    code = workshop.run(stage, list(command))
    print(f"exit code {code}", flush=True)
    return code


def _summed(workspace: Path, stage: Stage) -> float:
    """Return the megabytes of an image, and print those of its layers and of the largest packages."""
    sizes = [bytes_in(workspace / layer) / 1e6 for layer in stage.layers]
    print(f"\nlayers, MB: {', '.join(f'{size:.1f}' for size in sizes)}")
    packages = [path for layer in stage.layers for path in (workspace / layer).glob(PACKAGES)]
    largest = sorted(((bytes_in(path) / 1e6, path.name) for path in packages), reverse=True)[:20]
    print(f"of packages: {', '.join(f'{name} {size:.1f}' for size, name in largest)}")
    return sum(sizes)


def _pip_settings() -> dict[str, str]:
    """Return how pip is set on this machine (mirrors, certificates), as environment for the pip in the image."""
    lines = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True, check=True
    ).stdout.splitlines()
    settings = set_by(" ".join(sorted(lines, key=lambda line: line.startswith(":env:"))))  # the environment wins
    return {f"PIP_{name.split('.', 1)[1].upper().replace('-', '_')}": given for name, given in settings.items()}


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build-arg", action="append", default=[], help="NAME=VALUE, as of docker build")
    parser.add_argument("--share", action="append", default=[], help="a folder that pip's settings here lead to")
    parser.add_argument("--workspace", help="the folder to work in, else the one for temporary files")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
