# SPDX-License-Identifier: Apache-2.0
"""Okta System Log: https://developer.okta.com/docs/reference/api/system-log/."""

from __future__ import annotations

from typing import Any

from emulated import Answer, Headers, Request

from vendors.vendor import DAY, MINUTE, Record, Vendor, address, iso, link, moment, now, number, only, require


class SystemLog(Vendor):
    """Polling by storage time, independent of `published`. `next` is always present, and an empty page is the end."""

    updates = False
    page_size = 3

    def render(self, record: Record) -> Any:
        # They arrive late and out of order.
        published = record.created - record.number * 7 % 5 * MINUTE
        return {
            "uuid": f"f790999f-fe87-467a-9880-{record.number:012}",
            "published": iso(published, millis=True),
            "eventType": "user.session.start",
        }

    def respond(self, request: Request) -> Answer:
        known = request.headers["Authorization"] == "SSWS your_api_token"
        require(known, 401, {"errorCode": "E0000011", "errorSummary": "Invalid token provided"})
        require(request.path == "/api/v1/logs", 404, {"errorCode": "E0000022"})
        only(request.query, "since", "sortOrder", "limit", "after")
        invalid = {"errorCode": "E0000001", "errorSummary": "Api validation failed"}
        require(request.query.get("sortOrder", "ASCENDING") == "ASCENDING", 400, invalid)
        # The maximum is 1,000. This server returns fewer.
        size = min(number(request.query.get("limit", "100"), 0, 1000, "limit"), self.page_size)
        since = moment(request.query["since"], 400, invalid) if "since" in request.query else now() - 7 * DAY
        after = number(request.query.get("after", "0"), 0, 10**9, "after")
        found = [r for r in self.versions if r.serial > after and r.updated >= since]
        last = found[:size][-1].serial if found else after
        # A separate header for each link.
        links = (
            link(address(request, request.query), "self"),
            link(address(request, {**request.query, "after": last}), "next"),
        )
        headers: Headers = {
            "Link": links,
            "X-Rate-Limit-Limit": "120",
            "X-Rate-Limit-Remaining": "119",
            "X-Rate-Limit-Reset": str(now() // 1000 + 60),
        }
        return Answer([self.render(r) for r in found[:size]], headers=headers)
