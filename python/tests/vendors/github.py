# SPDX-License-Identifier: Apache-2.0
"""GitHub: https://docs.github.com/en/rest."""

from __future__ import annotations

import hashlib
from typing import Any

from emulated import Answer, Headers, Request

from vendors.vendor import DAY, HOUR, Record, Vendor, address, iso, link, moment, now, number, only, require

PARAMETERS = ("per_page", "page")


class GitHub(Vendor):
    """The common base of its lists: numbered pages, `Link`, hourly limits."""

    def check(self, request: Request, path: str, *parameters: str) -> None:
        require(request.headers["Authorization"] == "Bearer ghp_...", 401, {"message": "Bad credentials"})
        require(request.headers["User-Agent"], 403, {"message": "Request forbidden by administrative rules."})
        require(request.path == path, 404, {"message": "Not Found"})
        only(request.query, *parameters, *PARAMETERS)

    def since_of(self, request: Request) -> int:
        if "since" not in request.query:
            return 0
        return moment(request.query["since"], 422, {"message": "Validation Failed", "field": "since"})

    def page(self, request: Request, found: list[Record]) -> Answer:
        # A size above the maximum is silently reduced.
        size = min(number(request.query.get("per_page", "30"), 1, 10**6, "per_page"), 100)
        page = number(request.query.get("page", "1"), 1, 10**6, "page")
        last = max(1, -(-len(found) // size))
        links: dict[str, int] = {}
        if page > 1:
            links |= {"prev": page - 1, "first": 1}
        if page < last:
            links |= {"next": page + 1, "last": last}
        headers: Headers = {
            "X-RateLimit-Limit": "5000",
            "X-RateLimit-Remaining": "4999",
            "X-RateLimit-Reset": str(now() // 1000 + 3600),
        }
        if links:
            pages = (link(address(request, {**request.query, "page": n}), rel) for rel, n in links.items())
            headers = {**headers, "Link": ", ".join(pages)}
        return Answer([self.render(r) for r in found[(page - 1) * size : page * size]], headers=headers)


class Issues(GitHub):
    """`since` is inclusive and in seconds. The order is selectable."""

    def render(self, record: Record) -> Any:
        return {
            "id": 2_000_000_000 + record.number,
            "number": record.number,
            "title": f"Issue {record.number}",
            "state": "open",
            "comments": record.version - 1,
            "created_at": iso(record.created),
            "updated_at": iso(record.updated),
        }

    def respond(self, request: Request) -> Answer:
        self.check(request, "/repos/apache/spark/issues", "state", "sort", "direction", "since")
        by = request.query.get("sort", "created")
        direction = request.query.get("direction", "desc")
        require(by in ("created", "updated", "comments") and direction in ("asc", "desc"), 422, {"message": "Invalid"})
        found = self.since(self.since_of(request))
        found.sort(key=lambda r: (r.updated if by == "updated" else r.created, r.number), reverse=direction == "desc")
        return self.page(request, found)


class Commits(GitHub):
    """`since` is inclusive, and the order is always newest first. Late pushes keep the time of their commit."""

    updates = False

    def new_and_changed(self) -> None:
        with self._lock:
            super().new_and_changed()
            self.store(self.next_number(), self.clock - 3 * HOUR)

    def render(self, record: Record) -> Any:
        date = iso(record.updated)
        return {
            "sha": hashlib.sha1(str(record.number).encode()).hexdigest(),
            "commit": {
                "author": {"name": "octocat", "date": iso(record.updated - DAY)},
                "committer": {"name": "octocat", "date": date},
                "message": f"Commit {record.number}",
            },
        }

    def respond(self, request: Request) -> Answer:
        self.check(request, "/repos/apache/spark/commits", "since")
        return self.page(request, self.since(self.since_of(request))[::-1])


class Events(GitHub):
    """No parameter: the newest 300, newest first. Some events appear late, below newer events. Supports ETags."""

    updates = False

    def begin(self) -> None:
        super().begin()
        self.late = 0

    def new_and_changed(self) -> None:
        with self._lock:
            super().new_and_changed()
            # Its id and time are older than those of existing events.
            self.late += 1
            self.store(-self.late, self.clock - HOUR)

    def next_number(self) -> int:
        return max(self.current, default=0) + 1

    def render(self, record: Record) -> Any:
        return {
            # 9 before 10: a comparison as text would be wrong.
            "id": str(9_999_999_995 + record.number),
            "type": "PushEvent",
            "actor": {"login": "octocat"},
            "created_at": iso(record.created),
        }

    def respond(self, request: Request) -> Answer:
        self.check(request, "/repos/apache/spark/events")
        answer = self.page(request, sorted(self.current.values(), key=lambda r: r.number, reverse=True)[:300])
        tag = 'W/"' + hashlib.sha1(str(answer.body).encode()).hexdigest() + '"'
        unchanged = request.headers["If-None-Match"] == tag
        headers = {**answer.headers, "ETag": tag, "X-Poll-Interval": "0.05"}
        return Answer(None if unchanged else answer.body, 304 if unchanged else 200, headers)
