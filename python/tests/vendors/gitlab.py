# SPDX-License-Identifier: Apache-2.0
"""GitLab: https://docs.gitlab.com/api/rest/."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from typing import Any

from emulated import Answer, Request

from vendors.vendor import HOUR, Record, RefusedError, Vendor, address, iso, link, moment, now, number, only, require


class GitLab(Vendor):
    """The common base of its lists: a token in a special header, and numbered pages described by headers."""

    def check(self, request: Request, path: str, *parameters: str) -> None:
        require(request.headers["PRIVATE-TOKEN"] == "glpat-...", 401, {"message": "401 Unauthorized"})
        require(request.path == path, 404, {"error": "404 Not Found"})
        only(request.query, *parameters, "per_page", "page")

    def page(self, request: Request, found: list[Record]) -> Answer:
        size = min(number(request.query.get("per_page", "20"), 1, 10**6, "per_page"), 100)
        page = number(request.query.get("page", "1"), 1, 10**6, "page")
        more = page * size < len(found)
        links = {"first": 1, "next": page + 1} if more else {"first": 1}
        headers = {
            "X-Page": str(page),
            "X-Per-Page": str(size),
            # Empty on the last page.
            "X-Next-Page": str(page + 1) if more else "",
            "Link": ", ".join(link(address(request, {**request.query, "page": n}), rel) for rel, n in links.items()),
            "RateLimit-Limit": "2000",
            "RateLimit-Remaining": "1999",
            "RateLimit-Reset": str(now() // 1000 + 60),
        }
        return Answer([self.render(r) for r in found[(page - 1) * size : page * size]], headers=headers)


class Issues(GitLab):
    """`updated_after` is inclusive. The order is selectable."""

    path = "/api/v4/projects/278964/issues"
    at_once = 3
    beginning = 8
    step = 137

    def render(self, record: Record) -> Any:
        return {
            "id": 140_000_000 + record.number,
            "iid": record.number,
            "title": f"Item {record.number}",
            "upvotes": record.version - 1,
            "created_at": iso(record.created, millis=True),
            "updated_at": iso(record.updated, millis=True),
        }

    def respond(self, request: Request) -> Answer:
        self.check(request, self.path, "scope", "state", "order_by", "sort", "updated_after")
        by = request.query.get("order_by", "created_at")
        sort = request.query.get("sort", "desc")
        require(by in ("created_at", "updated_at"), 400, {"error": "order_by does not have a valid value"})
        require(sort in ("asc", "desc"), 400, {"error": "sort does not have a valid value"})
        invalid = {"error": "updated_after is invalid"}
        after = moment(request.query["updated_after"], 400, invalid) if "updated_after" in request.query else 0
        found = self.since(after)
        found.sort(key=lambda r: (r.updated if by == "updated_at" else r.created, r.number), reverse=sort == "desc")
        return self.page(request, found)


class MergeRequests(Issues):
    """The same list for another resource."""

    path = "/api/v4/projects/278964/merge_requests"


class Events(GitLab):
    """`after` is a date without a time, and excludes that whole day."""

    step = 5 * HOUR
    updates = False

    def render(self, record: Record) -> Any:
        return {
            "id": 3_000_000_000 + record.number,
            "action_name": "pushed to",
            "author_username": "octocat",
            "created_at": iso(record.created, millis=True),
        }

    def respond(self, request: Request) -> Answer:
        self.check(request, "/api/v4/projects/278964/events", "after", "sort")
        after = request.query.get("after", "1969-12-31")
        if not re.fullmatch(r"\d{4}-\d\d-\d\d", after):
            raise RefusedError(400, {"error": "after is invalid"})
        next_day = datetime.fromisoformat(after).replace(tzinfo=timezone.utc) + timedelta(days=1)
        found = self.since(round(next_day.timestamp() * 1000))
        found.sort(key=lambda r: r.number, reverse=request.query.get("sort", "desc") == "desc")
        return self.page(request, found)
