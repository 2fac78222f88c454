# SPDX-License-Identifier: Apache-2.0
"""HubSpot CRM search: https://developers.hubspot.com/docs/api/crm/search."""

from __future__ import annotations

import json
from typing import Any

from emulated import Answer, Request

from vendors.vendor import Record, Vendor, iso, number, only, require


class Search(Vendor):
    """Filter, order and page are in the body.

    Times are epoch ms in requests and ISO in responses. Results are limited.
    """

    step = 77
    at_once = 3
    beginning = 12
    depth = 6
    """10,000 in reality."""

    def render(self, record: Record) -> Any:
        return {
            "id": str(record.number),
            "properties": {
                "dealname": f"Deal {record.number}",
                "amount": str(record.version * 100),
                "hs_lastmodifieddate": iso(record.updated, millis=True),
                "hs_object_id": str(record.number),
            },
            "archived": False,
        }

    def respond(self, request: Request) -> Answer:
        known = request.headers["Authorization"] == "Bearer pat-na1-..."
        require(known, 401, {"status": "error", "category": "INVALID_AUTHENTICATION"})
        is_json = request.method == "POST" and request.headers["Content-Type"].startswith("application/json")
        require(is_json, 415, {"status": "error", "message": "POST application/json"})
        require(request.path == "/crm/v3/objects/deals/search", 404, {"status": "error"})
        body = json.loads(request.body)
        only(body, "filterGroups", "sorts", "properties", "limit", "after")
        invalid = {"status": "error", "category": "VALIDATION_ERROR", "message": f"Invalid input: {body}"}
        [[condition]] = [group["filters"] for group in body["filterGroups"]]
        wanted = condition["propertyName"], condition["operator"]
        require(wanted == ("hs_lastmodifieddate", "GTE"), 400, invalid)
        least = number(condition["value"], 0, 10**14, "value")
        ascending = {"propertyName": "hs_lastmodifieddate", "direction": "ASCENDING"}
        require(body["sorts"] == [ascending], 400, invalid)
        size = body["limit"]
        require(type(size) is int and 1 <= size <= 200, 400, invalid)
        # Text by the documentation, but numbers work too.
        start = 0 if body.get("after") is None else number(str(body["after"]), 0, 10**9, "after")
        require(start + size <= self.depth, 400, {"status": "error", "message": "paging past 10,000 results"})
        found = self.since(least)
        answer: dict[str, Any] = {
            "total": len(found),
            "results": [self.render(r) for r in found[start : start + size]],
        }
        if start + size < len(found):
            answer["paging"] = {"next": {"after": str(start + size), "link": f"?after={start + size}"}}
        return Answer(answer, headers={"X-HubSpot-RateLimit-Secondly-Remaining": "3"})
