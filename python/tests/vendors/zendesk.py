# SPDX-License-Identifier: Apache-2.0
"""Zendesk: https://developer.zendesk.com/api-reference/ticketing/ticket-management/incremental_exports/."""

from __future__ import annotations

import base64
from typing import Any

from emulated import Answer, Request

from vendors.vendor import MINUTE, Record, Vendor, address, basic, iso, now, number, only, require


class Zendesk(Vendor):
    """The common base of both exports: the last minute is withheld."""

    def check(self, request: Request, path: str) -> None:
        known = request.headers["Authorization"] == basic("agent@example.com/token", "your_api_token")
        require(known, 401, {"error": "Couldn't authenticate you"})
        require(request.path == path, 404, {"error": "InvalidEndpoint"})

    def start_time(self, request: Request) -> int:
        start = number(request.query.get("start_time"), 0, 10**10, "start_time")
        recent = {"error": "InvalidValue", "description": "Too recent start_time. Use one older than 60 seconds"}
        require(start * 1000 <= now() - MINUTE, 422, recent)
        return start * 1000


class Tickets(Zendesk):
    """By cursor: `start_time` in the first request, `cursor` in all other requests, never both."""

    def render(self, record: Record) -> Any:
        return {
            "id": record.number,
            "subject": f"Ticket {record.number}",
            "status": "open" if record.version == 1 else "pending",
            "updated_at": iso(record.updated),
            "generated_timestamp": record.updated // 1000,
        }

    def respond(self, request: Request) -> Answer:
        self.check(request, "/api/v2/incremental/tickets/cursor.json")
        only(request.query, "start_time", "cursor", "per_page")
        size = number(request.query.get("per_page", "1000"), 1, 1000, "per_page")
        both = {"error": "InvalidValue", "description": "exactly one of start_time and cursor"}
        require(("start_time" in request.query) != ("cursor" in request.query), 400, both)
        if "cursor" in request.query:
            reached, least = int(base64.b64decode(request.query["cursor"]).decode().split("|")[1]), 0
        else:
            reached, least = 0, self.start_time(request)
        found = sorted(
            (r for r in self.current.values() if r.serial > reached and r.updated >= least), key=lambda r: r.serial
        )
        last = found[:size][-1].serial if found else reached
        cursor = base64.b64encode(f"cursor|{last}".encode()).decode()
        return Answer(
            {
                "tickets": [self.render(r) for r in found[:size]],
                "after_url": address(request, {"cursor": cursor, "per_page": size}),
                "after_cursor": cursor,
                "before_url": None,
                "before_cursor": None,
                "end_of_stream": len(found) <= size,
            }
        )


class Organizations(Zendesk):
    """By time: inclusive, in seconds. A page never ends within a second, and the next page repeats its last records."""

    at_once = 3
    beginning = 8

    def render(self, record: Record) -> Any:
        return {
            "id": record.number,
            "name": f"Organization {record.number}",
            "notes": f"version {record.version}",
            "updated_at": iso(record.updated),
        }

    def respond(self, request: Request) -> Answer:
        self.check(request, "/api/v2/incremental/organizations.json")
        only(request.query, "start_time", "per_page")
        size = number(request.query.get("per_page", "1000"), 1, 1000, "per_page")
        start = self.start_time(request)
        found = self.since(start)
        if len(found) > size:
            # A page that ends in its first second would lead to itself, so it is longer than requested.
            until = next((r.updated for r in found[size - 1 :] if r.updated > start), found[-1].updated)
            page = [r for r in found if r.updated <= until]
        else:
            page = found
        end_time = (page[-1].updated if page else start) // 1000
        return Answer(
            {
                "organizations": [self.render(r) for r in page],
                "count": len(page),
                "end_time": end_time,
                "next_page": address(request, {"start_time": end_time, "per_page": size}),
                "end_of_stream": len(page) == len(found),
            }
        )
