"""Kills the bot (SIGKILL) while many people use it, starts it again, and judges what is left by what they were told.

Run as a program, with a folder, how many kills and a seed, it prints what they came to, as JSON. What somebody was told is what an `await` returned: the process then writes a line into a journal, which stays.
"""

from __future__ import annotations

import json
import os
import random
import select
import shutil
import signal
import sys
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from support.everyday import ROLES, acts_of, without
from support.lives import (
    CLOSING,
    READY,
    SWEEPING,
    computed,
    forked,
    live,
    look,
    look_anew,
    measure,
    rehearse,
    small_content,
)
from support.older import ASKED_BEFORE, make_old

GONE = b""
"""What is heard of a process that ended."""
WORK_SECONDS, SWEEP_SECONDS, CLOSE_SECONDS = 1.2, 0.05, 0.1
"""Up to so long after the process is ready, or begins to sweep or to close, it is killed. Starts are measured."""
AFTER = {"working": READY, "sweeping": SWEEPING, "closing": CLOSING}
"""Kinds of moments, with what a process tells before; in all others it is killed from its beginning on."""
KINDS = ("working", "starting", "working", "sweeping", "working", "closing", "first start", "migrating")
"""Kinds of moments, one kill after the other."""
ANEW = frozenset({"first start", "migrating"})
"""Kinds for which a folder of their own is made each time."""
INDEXED = 2
"""Servers whose index is compared after a kill, of those whose FAQ is being edited."""
AT_ONCE = 2
"""People of each role at the same time."""


@dataclass
class Somebody:
    """Where somebody is. `stays`: what is stored of them for good, once they do nothing any more."""

    role: str
    number: int
    acknowledged: int = 0
    is_pending: bool = False
    stays: str | None = None


@dataclass
class Result:
    """What the kills came to.

    `checked`: acknowledged acts that were looked for again, after each kill; of those that were not acknowledged yet,
    `whole`, `absent`, and `late`, where something came that may come a moment after the rest (`everyday.Act`).
    """

    kills: Counter[str] = field(default_factory=Counter)
    too_late: int = 0
    acknowledged: int = 0
    checked: int = 0
    whole: int = 0
    absent: int = 0
    late: int = 0
    told: int = 0
    indexes: int = 0
    problems: list[str] = field(default_factory=list)


class Killing:
    """A folder in which the bot lives again and again."""

    def __init__(self, folder: Path, seed: int) -> None:
        """Learn what everybody's acts lead to where nobody is killed, and how long a start takes."""
        self.folder, self.scratch, self.journal = (folder / name for name in ("state", "scratch", "journal"))
        self.folder.mkdir(parents=True)
        self.journal.touch()
        self.result = Result()
        self._random = random.Random(seed)
        self._content = small_content()
        self._start = datetime.now(UTC).replace(microsecond=0)
        self._views = computed(rehearse, self._content, self._start)
        first, again = computed(measure, self._content, self.folder)
        self._longest = {"first start": first, "migrating": first, "starting": again}
        self._longest |= {"working": WORK_SECONDS, "sweeping": SWEEP_SECONDS, "closing": CLOSE_SECONDS}
        self._everybody: list[Somebody] = []
        self._lines = 0
        self._told: set[str] = set()
        self._fill()

    def kill(self, kind: str) -> None:
        """Let the bot live once, and die at a moment of a kind; then look at what is left."""
        self.result.kills[kind] += 1
        if kind in ANEW:
            self._kill_anew(kind)
            return
        self._live(kind, self.folder, [(one.role, one.number, one.acknowledged) for one in self._active()])
        self._read_journal()
        active = self._active()
        indexed = [one.number for one in active if one.role in {"editing", "answering"}]
        indexed = self._random.sample(indexed, INDEXED)
        found = computed(look, self._content, self.folder, [one.number for one in self._everybody], indexed)
        self.result.problems += found["problems"]
        self.result.indexes += found["indexes"]
        for one, seen in zip(self._everybody, found["views"], strict=True):
            self.result.checked += one.acknowledged
            if one.stays is None:
                self._judge(one, seen)
            elif one.stays != seen:
                self._wrong(one, one.stays, seen)
        self._fill()

    def _active(self) -> list[Somebody]:
        return [one for one in self._everybody if one.stays is None]

    def _fill(self) -> None:
        """Let somebody else go on for each who has done everything."""
        for role in ROLES:
            while sum(one.role == role for one in self._active()) < AT_ONCE:
                self._everybody.append(Somebody(role, len(self._everybody)))

    def _live(self, kind, folder, people) -> None:
        hears, tells = os.pipe()
        child = forked(lambda: live(self._content, folder, self.journal, tells, people=people, start=self._start))
        os.close(tells)
        process = os.pidfd_open(child)
        self._wait(kind, child, process, hears)
        ended, *_ = select.select([process], [], [], self._random.uniform(0, self._longest[kind]))
        if not ended:
            os.kill(child, signal.SIGKILL)
        os.close(process)
        os.close(hears)
        end = os.waitpid(child, 0)[1]
        self.result.too_late += end == 0
        if end not in {0, signal.SIGKILL}:
            self.result.problems.append(f"{kind}: the process ended by itself, with {end}")

    def _wait(self, kind, child, process, hears) -> None:
        """Wait until the process is where it is to be killed; one that is to close is told so."""
        heard = b"nothing"
        while kind in AFTER and heard not in {AFTER[kind], GONE}:
            heard = os.read(hears, 1)
            if kind == "closing" and heard == READY:
                select.select([process], [], [], self._random.uniform(0, WORK_SECONDS))
                os.kill(child, signal.SIGTERM)

    def _kill_anew(self, kind) -> None:
        """Kill the first start in a folder, or that with a database of an older version; then start it again."""
        shutil.rmtree(self.scratch, ignore_errors=True)
        self.scratch.mkdir()
        if kind == "migrating":
            make_old(self.scratch / "lantern.db")
        self._live(kind, self.scratch, [])
        found = computed(look_anew, self._content, self.scratch)
        if found["problems"] or found["asked"] != ([ASKED_BEFORE] if kind == "migrating" else []):
            self.result.problems.append(f"{kind}: {found}")

    def _read_journal(self) -> None:
        """Learn what was begun, acknowledged and told since this was done last."""
        lines = self.journal.read_text(encoding="utf-8").splitlines()
        for line in map(json.loads, lines[self._lines :]):
            if "told" in line:
                if line["told"] in self._told:
                    self.result.problems.append(f"told twice: {line['told']}")
                self._told.add(line["told"])
            else:
                one = self._everybody[line["number"]]
                one.is_pending = not line["done"]
                one.acknowledged += line["done"]
                self.result.acknowledged += line["done"]
        self._lines, self.result.told = len(lines), len(self._told)

    def _judge(self, one, seen) -> None:
        """See whether what is stored of somebody is what they were told, and a last act whole or absent."""
        views, late = self._views[one.role], ()
        now, then = views[one.acknowledged], views[min(one.acknowledged + 1, len(views) - 1)]
        if one.is_pending:
            late = acts_of(one.role)[one.acknowledged].late
        if one.is_pending and seen == then:
            one.acknowledged += 1
            self.result.whole += 1
        elif seen == now:
            self.result.absent += one.is_pending
        elif late and without(seen, late) == without(then, late):
            one.stays = seen
            self.result.late += 1
        else:
            one.stays = seen
            self._wrong(one, now, seen)
        one.is_pending = False
        if one.acknowledged == len(acts_of(one.role)):
            one.stays = seen

    def _wrong(self, one, wanted, seen) -> None:
        pairs = zip(wanted.splitlines(), seen.splitlines(), strict=False)
        lines = [f"{wants.strip()} became {sees.strip()}" for wants, sees in pairs if wants != sees]
        self.result.problems.append(f"{one.role}, after {one.acknowledged} acts: {lines[:4] or 'rows are missing'}")


def main(folder: str, kills: str, seed: str) -> None:
    killing = Killing(Path(folder), int(seed))
    for number in range(int(kills)):
        killing.kill(KINDS[number % len(KINDS)])
    print(json.dumps(vars(killing.result)))


if __name__ == "__main__":
    main(*sys.argv[1:])
