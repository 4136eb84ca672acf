"""What the doctor makes of a machine's figures."""

from __future__ import annotations

import zoneinfo
from pathlib import Path

import pytest

from bot.doctor.findings import Level
from bot.doctor.machine import (
    LEAST_BYTES,
    LEAST_MEMORY,
    existing,
    file_system,
    files,
    memory,
    room,
    time_zones,
    versions,
)

MOUNTS = """\
/dev/sda1 / ext4 rw,relatime 0 0
tmpfs /run tmpfs rw 0 0
server:/export /srv nfs4 rw,vers=4.2 0 0
user@host: /srv/far fuse.sshfs rw 0 0
overlay /layer overlay rw 0 0
//box/share /mnt/my\\040share cifs rw 0 0
broken
"""


@pytest.mark.parametrize(
    ("folder", "level", "told"),
    [
        ("/var/lib/lantern", Level.OK, "ext4"),
        ("/srv/lantern", Level.WARNING, "nfs4, a file system over a network"),
        ("/srv/far/lantern", Level.WARNING, "fuse.sshfs"),
        ("/mnt/my share", Level.WARNING, "cifs"),
        ("/run/lantern", Level.WARNING, "tmpfs: what is stored there is gone"),
        ("/layer/state", Level.WARNING, "overlay"),
        ("/srvlike", Level.OK, "ext4"),
    ],
)
def test_a_folder_is_on_the_nearest_file_system_above_it(folder, level, told):
    (found,) = file_system(Path(folder), MOUNTS)

    assert level is found.level
    assert told in found.text
    assert bool(found.mend) is (level is Level.WARNING)


def test_a_system_that_lists_no_file_systems_gives_no_finding():
    assert [] == list(file_system(Path("/x"), ""))


@pytest.mark.parametrize(
    ("free", "database", "level"),
    [
        (LEAST_BYTES, 0, Level.OK),
        (LEAST_BYTES - 1, 0, Level.WRONG),
        (3_000_000_000, 1_000_000_000, Level.OK),
        (2_999_999_999, 1_000_000_000, Level.WRONG),
    ],
)
def test_room_is_for_the_database_its_log_and_a_backup(free, database, level):
    found = room(Path("/x"), free, database)

    assert level is found.level
    assert (level is Level.WRONG) == found.mend.startswith("Make room for ")


def test_a_disk_on_which_no_more_files_fit_is_wrong_and_one_that_does_not_count_them_is_not():
    assert [Level.WRONG] == [found.level for found in files(Path("/x"), 3)]
    assert [] == [*files(Path("/x"), None), *files(Path("/x"), 10_000)]


def test_little_memory_is_worth_knowing():
    assert Level.WARNING is memory(LEAST_MEMORY - 1).level
    assert Level.OK is memory(LEAST_MEMORY).level


def test_the_room_of_a_folder_that_is_not_there_yet_is_that_of_the_one_above(tmp_path):
    assert tmp_path == existing(tmp_path / "not" / "there")


def test_without_time_zones_nobody_could_choose_theirs(monkeypatch):
    assert Level.OK is time_zones().level

    monkeypatch.setattr(zoneinfo, "available_timezones", set)

    assert Level.WRONG is time_zones().level


def test_this_machine_has_a_sqlite_that_is_new_enough():
    assert Level.OK is versions().level
