# SPDX-License-Identifier: Apache-2.0
"""An API of events by time: a long history, and new events all the time."""

from __future__ import annotations

import bisect
import threading
from collections import Counter
from datetime import datetime, timedelta, timezone
from enum import Enum
from typing import Any

from emulated import Answer, Emulated, Request

STEP = timedelta(hours=6)
SLICES = 80


class Bounds(Enum):
    """The ends of a slice that the API includes."""

    BOTH = "from <= t <= to"
    START = "from <= t < to"
    END = "from < t <= to"


def text(moment: datetime) -> str:
    return moment.astimezone(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class History:
    """Events of one or more endpoints. Many lie exactly on the end of a slice."""

    def __init__(self, bounds: Bounds = Bounds.BOTH, endpoints: tuple[str, ...] = ("a",), per_slice: int = 10) -> None:
        self.bounds = bounds
        self.begin_of_live = datetime.now(timezone.utc).replace(microsecond=0) - timedelta(seconds=20)
        self.begin = self.begin_of_live - SLICES * STEP
        self.refused_before = self.begin - timedelta(days=3650)
        self._lock = threading.Lock()
        self._times: dict[str, list[datetime]] = {name: [] for name in endpoints}
        self._ids: dict[str, list[int]] = {name: [] for name in endpoints}
        self._last = 0
        self._halt = threading.Event()
        for name in endpoints:
            for n in range(SLICES * per_slice):
                self.add(name, self.begin + n * STEP / per_slice)
        self._maker = threading.Thread(target=self._make)

    def add(self, endpoint: str, at: datetime) -> None:
        with self._lock:
            self._last += 1
            self._times[endpoint].append(at)
            self._ids[endpoint].append(self._last)

    def _make(self) -> None:
        while not self._halt.wait(0.05):
            for name in self._times:
                # The time is that of the API when the event becomes visible.
                self.add(name, datetime.now(timezone.utc))

    def stop(self) -> None:
        """Adds no further event."""
        self._halt.set()
        self._maker.join()

    def ids(self) -> Counter[int]:
        with self._lock:
            return Counter(i for ids in self._ids.values() for i in ids)

    def answer(self, request: Request) -> Answer:
        begin, end = (datetime.fromisoformat(request.query[n].replace("Z", "+00:00")) for n in ("from", "to"))
        if begin < self.refused_before:
            return Answer({"error": "from is too old"}, 400)
        name = request.query.get("shop", "a")
        first = bisect.bisect_right if self.bounds is Bounds.END else bisect.bisect_left
        last = bisect.bisect_left if self.bounds is Bounds.START else bisect.bisect_right
        with self._lock:
            times = self._times[name]
            found = range(first(times, begin), last(times, end))
            events: list[dict[str, Any]] = [{"id": self._ids[name][n], "at": text(times[n])} for n in found]
        return Answer({"data": events})

    def __enter__(self) -> Emulated:
        self._maker.start()
        self._api = Emulated(self.answer)
        return self._api.__enter__()

    def __exit__(self, *error: Any) -> None:
        self.stop()
        self._api.__exit__(*error)

    def options(self, **changed: object) -> dict[str, Any]:
        """Options of `read_rest_stream`, without the URL."""
        defaults: dict[str, Any] = {
            "offset_type": "window",
            "offset_field": "at",
            "window_step": f"{STEP.total_seconds():.0f}s",
            "initial_offset": text(self.begin_of_live),
            "backfill_from": text(self.begin),
            "data_field": "data",
            "schema": "id BIGINT, at STRING",
            "streaming_interval": 0.2,
            "batch_size": 200,
        }
        return defaults | changed
