# SPDX-License-Identifier: Apache-2.0
"""Generated histories: an API of a random kind. Its list grows and moves, and some of its responses are wrong.

A seed determines a history. `lost_and_repeated` compares the rows that a stream delivered with the list of the API.
No history contains a loss that options cannot prevent (`sim/Losses.scala`).
"""

from __future__ import annotations

import json
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from emulated import Answer, Generated, Request

Row = tuple[int, int]
"""Id and version. Each change of a record becomes a row."""
KINDS = ("ascending", "newest first", "cursor", "link", "ids", "ids newest first", "log")
UPDATED = {"ascending", "newest first", "cursor", "link", "log"}
"""Records of the other kinds never change."""
NUMBERED = {"ascending", "newest first", "ids newest first"}
"""Pages are numbered, so they shift when the list moves."""
PASSING = ("500", "reset", "cut")
"""Faults that a retry within the poll heals."""
LYING = ("404", "410", "null", "empty")
"""Faults that look like the end of the list, or like a refusal."""
HONEST_AFTER_A_LIE = 3
"""The number of correct responses after a wrong one. No reader can detect two wrong responses in a row for one page."""


@dataclass
class Entry:
    """The current version of a record."""

    id: int
    version: int
    updated_at: int

    @property
    def row(self) -> Row:
        return self.id, self.version

    def json(self) -> dict[str, int]:
        return {"id": self.id, "version": self.version, "updated_at": self.updated_at}


class History:
    """One API. It responds to requests, and `happen` changes its list."""

    def __init__(self, seed: int, may_be_large: bool = True) -> None:
        dice = random.Random(seed)
        self.seed = seed
        self.kind = KINDS[seed % len(KINDS)]
        # More records in total, and with the same time, than an earlier limit of 20,000 remembered records.
        self.large = dice.random() < 0.12 and may_be_large
        self.end = dice.choice(("more", "empty", "404") if self.kind in NUMBERED else ("more", "absent"))
        if self.kind == "ascending" and self.end == "404":
            self.end = "empty"
        # Without pages, a reader of ids would never get past an empty page.
        self.filtered = self.kind not in ("log", "ids") and not self.large and dice.random() < 0.3
        # If a record before a filtered page changes, the pages of an ascending list shift. No option prevents the
        # loss.
        self.updated = self.kind in UPDATED and not (self.kind == "ascending" and self.filtered)
        self.unit = dice.choice((1, 1000))
        self.since = self.kind != "newest first" or dice.random() < 0.5
        self.idle_cursor = dice.choice(("absent", "null", "same", "new"))
        self.bulk = self.large and self.updated and self.kind != "log" and dice.random() < 0.7
        self.sizes = (500, 1000, 2000) if self.large else (12, 20, 50)
        self.pages_per_poll = dice.choice((3, 10, 100))
        self.delay = 0.001 if self.large else dice.uniform(0.002, 0.02)
        self.fault_rate = dice.choice((0.0, 0.03, 0.1))
        # A page that is empty by a fault looks like a page whose records were filtered out.
        self.lying = not self.filtered
        self._often = self.fault_rate
        self._dice = dice
        self._lock = threading.Lock()
        self._honest = 0
        self._idle = 0
        self._stamp = 0
        self._made: set[Row] = set()
        self._log: list[Entry] = []
        self._entries: dict[int, Entry] = {}
        self._sorted: list[Entry] | None = None
        self._hidden: set[int] = set()
        self._begin(dice.randint(21_000, 23_000) if self.large else dice.randint(0, 400))

    def __str__(self) -> str:
        said = [self.kind, f"end={self.end}", f"faults={self.fault_rate}", f"unit={self.unit}"]
        said += [name for name in ("large", "bulk", "filtered", "updated", "since") if getattr(self, name)]
        return f"history {self.seed}: " + " ".join(said)

    # ---- options of the reader

    def options(self, url: str, page_size: int) -> dict[str, Any]:
        """Options of `read_rest_stream`. The page size may differ from run to run."""
        common = {
            "schema": "id BIGINT, version BIGINT, updated_at BIGINT",
            "streaming_interval": 0.2,
            "catch_up_interval": 0,
            "retry_backoff": 0.05,
            "page_size": page_size,
            "max_pages_per_poll": self.pages_per_poll,
            "batch_size": 10_000,
        }
        return common | {"url": f"{url}/{self.seed}{self._query()}"} | self._offset() | self._pages()

    def _query(self) -> str:
        if self.kind == "log":
            return "?cursor={next_cursor}&size={pageSize}"
        if self.kind == "ids":
            return "?from={id}&size={pageSize}"
        return "?since={updated_at}" if self.since and self.kind != "ids newest first" else ""

    def _offset(self) -> dict[str, Any]:
        if self.kind == "log":
            return {"offset_type": "cursor", "offset_field": "next_cursor"}
        if self.kind.startswith("ids"):
            return {"offset_type": "incremental", "offset_field": "id"}
        form = {"offset_format": "epoch_ms" if self.unit == 1 else "epoch_s"}
        order = {"ascending": {"order": "asc", "boundary": "inclusive"}, "newest first": {"order": "desc"}}
        return {"offset_type": "max_field", "offset_field": "updated_at"} | form | order.get(self.kind, {})

    def _pages(self) -> dict[str, Any]:
        if self.kind in ("log", "ids"):
            return {}
        size = {"page_size_param": "size"}
        if self.kind == "link":
            return {"pagination": "link"} | size
        more = {"has_more_field": "has_more"} if self.end == "more" else {}
        if self.kind == "cursor":
            return {
                "pagination": "cursor",
                "next_field": "next",
                "page_param": "token",
                "page_size_param": "size",
            } | more
        codes = {"empty_status_codes": "204,304,404"} if self.end == "404" else {}
        return {"pagination": "page"} | size | more | codes

    # ---- changes of the list

    def calm_down(self) -> None:
        """For a run that ends when no more records exist. Wrong responses and many failures would end it too early."""
        self.lying = False
        self._often /= 3

    def _begin(self, backlog: int) -> None:
        """A backlog of the last day. Some pages of a filtered list are empty."""
        now = time.time()
        times = sorted(self._dice.uniform(now - 86_400, now - 60) for _ in range(backlog))
        for moment in times:
            self._put(Entry(len(self._entries) + 1, 1, int(moment * 1000) // self.unit))
        if self.filtered and backlog > 100:
            first = self._dice.randint(1, backlog - 60)
            self._hidden = set(range(first, first + 60))

    def happen(self) -> None:
        """Adds or changes a few records."""
        with self._lock:
            for _ in range(self._dice.randint(0, 2)):
                if self.updated and self._entries and self._dice.random() < 0.5:
                    entry = self._entries[self._dice.randint(1, len(self._entries))]
                    self._put(Entry(entry.id, entry.version + 1, self._now()))
                else:
                    self._put(Entry(len(self._entries) + 1, 1, self._now()))

    def touch_all(self) -> None:
        """`UPDATE … SET updated_at = now()`.

        No record changes afterwards. No option prevents losses if records change within equal values that span pages.
        """
        with self._lock:
            now = self._now()
            for entry in list(self._entries.values()):
                self._put(Entry(entry.id, entry.version + 1, now))
            self.updated = False
            # Later records have a later time.
            self._stamp = now + 1

    def _now(self) -> int:
        self._stamp = max(self._stamp, int(time.time() * 1000) // self.unit)
        return self._stamp

    def _put(self, entry: Entry) -> None:
        self._entries[entry.id] = entry
        self._log.append(entry)
        self._made.add(entry.row)
        self._sorted = None

    def lost_and_repeated(self, rows: list[Row]) -> tuple[list[Row], list[Row]]:
        """Rows of the final list that are missing, and duplicate rows."""
        counts = Counter(rows)
        unknown = counts.keys() - self._made
        assert not unknown, f"{self}: rows that the API never had: {sorted(unknown)[:5]}"
        entries = self._log if self.kind == "log" else [e for e in self._entries.values() if e.id not in self._hidden]
        return [e.row for e in entries if e.row not in counts], [row for row, times in counts.items() if times > 1]

    # ---- responses

    def answer(self, request: Request) -> Answer:
        time.sleep(self.delay)
        with self._lock:
            true = self._true_answer(request.query)
            fault = self._fault()
        if fault == "500":
            return Answer({"error": "internal"}, status=500)
        if fault in ("404", "410"):
            return Answer({"error": "no such page"}, status=int(fault))
        if fault in ("null", "empty"):
            nothing: list[object] = []
            return Answer(nothing if self.kind == "link" else {"data": None if fault == "null" else nothing})
        if fault is not None and true.status == 200:
            return _broken(true, whole=fault == "cut")
        return true

    def _fault(self) -> str | None:
        self._honest -= 1
        if self._dice.random() >= self._often:
            return None
        fault = self._dice.choice(PASSING + LYING)
        if fault in PASSING:
            return fault
        if not self.lying or self._honest > 0:
            return None
        self._honest = HONEST_AFTER_A_LIE
        return fault

    def _true_answer(self, query: dict[str, str]) -> Answer:
        size = int(query.get("size", "100"))
        if self.kind == "log":
            return self._log_after(query.get("cursor", ""), size)
        if self.kind == "ids":
            first = max(1, int(query["from"]))
            found = [self._entries[n] for n in range(first, min(first + size - 1, len(self._entries)) + 1)]
            return Answer({"data": self._shown(found)})
        entries = self._listed()
        if "since" in query:
            since = int(query["since"])
            entries = [e for e in entries if e.updated_at >= since]
        if self.kind in ("cursor", "link"):
            return self._after(entries, query, size)
        number = int(query["page"])
        page = entries[(number - 1) * size : number * size]
        if not page and number > 1 and self.end == "404":
            return Answer({"detail": "Invalid page."}, status=404)
        more = {"has_more": number * size < len(entries)} if self.end == "more" else {}
        # Without a sign of further pages, an empty filtered page would be the end.
        return Answer({"data": self._shown(page) if more or not self.filtered else [e.json() for e in page], **more})

    def _after(self, entries: list[Entry], query: dict[str, str], size: int) -> Answer:
        """A token is a position in the order.

        A record that moves behind it appears later, so the reader misses no record.
        """
        if "token" in query:
            stamp, number = map(int, query["token"].split("."))
            entries = [e for e in entries if (e.updated_at, e.id) > (stamp, number)]
        page = entries[:size]
        token = f"{page[-1].updated_at}.{page[-1].id}" if len(entries) > size else None
        if self.kind == "link":
            query_text = "&".join(f"{n}={v}" for n, v in {**query, "token": token}.items())
            return Answer(self._shown(page), headers={"Link": f'<?{query_text}>; rel="next"'} if token else {})
        more = {"has_more": token is not None} if self.end == "more" else {}
        return Answer({"data": self._shown(page), **({"next": token} if token else {}), **more})

    def _log_after(self, cursor: str, size: int) -> Answer:
        start = int(cursor.split("-")[1]) if cursor else 0
        found = self._log[start : start + size]
        if found:
            return Answer({"data": [e.json() for e in found], "next_cursor": f"c-{start + len(found)}"})
        self._idle += 1
        if self.idle_cursor == "absent":
            return Answer({"data": []})
        idle = {"null": None, "same": cursor, "new": f"c-{start}-{self._idle}"}
        return Answer({"data": [], "next_cursor": idle[self.idle_cursor]})

    def _listed(self) -> list[Entry]:
        if self._sorted is None:
            by_id = self.kind == "ids newest first"
            backwards = self.kind in ("newest first", "ids newest first")
            self._sorted = sorted(
                self._entries.values(), key=lambda e: (0 if by_id else e.updated_at, e.id), reverse=backwards
            )
        return self._sorted

    def _shown(self, page: list[Entry]) -> list[dict[str, int]]:
        return [e.json() for e in page if e.id not in self._hidden]


def _broken(answer: Answer, whole: bool) -> Answer:
    """Two thirds of the body. Either the response claims to be `whole`, or the connection ends there."""
    body = json.dumps(answer.body).encode()
    part = body[: len(body) * 2 // 3]

    def ends() -> Iterator[bytes]:
        yield part
        raise ConnectionResetError("a fault of this history")

    return Answer(Generated(len(part), [part]) if whole else Generated(len(body), ends()), headers=answer.headers)


class Changes:
    """Changes all lists repeatedly while the context is open."""

    def __init__(self, histories: list[History]) -> None:
        self._histories = histories
        self._halt = threading.Event()
        self._thread = threading.Thread(target=self._go_on)

    def _go_on(self) -> None:
        while not self._halt.wait(0.25):
            for history in self._histories:
                history.happen()

    def __enter__(self) -> Changes:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._halt.set()
        self._thread.join()
