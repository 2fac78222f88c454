# SPDX-License-Identifier: Apache-2.0
"""Datadog logs: https://docs.datadoghq.com/api/latest/logs/#search-logs-post."""

from __future__ import annotations

import json
from typing import Any

from emulated import Answer, Request

from vendors.vendor import Record, Vendor, iso, moment, only, require


class Logs(Vendor):
    """Two keys in headers. Query and page are in the body."""

    step = 130
    updates = False

    def render(self, record: Record) -> Any:
        time = iso(record.created, millis=True)
        attributes = {"timestamp": time, "service": "web", "message": f"Line {record.number}"}
        return {"id": f"AAAA{record.number:08}", "type": "log", "attributes": attributes}

    def respond(self, request: Request) -> Answer:
        keys = (request.headers["DD-API-KEY"], request.headers["DD-APPLICATION-KEY"])
        require(keys == ("your_api_key", "your_app_key"), 403, {"errors": ["Forbidden"]})
        require(request.path == "/api/v2/logs/events/search" and request.method == "POST", 404, {"errors": []})
        body = json.loads(request.body)
        only(body, "filter", "sort", "page")
        wrong = {"errors": [f"input_validation_error: {body}"]}
        only(body["page"], "limit", "cursor")
        require(body["sort"] == "timestamp" and body["filter"]["query"] == "service:web", 400, wrong)
        least, most = (moment(body["filter"][name], 400, wrong) for name in ("from", "to"))
        cursor = body["page"].get("cursor", "c0")
        require(isinstance(cursor, str) and cursor.startswith("c"), 400, wrong)
        start, size = int(cursor.removeprefix("c")), body["page"]["limit"]
        found = [record for record in self.since(least) if record.created < most]
        more = {"page": {"after": f"c{start + size}"}} if start + size < len(found) else {}
        shown = [self.render(record) for record in found[start : start + size]]
        return Answer({"data": shown, "meta": {"status": "done", **more}})
