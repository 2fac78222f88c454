# SPDX-License-Identifier: Apache-2.0
"""The APIs that the tests stream from. A test can add records while a stream runs."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

from emulated import Answer, Emulated, Generated, Request

Record = dict[str, Any]
REFUSED = Answer({"error": "not authorized"}, status=401)


class Feed:
    """Records, oldest first."""

    def __init__(self, *records: Record) -> None:
        self._records = list(records)
        self._lock = threading.Lock()

    def add(self, *records: Record) -> None:
        """Adds all records at once. No request sees a part of them."""
        with self._lock:
            self._records.extend(records)

    def since(self, is_new: Callable[[Record], bool], most: int = 1000) -> list[Record]:
        """The oldest `most` new records."""
        with self._lock:
            return [r for r in self._records if is_new(r)][:most]

    def newest(self, most: int) -> list[Record]:
        """The newest record first."""
        with self._lock:
            return self._records[::-1][:most]


def always(body: object) -> Emulated:
    """The same response to every request, so that only the connector can tell which records are new."""
    return Emulated(lambda request: Answer(body))


def twitter_like(feed: Feed) -> Emulated:
    """Bearer. `since` is inclusive, and only the records show the progress."""

    def answer(request: Request) -> Answer:
        if request.headers["Authorization"] != "Bearer your_token":
            return REFUSED
        since = int(request.query["since"])
        return Answer({"data": feed.since(lambda r: r["timestamp"] >= since)})

    return Emulated(answer)


def clever_like(feed: Feed, page: int = 2) -> Emulated:
    """Bearer. Pages start after an id that the response contains. The last page has no such id."""

    def answer(request: Request) -> Answer:
        if request.headers["Authorization"] != "Bearer your_clever_token":
            return REFUSED
        after = request.query.get("starting_after", "")
        found = feed.since(lambda r: r["id"] > after and r["role"] == request.query["role"], page)
        return Answer({"data": found, "last_id": found[-1]["id"] if found else None})

    return Emulated(answer)


def student(number: int) -> Record:
    return {"id": f"5f{number:04}", "role": "student", "name": {"first": f"Student {number}"}}


def github_events(feed: Feed) -> Emulated:
    """Bearer. Every response contains the newest events, newest first."""

    def answer(request: Request) -> Answer:
        if request.headers["Authorization"] != "Bearer ghp_...":
            return REFUSED
        return Answer(feed.newest(int(request.query["per_page"])))

    return Emulated(answer)


def key_in_header(feed: Feed) -> Emulated:
    """Two headers instead of authentication. The cursor is independent of the records."""

    def answer(request: Request) -> Answer:
        if request.headers["X-API-Key"] != "your_key" or request.headers["X-Custom-Header"] != "value":
            return REFUSED
        after = int(request.query.get("after", "c-0").removeprefix("c-"))
        found = feed.since(lambda r: r["n"] > after, 2)
        return Answer({"data": found, "cursor": f"c-{found[-1]['n']}" if found else None})

    return Emulated(answer)


def ids_from(feed: Feed, parameter: str = "start_id", most: int = 1000, data_field: str | None = "data") -> Emulated:
    """`GET ?<parameter>=N` returns the records with id >= N, oldest first. Without `data_field`: a root array."""

    def answer(request: Request) -> Answer:
        start = int(request.query[parameter])
        found = feed.since(lambda r: r["id"] >= start, most)
        return Answer({data_field: found} if data_field else found)

    return Emulated(answer)


def numbered(highest: Callable[[], int], most: int = 1000, given: list[int] | None = None) -> Emulated:
    """As `ids_from`, with the ids 1, 2, 3 up to `highest()`. It stores no record, so `highest()` may grow forever.

    Each response with records appends its first id to `given`. A duplicate in `given` means that an id was sent twice.
    """

    def answer(request: Request) -> Answer:
        start = max(1, int(request.query["start_id"]))
        found = range(start, min(start + most - 1, highest()) + 1)
        if found and given is not None:
            given.append(start)
        return Answer([{"id": n} for n in found])

    return Emulated(answer)


def one_large_response(records: int, record_bytes: int) -> Emulated:
    """All records from the requested id on, `{"id": ..., "text": ...}`, generated while they are sent."""
    before, digits, after = b'{"id":1', len(str(records)), b',"text":"'
    text = b"x" * (record_bytes - len(before) - digits - len(after) - 3) + b'"}'

    def chunks(first: int) -> Iterator[bytes]:
        """Chunks of a thousand records. A leading 1 gives all ids the same width."""
        for start in range(first, records + 1, 1000):
            numbers = range(start, min(start + 1000, records + 1))
            lines = b",".join(before + b"%0*d" % (digits, n) + after + text for n in numbers)
            yield (b"[" if start == first else b",") + lines
        yield b"]"

    def answer(request: Request) -> Answer:
        requested = int(request.query["start_id"])
        first = max(1, requested - 10**digits)
        count = records - first + 1
        return Answer(Generated(count * record_bytes + 1, chunks(first)) if count > 0 else [])

    return Emulated(answer)
