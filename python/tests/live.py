# SPDX-License-Identifier: Apache-2.0
"""An API that keeps producing numbered records while its readers, the drivers, are killed."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from apis import Feed, Record
from emulated import Answer, Emulated, Request

PAGE = 70


def record(number: int) -> Record:
    """Seven records share each second, so that page and batch ends fall within a second."""
    return {"id": number, "timestamp": 1_700_000_000 + number // 7, "text": f"record {number}"}


def live_api(feed: Feed, field: str = "id") -> Emulated:
    """Returns the records whose `field` is at least the requested value, in pages."""

    def answer(request: Request) -> Answer:
        start = int(request.query["from"])
        return Answer({"data": feed.since(lambda r: r[field] >= start, PAGE)})

    return Emulated(answer)


class Maker:
    """Adds a record every 20 ms, until it is stopped or reaches the last record."""

    def __init__(self, feed: Feed, first: int = 1, last: int = 1_000_000) -> None:
        self.made = first - 1
        self._feed = feed
        self._halt = threading.Event()
        self._thread = threading.Thread(target=self._make, args=(last,))
        self._thread.start()

    def _make(self, last: int) -> None:
        while self.made < last and not self._halt.wait(0.02):
            self._feed.add(record(self.made + 1))
            self.made += 1

    def stop(self) -> None:
        """Adds no further records."""
        self._halt.set()
        self._thread.join()

    def add(self, records: int) -> None:
        """Adds a backlog at once. Call it after the last record was made."""
        self._feed.add(*(record(self.made + n) for n in range(1, records + 1)))
        self.made += records

    def finish(self, seconds: float = 60) -> None:
        """Waits for the last record."""
        self._thread.join(seconds)


@contextmanager
def growing(feed: Feed, first: int = 1, last: int = 1_000_000) -> Iterator[Maker]:
    """Produces records during all kills, so that each run finds new records and sees others arrive."""
    maker = Maker(feed, first, last)
    try:
        yield maker
    finally:
        maker.stop()
