# SPDX-License-Identifier: Apache-2.0
"""Hacker News: https://github.com/HackerNews/API."""

from __future__ import annotations

from typing import Any

from emulated import Answer, Request

from vendors.vendor import Record, Vendor, only, require

FIRST_ID = 40_000_000


class MaxItem(Vendor):
    """The largest id, as a plain number."""

    def begin(self) -> None:
        super().begin()
        self.largest: list[int] = []
        self.note()

    def new_and_changed(self) -> None:
        with self._lock:
            super().new_and_changed()
            self.note()

    def note(self) -> None:
        self.largest.append(FIRST_ID + len(self.current))

    def expected(self) -> list[Any]:
        return list(self.largest)

    def render(self, record: Record) -> Any:
        return FIRST_ID + record.number

    def respond(self, request: Request) -> Answer:
        require(request.path == "/v0/maxitem.json", 404, None)
        only(request.query)
        return Answer(self.largest[-1])


class NewStories(Vendor):
    """The ids of the newest 500 stories, newest first, as an array of numbers."""

    updates = False

    def render(self, record: Record) -> Any:
        return FIRST_ID + record.number

    def respond(self, request: Request) -> Answer:
        require(request.path == "/v0/newstories.json", 404, None)
        only(request.query)
        return Answer([self.render(r) for r in self.since(0)[::-1]][:500])
