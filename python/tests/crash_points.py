# SPDX-License-Identifier: Apache-2.0
"""Kills a driver at a chosen step, without help from the driver.

When a file appears in a folder or disappears from it, the driver is frozen and all its files are read. If the files
show the chosen step, the frozen driver is killed. Otherwise it continues.
"""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from page_log import Manifest, PageLog, Position, page_log_of, read_page_log
from process import Driver

OFFSET_CHECKSUM = re.compile(r"\.\d+\.crc")


@dataclass(frozen=True)
class Place:
    """The folders of a query from the API to Parquet."""

    checkpoint: Path
    output: Path

    @property
    def page_log(self) -> Path:
        return page_log_of(self.checkpoint)

    def scene(self) -> Scene:
        """A snapshot of all files. No process may write meanwhile."""
        log = read_page_log(self.page_log)
        log.must_be_whole()
        metadata = [p for p in _files(self.output / "_spark_metadata") if not p.name.startswith(".")]
        entries = (line for p in metadata for line in p.read_text().splitlines()[1:])
        return Scene(
            log,
            {int(p.name): _position(p) for p in _files(self.checkpoint / "offsets") if p.name.isdigit()},
            {int(p.name) for p in _files(self.checkpoint / "commits") if p.name.isdigit()},
            {int(p.name.removesuffix(".compact")) for p in metadata},
            {p.name for p in _files(self.output) if p.suffix == ".parquet"},
            {json.loads(entry)["path"].rpartition("/")[2] for entry in entries},
            {int(p.name[1:-4]) for p in _files(self.checkpoint / "offsets") if OFFSET_CHECKSUM.fullmatch(p.name)},
        )


@dataclass(frozen=True)
class Scene:
    """The content of a query's files at one moment."""

    log: PageLog
    offsets: dict[int, Position]
    commits: set[int]
    in_sink: set[int]
    """Batches in the sink."""
    sink_files: set[str]
    sink_files_taken: set[str]
    checked: set[int]
    """Batches whose offsets have a checksum file. Spark writes it last when it logs offsets."""

    @property
    def latest(self) -> int:
        """The newest batch with a logged end. Without batches: -1."""
        return max(self.offsets, default=-1)

    @property
    def in_a_batch(self) -> bool:
        return self.latest >= 0 and self.latest not in self.commits

    def end_of(self, batch: int) -> Position:
        return self.offsets.get(batch, Position(0, 0))


@dataclass(frozen=True)
class Event:
    """The state when a driver was frozen: files before the run, files now, and names that appeared or disappeared."""

    before: Scene
    now: Scene
    came: set[str]
    went: set[str]

    @property
    def files_of_this_run(self) -> set[str]:
        """Files in the sink's folder that the sink has not yet committed."""
        return self.now.sink_files - self.before.sink_files - self.now.sink_files_taken


@dataclass(frozen=True)
class CrashPoint:
    """A step, the folder that changes in this step, and the check that recognizes it."""

    name: str
    folder: Callable[[Place], Path]
    reached: Callable[[Event], bool]
    deletes: bool = False
    """Whether the step deletes files of the folder. Then a new file alone is not a reason to freeze the driver."""


def _in_a_response(e: Event) -> bool:
    return any(e.now.log.page_files[name] is None for name in e.came & e.now.log.orphans)


def _page_without_manifest(e: Event) -> bool:
    return any(e.now.log.page_files[name] is not None for name in e.came & e.now.log.orphans)


def _manifest_without_batch(e: Event) -> bool:
    manifests = e.now.log.manifests
    return bool(manifests) and manifests[-1].end > e.now.end_of(e.now.latest) and not e.now.in_a_batch


def _batch_not_begun(e: Event) -> bool:
    return e.now.in_a_batch and e.now.latest not in e.now.in_sink and not e.files_of_this_run


def _in_the_batch(e: Event) -> bool:
    return e.now.in_a_batch and e.now.latest not in e.now.in_sink and bool(e.files_of_this_run)


def _batch_not_committed(e: Event) -> bool:
    return e.now.in_a_batch and e.now.latest in e.now.in_sink


def _in_the_purge(e: Event) -> bool:
    """A purge has deleted some of its manifests, or all of them and some of their pages.

    With `retainBatches` 1 it deletes up to the end of the third newest batch. A poll may be writing one further page.
    """
    purged_to = e.now.end_of(e.now.latest - 2)
    manifests_left = any(m.end <= purged_to for m in e.now.log.manifests)
    return bool(e.went) and (manifests_left or len(e.now.log.orphans) > 1)


def next_purge(now: Scene) -> list[Manifest]:
    """The manifests that the next purge deletes with `retainBatches` 0: the second newest batch consumed them."""
    return [m for m in now.log.manifests[:-1] if m.end <= now.end_of(now.latest - 1)]


def _before_the_purge(e: Event) -> bool:
    """Spark is still writing its offset log. Then it calls the source, which purges."""
    return e.now.in_a_batch and e.now.latest not in e.now.checked and bool(next_purge(e.now))


IN_A_RESPONSE = CrashPoint("half a response", lambda p: p.page_log / "pages", _in_a_response)
PAGE_WITHOUT_MANIFEST = CrashPoint(
    "page file, before its manifest", lambda p: p.page_log / "pages", _page_without_manifest
)
MANIFEST_WITHOUT_BATCH = CrashPoint(
    "manifest, before the offset log", lambda p: p.page_log / "manifests", _manifest_without_batch
)
BATCH_NOT_BEGUN = CrashPoint("offset log, before the batch runs", lambda p: p.checkpoint / "offsets", _batch_not_begun)
IN_THE_BATCH = CrashPoint("in the batch", lambda p: p.output, _in_the_batch)
BATCH_NOT_COMMITTED = CrashPoint(
    "batch, before the commit log", lambda p: p.output / "_spark_metadata", _batch_not_committed
)
BEFORE_THE_PURGE = CrashPoint("offset log, before the purge", lambda p: p.checkpoint / "offsets", _before_the_purge)
IN_THE_PURGE = CrashPoint("in the purge", lambda p: p.page_log / "manifests", _in_the_purge, deletes=True)


def kill_at(point: CrashPoint, start: Callable[[], Driver], place: Place, seconds: float = 240) -> tuple[Scene, int]:
    """Starts a driver and kills it at the step. Returns the files that remain, and how often the driver was frozen."""
    before = place.scene()
    with start() as driver:
        event, tries = freeze_at(point, driver, place, before, seconds)
        driver.kill()
        after = place.scene()
        assert after == event.now, "files changed while the driver was frozen"
        return after, tries


def freeze_at(
    point: CrashPoint, driver: Driver, place: Place, before: Scene, seconds: float = 240
) -> tuple[Event, int]:
    """Freezes a running driver at the step. Returns the event, and how often the driver was frozen."""
    folder = point.folder(place)
    seen = _names(folder)
    tries = 0
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        names = _names(folder)
        if names == seen or (point.deletes and names > seen):
            seen = names
            assert driver.is_running(), f"the driver ended before that step:\n{driver.output()}"
            time.sleep(0.0005)
            continue
        driver.freeze()
        tries += 1
        names = _names(folder)
        event = Event(before, place.scene(), names - seen, seen - names)
        if point.reached(event):
            return event, tries
        seen = names
        driver.thaw()
    raise AssertionError(f"the step was never hit in {seconds} s and {tries} tries: {point.name}")


def _names(folder: Path) -> set[str]:
    """File names, without files that are still being written under a temporary name."""
    try:
        with os.scandir(folder) as entries:
            return {e.name for e in entries if not e.name.startswith(".") and not e.name.endswith(".tmp")}
    except FileNotFoundError:
        return set()


def _files(folder: Path) -> list[Path]:
    return [p for p in folder.iterdir() if p.is_file()] if folder.exists() else []


def _position(offset_log_entry: Path) -> Position:
    """Reads the third line, which belongs to the first source."""
    offset = json.loads(offset_log_entry.read_text().splitlines()[2])
    return Position(offset["seq"], offset["record"])
