# SPDX-License-Identifier: Apache-2.0
"""An API that goes on making numbered records while the drivers that read it are killed, outside of what is killed."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from apis import Feed, Record
from emulated import Answer, Emulated, Request

PAGE = 70


def record(number: int) -> Record:
    """Seven records share each second, so that every page and every batch is cut within a second."""
    return {"id": number, "timestamp": 1_700_000_000 + number // 7, "text": f"record {number}"}


def live_api(feed: Feed, field: str = "id") -> Emulated:
    """Gives the records from the asked value of `field` on, that value included, in pages."""

    def answer(request: Request) -> Answer:
        start = int(request.query["from"])
        return Answer({"data": feed.since(lambda r: r[field] >= start, PAGE)})

    return Emulated(answer)


class Maker:
    """Adds records one by one, each 20 ms, until it is stopped or the last one is made."""

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
        """No record comes after this."""
        self._halt.set()
        self._thread.join()

    def add(self, records: int) -> None:
        """All at once, after the last one was made."""
        self._feed.add(*(record(self.made + n) for n in range(1, records + 1)))
        self.made += records

    def finish(self, seconds: float = 60) -> None:
        """Waits for the last record."""
        self._thread.join(seconds)


@contextmanager
def growing(feed: Feed, first: int = 1, last: int = 1_000_000) -> Iterator[Maker]:
    """Makes records for as long as the kills take: each run finds new ones and sees others come."""
    maker = Maker(feed, first, last)
    try:
        yield maker
    finally:
        maker.stop()
