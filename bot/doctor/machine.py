"""Findings on the machine: room, memory, versions, time zones, the file system."""

from __future__ import annotations

import os
import platform
import shutil
import zoneinfo
from pathlib import Path
from typing import TYPE_CHECKING

from bot.doctor.findings import Area, Finding, Level
from bot.doctor.port import of_port
from bot.storage.inspection import NEEDED_SQLITE, SQLITE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.settings import Settings

LEAST_BYTES = 200_000_000
"""Room for a small database, its write-ahead log and a backup of it."""
COPIES = 3
"""Of a large database: its log may grow as long as it is, and so is a backup."""
LEAST_FILES = 100
"""A database with its log, its keys, backups."""
LEAST_MEMORY = 512_000_000
"""The bot itself, a round of introductions in a process of its own, and the system."""
NETWORK = frozenset({"9p", "afs", "ceph", "cifs", "glusterfs", "lustre", "nfs", "nfs4", "smb3", "smbfs"})
NETWORK_FUSE = frozenset({"fuse.glusterfs", "fuse.rclone", "fuse.s3fs", "fuse.sshfs"})
"""File systems over a network: SQLite's write-ahead log needs memory that all its users share (sqlite.org/wal.html)."""
PASSING = frozenset({"overlay", "ramfs", "tmpfs"})
"""What is written there is gone with the container, or when the machine starts anew."""
MOUNTS = Path("/proc/self/mounts")
MEMORY = Path("/proc/meminfo")
LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))
"""What a container may take: control groups, version 2 and 1."""


def of_machine(settings: Settings) -> Iterator[Finding]:
    """Yield every finding on the machine."""
    folder = existing(settings.state)
    size = settings.database.stat().st_size if settings.database.is_file() else 0
    yield room(folder, shutil.disk_usage(folder).free, size)
    yield from files(folder, free_files(folder))
    if mounts := read(MOUNTS):
        yield from file_system(folder, mounts)
    if most := most_memory():
        yield memory(most)
    yield versions()
    yield time_zones()
    yield from of_port(settings)


def existing(path: Path) -> Path:
    """Return the path, or the nearest folder above it that is there."""
    path = path.absolute()
    return next(folder for folder in (path, *path.parents) if folder.exists())


def room(folder: Path, free: int, database: int) -> Finding:
    """Tell whether there is room for the database, its log and a backup; all in bytes."""
    needed = max(LEAST_BYTES, COPIES * database)
    if free < needed:
        text = f"Only {free // 10**6} MB are free for {folder}."
        return Finding(Area.MACHINE, "disk", Level.WRONG, text, f"Make room for {needed // 10**6} MB.")
    return Finding(Area.MACHINE, "disk", Level.OK, f"{free / 10**9:.1f} GB are free for {folder}.")


def free_files(folder: Path) -> int | None:
    """Return how many more files fit, None where the file system does not count them."""
    if not hasattr(os, "statvfs"):
        return None
    counted = os.statvfs(folder)
    return counted.f_favail if counted.f_files else None


def files(folder: Path, free: int | None) -> Iterator[Finding]:
    """Tell where a file system has room, and no place for the names of more files."""
    if free is not None and free < LEAST_FILES:
        text = f"Only {free} more files fit on the file system of {folder}, however small they are."
        yield Finding(Area.MACHINE, "disk", Level.WRONG, text, "Delete files there that nobody needs.")


def file_system(folder: Path, mounts: str) -> Iterator[Finding]:
    """Tell whether the database is where SQLite works and files stay; `mounts`: as in /proc/self/mounts."""
    kinds = {unescaped(line.split()[1]): line.split()[2] for line in mounts.splitlines() if line.count(" ") > 1}
    resolved = folder.resolve()
    place = next((each for each in (resolved, *resolved.parents) if str(each) in kinds), None)
    kind = kinds[str(place)] if place is not None else ""
    if kind in NETWORK | NETWORK_FUSE:
        text = f"{folder} is on {kind}, a file system over a network, where SQLite may damage or lock its files."
        mend = "Set LANTERN_STATE to a folder on a local disk."
        yield Finding(Area.MACHINE, "file system", Level.WARNING, text, mend)
    elif kind in PASSING:
        text = f"{folder} is on {kind}: what is stored there is gone with the container, or at the next start of it."
        mend = "Set LANTERN_STATE to a folder that stays: a disk, or a container's volume."
        yield Finding(Area.MACHINE, "file system", Level.WARNING, text, mend)
    elif kind:
        yield Finding(Area.MACHINE, "file system", Level.OK, f"{folder} is on {kind}.")


def unescaped(path: str) -> str:
    """Return a path of /proc/self/mounts, where a space is written as an octal number after a backslash."""
    return path.encode().decode("unicode_escape").encode("latin-1").decode("utf-8", "replace")


def most_memory() -> int:
    """Return how many bytes of memory Lantern may take, of the machine and of its container; 0 where nothing tells."""
    total = next((int(line.split()[1]) * 1024 for line in read(MEMORY).splitlines() if line.startswith("MemTotal")), 0)
    limits = [int(text) for text in map(read, LIMITS) if text.strip().isdigit()]
    return min((size for size in (total, *limits) if size), default=0)


def memory(most: int) -> Finding:
    """Tell whether so many bytes of memory are enough."""
    if most < LEAST_MEMORY:
        text = f"Lantern may take {most // 10**6} MB of memory, and may need up to {LEAST_MEMORY // 10**6}."
        mend = "Allow the container more, or add a swap file."
        return Finding(Area.MACHINE, "memory", Level.WARNING, text, mend)
    return Finding(Area.MACHINE, "memory", Level.OK, f"{most / 10**9:.1f} GB.")


def versions() -> Finding:
    """Tell whether SQLite is new enough; pip sees to Python."""
    text = f"Python {platform.python_version()}, SQLite {'.'.join(map(str, SQLITE))}."
    if SQLITE < NEEDED_SQLITE:
        needed = ".".join(map(str, NEEDED_SQLITE))
        mend = f"Use a Python that comes with SQLite {needed} or newer, such as that of Debian 12."
        return Finding(Area.MACHINE, "versions", Level.WRONG, text, mend)
    return Finding(Area.MACHINE, "versions", Level.OK, text)


def time_zones() -> Finding:
    """Tell whether time zones are known: people choose theirs, and summer time is taken into account."""
    known = len(zoneinfo.available_timezones())
    if not known:
        mend = "Run `pip install tzdata`, or install the system's package of that name."
        return Finding(Area.MACHINE, "time zones", Level.WRONG, "This machine knows no time zones.", mend)
    return Finding(Area.MACHINE, "time zones", Level.OK, f"{known} are known.")


def read(path: Path) -> str:
    """Return a file of the system, empty where there is none."""
    try:
        return path.read_text("utf-8", "replace")
    except OSError:
        return ""
