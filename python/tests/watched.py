# SPDX-License-Identifier: Apache-2.0
"""An API that knows which process sends each request, and a cluster query that streams pages of about a megabyte."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from apis import Feed, Record
from emulated import Answer, Emulated, Request
from page_log import page_log_of
from processes import process_at
from query import Query

# More than the write buffer of a page file, so that half a response leaves half a file.
PAGE = 1000


def page(number: int) -> list[Record]:
    """Page 0, 1, 2…, each about a megabyte."""
    return [{"id": i, "text": f"{i:010d}" * 100} for i in range(number * PAGE + 1, (number + 1) * PAGE + 1)]


class Watched:
    """An API of pages of records from an id on. It knows the process that sent each request."""

    def __init__(self, hold: Callable[[int], None] = lambda start: None) -> None:
        self.feed = Feed()
        self.senders: list[int] = []
        """The process of each request."""
        self.given: list[tuple[int, int]] = []
        """First id and process of each request whose response contained records."""
        self._hold = hold
        self.api = Emulated(self._answer)

    def _answer(self, request: Request) -> Answer:
        start = int(request.query["from"])
        process = process_at(request.connection)
        self.senders.append(process)
        self._hold(start)
        found = self.feed.since(lambda r: r["id"] >= start, PAGE)
        if found:
            self.given.append((found[0]["id"], process))
        return Answer({"data": found})

    @property
    def first_ids(self) -> list[int]:
        return [first for first, _ in self.given]


class ClusterQuery(Query):
    """The checkpoint is on a disk that the executors share, because they run on this machine."""

    def __init__(
        self, folder: Path, watched: Watched, conf: dict[str, str], initial_offset: int = 0, **options: Any
    ) -> None:
        # Manifests are retained for inspection.
        options |= {"retain_batches": 1000, "initial_offset": initial_offset}
        super().__init__(watched.api, folder, "id BIGINT, text STRING", conf=conf, **options)
        self.checkpoint = folder / "checkpoint"

    def manifests(self) -> list[dict[str, Any]]:
        """Oldest first."""
        files = sorted((page_log_of(self.checkpoint) / "manifests").glob("*.json"))
        return [json.loads(f.read_text()) for f in files]

    def unnamed(self) -> set[str]:
        """Page files that no manifest names. Lists the files first, because a poll may end meanwhile."""
        files = {f.name for f in (page_log_of(self.checkpoint) / "pages").glob("*")}
        return files - {m["file"]["name"] for m in self.manifests()}
