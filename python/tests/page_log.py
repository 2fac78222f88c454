# SPDX-License-Identifier: Apache-2.0
"""Reads a page log independently of the program that writes it, and reports every deviation from the format.

It shares nothing with the Scala code. Later versions must be able to read the format that this module describes.
"""

from __future__ import annotations

import json
import re
import struct
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

NUMBERED = re.compile(r"(\d{20})\.json")
PAGES = re.compile(r"(\d{10})-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.ndjson")
SEEN = re.compile(r"(\d{10})-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
SEEN_HEADER = b'{"sparkRestSeen":1}\n'
SEEN_ENTRY_BYTES = 28
EPOCH = re.compile(r"\d{10}")
TRAILER_BYTES = 21
VERSIONS = (1, 2)
ONLY = "main"
"""The endpoint of a stream without an input."""
DRAIN = {
    *("page", "pages", "received", "pending", "seen", "signature", "landmark", "until"),
    *("unordered", "same", "laterNew", "began", "horizon"),
}


class NotAPageLogError(AssertionError):
    """A file deviates from the format."""


@dataclass(frozen=True, order=True)
class Position:
    """The position after the first `record` records of manifest `seq`."""

    seq: int
    record: int


@dataclass(frozen=True)
class Manifest:
    seq: int
    previous: int
    epoch: int
    page_file: str
    page_file_bytes: int
    records: int

    @property
    def end(self) -> Position:
        return Position(self.seq, self.records)


@dataclass
class PageLog:
    """The current content of the folder. The writer must be frozen or dead."""

    manifests: list[Manifest] = field(default_factory=list)
    page_files: dict[str, int | None] = field(default_factory=dict)
    """Name → records. `None`: the file is incomplete."""
    seen_files: dict[str, int | None] = field(default_factory=dict)
    """Files of seen records: name → entries. `None`: the file is incomplete."""
    epochs: list[int] = field(default_factory=list)
    states: list[int] = field(default_factory=list)
    """Numbers of the files with the states of all endpoints. Each file covers the manifests up to its number."""
    pending_acks: list[str] = field(default_factory=list)
    """Page files with acknowledgements that a state names. The task that has sent them deletes its file."""
    temporary: list[str] = field(default_factory=list)

    @property
    def named(self) -> set[str]:
        return {m.page_file for m in self.manifests}

    @property
    def orphans(self) -> set[str]:
        """Page files that neither a manifest nor an acknowledgement names. The query ignores them."""
        return set(self.page_files) - self.named - set(self.pending_acks)

    @property
    def files(self) -> int:
        files = (self.manifests, self.page_files, self.epochs, self.states, self.temporary)
        return sum(map(len, files))

    @property
    def newest_epoch(self) -> int:
        return max(self.epochs, default=0)

    def must_be_whole(self) -> None:
        """After a kill: every file that a manifest names exists, and the manifests form one chain."""
        for m in self.manifests:
            if m.page_file not in self.page_files:
                raise NotAPageLogError(f"manifest {m.seq} names {m.page_file}, which is gone")
            if self.page_files[m.page_file] != m.records:
                found = self.page_files[m.page_file]
                raise NotAPageLogError(f"manifest {m.seq} has {m.records} records, its page file has {found}")
        for before, after in zip(self.manifests, self.manifests[1:]):
            if after.previous != before.seq:
                raise NotAPageLogError(f"manifest {after.seq} follows {after.previous}, but {before.seq} is before it")
        if len(self.named) != len(self.manifests):
            raise NotAPageLogError("two manifests name one page file")

    def must_be_clean(self) -> None:
        """After a run that ended by itself: the folder contains only files that manifests name."""
        self.must_be_whole()
        if self.temporary:
            raise NotAPageLogError(f"temporary files are left: {self.temporary}")
        if self.orphans:
            raise NotAPageLogError(f"page files that no manifest names are left: {sorted(self.orphans)}")
        if len(self.epochs) != 1:
            raise NotAPageLogError(f"files of more than one run are left: {self.epochs}")
        if len(self.states) > 1:
            raise NotAPageLogError(f"older states are left: {self.states}")
        consumed = [m.seq for m in self.manifests if m.seq <= max(self.states, default=0)]
        if consumed:
            raise NotAPageLogError(f"manifests {consumed} are left, all of which states {self.states} hold")


def page_log_of(checkpoint: Path) -> Path:
    """The page log folder of a query with a single source."""
    return checkpoint / "sources" / "0"


def read_page_log(folder: Path) -> PageLog:
    """Reads every file. Raises an error for files that it cannot read, except for incomplete page files."""
    log = PageLog()
    acks: set[str] = set()
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        name = path.relative_to(folder).as_posix()
        top, _, rest = name.rpartition("/")
        if name.endswith(".tmp"):
            log.temporary.append(name)
        elif name == "last-poll.json":
            acks |= _note(_json(path.read_text(), name))
        elif name == "left-endpoints.json":
            _json(path.read_text(), name)
        elif name == "run-starts.json":
            _keys(_json(path.read_text(), name), {"version", "starts"}, name)
        elif top == "manifests" and NUMBERED.fullmatch(rest):
            manifest, files = _manifest(path, int(rest[:20]))
            log.manifests.append(manifest)
            acks |= files
        elif top == "states" and NUMBERED.fullmatch(rest):
            acks |= _states(path, int(rest[:20]))
            log.states.append(int(rest[:20]))
        elif top == "pages" and PAGES.fullmatch(rest):
            log.page_files[rest] = _whole_records(path)
        elif top == "seen" and SEEN.fullmatch(rest):
            log.seen_files[rest] = _seen_entries(path)
        elif top == "epochs" and EPOCH.fullmatch(rest):
            log.epochs.append(int(rest))
        else:
            raise NotAPageLogError(f"{name} is not a file of a page log")
    log.pending_acks = sorted(acks & set(log.page_files))
    for m in log.manifests:
        if m.epoch > log.newest_epoch:
            raise NotAPageLogError(f"manifest {m.seq} is of run {m.epoch}, the newest run is {log.newest_epoch}")
    return log


def _note(note: Any) -> set[str]:
    _keys(note, {"version", "after", "polledAtMs", "endpoints"}, "last-poll.json", {"pace"})
    if "pace" in note:
        _keys(note["pace"], {"notBefore", "used", "granted"}, "last-poll.json: pace", {"last"})
    return _endpoints(note["endpoints"], "last-poll.json")


def _states(path: Path, seq: int) -> set[str]:
    what = f"states {seq}"
    states = _json(path.read_text(), what)
    _keys(states, {"version", "seq", "endpoints"}, what)
    acks = _endpoints(states["endpoints"], what)
    if states["version"] not in VERSIONS or states["seq"] != seq:
        raise NotAPageLogError(f"{what} says version {states['version']}, seq {states['seq']}")
    return acks


def _manifest(path: Path, seq: int) -> tuple[Manifest, set[str]]:
    what = f"manifest {seq}"
    m = _json(path.read_text(), what)
    _keys(m, {"version", "seq", "previous", "epoch", "file", "endpoints"}, what, {"rows", "format"})
    file = m["file"]
    _keys(file, {"name", "bytes", "location", "pages"}, f"{what}: file")
    for page in file["pages"]:
        _keys(page, {"records", "bytes", "offsetBefore"}, f"{what}: page", {"endpoint", "origin"})
        if page["records"] <= 0:
            raise NotAPageLogError(f"{what} has a page without records")
        if page.get("endpoint", ONLY) not in m["endpoints"]:
            raise NotAPageLogError(f"{what} has a page of an endpoint whose state it does not have")
        if "origin" in page:
            _keys(page["origin"], {"url", "status", "at", "number"}, f"{what}: origin")
    acks = _endpoints(m["endpoints"], what)
    rows = m.get("rows", {})
    if not (rows.keys() <= m["endpoints"].keys() and all(isinstance(_json(r, what), dict) for r in rows.values())):
        raise NotAPageLogError(f"{what} has rows that are of none of its endpoints, or no rows: {rows}")
    if m["version"] not in VERSIONS or m["seq"] != seq or m["previous"] >= seq:
        raise NotAPageLogError(f"{what} says version {m['version']}, seq {m['seq']}, previous {m['previous']}")
    records = sum(page["records"] for page in file["pages"])
    return Manifest(seq, m["previous"], m["epoch"], file["name"], file["bytes"], records), acks


def _endpoints(states: Any, what: str) -> set[str]:
    """Checks states by endpoint. Returns the files of their acknowledgements."""
    acks = set()
    for key, state in states.items():
        where = f"{what}: endpoint {key}"
        optional = {
            "drain",
            "started",
            "ahead",
            "validators",
            "lowest",
            "recognized",
            "emptyAt",
            "refusedAt",
            "largestPage",
            "pagesOf",
            "acks",
            "lookback",
        }
        _keys(state, {"offset", "boundary"}, where, optional)
        if "drain" in state:
            more = {"previous", "request", "lowest", "lastPage", "emptyPages", "undelivered", "surplus"}
            _keys(state["drain"], DRAIN, f"{where}: drain", more)
        if "acks" in state:
            _keys(state["acks"], {"file", "records"}, f"{where}: acks", {"sent"})
            acks.add(state["acks"]["file"])
        if "validators" in state:
            _keys(state["validators"], {"request", "atMs"}, f"{where}: validators", {"etag", "modified"})
    return acks


def _seen_entries(path: Path) -> int | None:
    """Entries of 28 bytes, sorted by identity, each identity once. `None`: the writer died while it wrote the file."""
    content = path.read_bytes()
    body = content[len(SEEN_HEADER) :]
    if len(content) < len(SEEN_HEADER) or len(body) % SEEN_ENTRY_BYTES:
        return None
    if not content.startswith(SEEN_HEADER):
        raise NotAPageLogError(f"{path.name} is not a file of records seen")
    entries = list(struct.iter_unpack(">qqiq", body))
    identities = [entry[:2] for entry in entries]
    if identities != sorted(set(identities)) or any(count <= 0 for _, _, count, _ in entries):
        raise NotAPageLogError(f"{path.name} is not sorted, or has an identity twice")
    return len(entries)


def _whole_records(path: Path) -> int | None:
    """The number of records that the index covers. `None`: the file ends before its footer."""
    content = path.read_bytes()
    trailer = content[-TRAILER_BYTES:]
    if not re.fullmatch(rb"\d{20}\n", trailer):
        return None
    if not content.startswith(b'{"sparkRestPages":1}\n'):
        raise NotAPageLogError(f"{path.name} has no header")
    footer = _json(content[int(trailer) : -TRAILER_BYTES].decode(), f"{path.name}: footer")
    _keys(footer, {"version", "records", "blocks"}, f"{path.name}: footer")
    records = 0
    for first, start, end in footer["blocks"]:
        lines = content[start:end].splitlines(keepends=True)
        if first != records or not all(line.endswith(b"\n") for line in lines):
            raise NotAPageLogError(f"{path.name}: the block at byte {start} differs from the index")
        for line in lines:
            _json(line.decode(), f"{path.name}: a record")
        records += len(lines)
    if records != footer["records"]:
        raise NotAPageLogError(f"{path.name} has {records} records, its footer says {footer['records']}")
    return records


def _json(text: str, what: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as e:
        raise NotAPageLogError(f"{what} is not JSON: {text[:200]!r}") from e


def _keys(value: Any, expected: set[str], what: str, optional: set[str] | frozenset[str] = frozenset()) -> None:
    """All expected names must exist, and other names must be optional."""
    if not isinstance(value, dict) or not expected <= set(value) <= expected | optional:
        raise NotAPageLogError(
            f"{what} should have {sorted(expected)}, may have {sorted(optional)}: {str(value)[:200]}"
        )
