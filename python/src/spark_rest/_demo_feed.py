# SPDX-License-Identifier: Apache-2.0
"""The events of the demo API, and how many of them are published."""

from __future__ import annotations

import threading
import time
from datetime import datetime, timedelta, timezone
from typing import Any

_TYPES = ("PushEvent", "PullRequestEvent", "IssuesEvent", "WatchEvent", "ForkEvent")
_ACTORS = ("ada", "barbara", "edsger", "grace", "katherine", "leslie", "margaret")
_ID_PREFIX = "evt-"


class UnknownCursorError(ValueError):
    """A cursor that this feed never handed out."""


class LiveFeed:
    """`total` events, whose ids are the same in every run. The first `backlog` events exist from the start.

    The other events are published at `rate` events per second. The clock starts with the first
    request for events, because Spark needs time to start. The cursor of a page is the id of its
    last event. The empty cursor means the start of the feed.
    """

    def __init__(self, backlog: int, total: int, rate: float) -> None:
        self.total = total
        self._rate = rate
        self._backlog = min(backlog, total)
        self._started: float | None = None
        self._started_at = datetime.now(timezone.utc)
        self._served = 0
        self._lock = threading.Lock()

    def published(self) -> int:
        """The number of events that a reader can get now."""
        if self._started is None:
            return self._backlog
        live = int((time.monotonic() - self._started) * self._rate)
        return min(self.total, self._backlog + live)

    def page(self, cursor: str, limit: int) -> dict[str, Any]:
        """Return up to `limit` events after a cursor. At the end of the feed: no events and the same cursor."""
        with self._lock:
            if self._started is None:
                self._started, self._started_at = time.monotonic(), datetime.now(timezone.utc)
            after, published = self._position(cursor), self.published()
            end = min(published, after + limit)
            self._served += end - after
        return {
            "events": [self._event(n) for n in range(after + 1, end + 1)],
            "next_cursor": f"{_ID_PREFIX}{end:06d}" if end else "",
            "has_more": end < published,
        }

    def stats(self) -> dict[str, int]:
        """Return the number of published events, of events sent to readers (repeats included), and of all events."""
        return {"published": self.published(), "served": self._served, "total": self.total}

    def _position(self, cursor: str) -> int:
        if not cursor:
            return 0
        number = cursor[len(_ID_PREFIX) :]
        known = cursor.startswith(_ID_PREFIX) and number.isdecimal()
        if not known or not 0 < int(number) <= self.published():
            raise UnknownCursorError(f"unknown cursor: {cursor}")
        return int(number)

    def _event(self, n: int) -> dict[str, Any]:
        seconds = (n - self._backlog) / self._rate
        actor = n % len(_ACTORS)
        return {
            "id": f"{_ID_PREFIX}{n:06d}",
            "type": _TYPES[n * n % len(_TYPES)],
            "actor": {"id": actor + 1, "login": _ACTORS[actor]},
            "created_at": (self._started_at + timedelta(seconds=seconds)).isoformat(timespec="milliseconds"),
        }
