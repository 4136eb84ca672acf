"""Carries out a Dockerfile without a Docker engine, for deploy/rehearse.py. Needs Linux, root, and debootstrap.

Each instruction that changes files makes a layer, as in Docker: a folder that overlayfs lays over those below it.
Commands run there in a chroot, with the stage's environment, folder and user.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from dockerfile_parse import DockerfileParser

if TYPE_CHECKING:
    from pathlib import Path

NOT_IN_SLIM = ("usr/share/doc", "usr/share/info", "usr/share/locale", "usr/share/man")
DOCKER_CLEAN = """DPkg::Post-Invoke { "rm -f /var/cache/apt/archives/*.deb /var/cache/apt/*.bin"; };
Dir::Cache::pkgcache "";
Dir::Cache::srcpkgcache "";
"""
"""Debian's images are set like this, so that what apt-get downloads stays in no layer."""
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
WRITABLE = "/tmp /data"  # noqa: S108 - in the image, where compose.yaml mounts them
IN_THE_IMAGE = """
set -e
shown() { mount --bind "$1" "root$1" && mount -o remount,bind,ro "root$1"; }
mount -t overlay overlay -o "$OVERLAY" root
mount -t proc proc root/proc
shown /sys
mount -t tmpfs tmpfs root/dev
mkdir -m 1777 root/dev/shm
ln -s /proc/self/fd root/dev/fd
for device in full null random urandom zero; do
    touch root/dev/$device
    mount --bind /dev/$device root/dev/$device
done
for path in $SHARED; do shown "$path"; done
for path in $SCRATCH; do mount -t tmpfs -o mode=1777 tmpfs "root$path"; done
[ -z "$ALONE" ] || ip link set lo up
exec chroot root /usr/bin/env -i "$@"
"""
"""What runs in mount and process namespaces of its own: it sees nothing of this machine that it could change."""


@dataclass(frozen=True, slots=True)
class Stage:
    """What a stage has come to: its layers (folders of the workspace, lowest first), and how commands run in it."""

    layers: tuple[str, ...] = ()
    env: dict[str, str] = field(default_factory=lambda: {"PATH": PATH})
    workdir: str = "/"
    user: str = "0:0"
    says: dict[str, str] = field(default_factory=dict)
    """By instruction, the last value of those that change no file: ENTRYPOINT, CMD, HEALTHCHECK ..."""

    def command(self, instruction: str) -> list[str]:
        """Return the exec form that ENTRYPOINT, CMD or HEALTHCHECK gives."""
        value = self.says[instruction]
        return list(json.loads(value[value.index("[") :]))


def instructions(dockerfile: Path) -> list[tuple[str, str]]:
    """Return (instruction, value) in order; lines are joined, comments left out."""
    with dockerfile.open("rb") as file:
        parsed = DockerfileParser(fileobj=file).structure
    return [(each["instruction"], each["value"]) for each in parsed if each["instruction"] != "COMMENT"]


def set_by(value: str) -> dict[str, str]:
    """Return what the value of ENV, ARG or LABEL sets."""
    return {name: given for name, _, given in (word.partition("=") for word in shlex.split(value))}


def bytes_in(folder: Path) -> int:
    """Return the size of all files of a layer, as Docker counts them."""
    return sum(path.lstat().st_size for path in folder.rglob("*") if path.is_symlink() or path.is_file())


class Workshop:
    """Makes stages of a Dockerfile in a workspace, an empty folder.

    `args` are those of docker build; `pip` is the environment of every RUN besides the stage's own, and `shared` the
    folders of this machine that it leads to.
    """

    def __init__(
        self, workspace: Path, context: Path, *, args: dict[str, str], pip: dict[str, str], shared: list[str]
    ) -> None:
        self._workspace, self._context = workspace, context
        self._args, self._pip, self._shared = args, pip, shared
        self.stages: dict[str, Stage] = {}
        for name in ("root", "work"):
            (workspace / name).mkdir()

    def stand_in(self, release: str) -> Stage:
        """Return what stands in for Debian's slim image of a release, made as that one is, by debootstrap."""
        base = self._workspace / "base"
        subprocess.run(["debootstrap", "--variant=minbase", release, base], check=True, stdout=subprocess.DEVNULL)
        (base / "etc/apt/apt.conf.d/docker-clean").write_text(DOCKER_CLEAN, encoding="utf-8")
        excludes = "".join(f"path-exclude /{path}/*\n" for path in NOT_IN_SLIM)
        (base / "etc/dpkg/dpkg.cfg.d/docker").write_text(excludes, encoding="utf-8")
        for path in (*NOT_IN_SLIM, "var/cache/apt", "var/lib/apt/lists"):
            shutil.rmtree(base / path, ignore_errors=True)
            (base / path).mkdir()
        (base / "etc/resolv.conf").touch()
        for path in self._shared:
            (base / path.lstrip("/")).mkdir(parents=True, exist_ok=True)
        return Stage(("base",))

    def build(self, dockerfile: Path, base: Stage) -> None:
        """Carry out every instruction. Raises CalledProcessError for a command that fails."""
        name = ""
        for number, (instruction, value) in enumerate(instructions(dockerfile)):
            if instruction == "FROM":
                parent, _, name = value.partition(" AS ")
                self.stages[name] = self.stages.get(parent, base)
            elif name:  # an ARG before the first stage chooses the image that `base` stands in for
                print(f"[{name}] {instruction} {' '.join(value.split())}", flush=True)
                self.stages[name] = self._after(self.stages[name], f"layer{number}", instruction, value)

    def run(self, stage: Stage, command: list[str]) -> int:
        """Run a command as compose.yaml does, read-only and without rights, here also without network.

        Return its exit code.
        """
        rights = ["setpriv", "--no-new-privs", "--bounding-set=-all", "--inh-caps=-all", "--clear-groups"]
        user, _, group = stage.user.partition(":")
        mounts = {"OVERLAY": f"lowerdir={_under(stage)}", "SCRATCH": WRITABLE, "ALONE": "yes"}
        whole = [*rights, f"--reuid={user}", f"--regid={group}", *command]
        return self._enter(["--net"], stage, stage.env, mounts, whole).returncode

    def _after(self, stage: Stage, layer: str, instruction: str, value: str) -> Stage:
        if instruction in {"ENV", "ARG"}:
            given = {name: self._args.get(name, default) for name, default in set_by(value).items()}
            return replace(stage, env={**stage.env, **given})
        if instruction == "USER":
            return replace(stage, user=value)
        if instruction == "RUN":
            return self._ran(stage, layer, value)
        if instruction == "COPY":
            return self._copied(stage, layer, value.split())
        if instruction == "WORKDIR":
            (self._workspace / layer / value.lstrip("/")).mkdir(parents=True)
            return replace(stage, workdir=value, layers=(*stage.layers, layer))
        return replace(stage, says={**stage.says, instruction: value})

    def _copied(self, stage: Stage, layer: str, words: list[str]) -> Stage:
        origin = words.pop(0).removeprefix("--from=") if words[0].startswith("--from=") else ""
        roots = [self._workspace / each for each in self.stages[origin].layers] if origin else [self._context]
        *sources, target = words
        into = self._workspace / layer / os.path.join(stage.workdir, target).lstrip("/")  # noqa: PTH118 - of the image
        into.mkdir(parents=True)
        left_out = None if origin else shutil.ignore_patterns("__pycache__")
        for source in sources:
            found = [path for path in (root / source.lstrip("/") for root in roots) if path.exists()]
            if not found:
                raise FileNotFoundError(f"COPY: there is no {source} in {origin or self._context}")
            for path in found:
                if path.is_dir():
                    shutil.copytree(path, into, symlinks=True, dirs_exist_ok=True, ignore=left_out)
                else:
                    shutil.copy(path, into)
        return replace(stage, layers=(*stage.layers, layer))

    def _ran(self, stage: Stage, layer: str, command: str) -> Stage:
        (self._workspace / layer).mkdir()
        overlay = f"lowerdir={_under(stage)},upperdir={layer},workdir=work"
        mounts = {"OVERLAY": overlay, "SHARED": " ".join(["/etc/resolv.conf", *self._shared])}
        env = {**self._pip, **stage.env}
        self._enter([], stage, env, mounts, ["sh", "-c", command]).check_returncode()
        return replace(stage, layers=(*stage.layers, layer))

    def _enter(
        self, apart: list[str], stage: Stage, env: dict[str, str], mounts: dict[str, str], command: list[str]
    ) -> subprocess.CompletedProcess[bytes]:
        settings = [f"{name}={value}" for name, value in env.items()]
        inside = ["sh", "-c", IN_THE_IMAGE, "sh", f"--chdir={stage.workdir}", *settings, *command]
        return subprocess.run(
            ["unshare", "--mount", "--pid", "--fork", *apart, *inside],
            check=False,
            cwd=self._workspace,
            env={**os.environ, **mounts},
        )


def _under(stage: Stage) -> str:
    return ":".join(reversed(stage.layers))
