# SPDX-License-Identifier: Apache-2.0
"""Square orders: https://developer.squareup.com/reference/square/orders-api/search-orders."""

from __future__ import annotations

import json
from typing import Any

from emulated import Answer, Request

from vendors.vendor import Record, Vendor, iso, moment, only, require


class Orders(Vendor):
    """A cursor is valid only with the query of the first page, its times included."""

    step = 77

    def begin(self) -> None:
        self.queries: dict[str, Any] = {}
        super().begin()

    def render(self, record: Record) -> Any:
        return {
            "id": f"order{record.number:04}",
            "location_id": "L1",
            "state": "OPEN",
            "version": record.version,
            "updated_at": iso(record.updated, millis=True),
        }

    def respond(self, request: Request) -> Answer:
        require(request.headers["Authorization"] == "Bearer EAAA...", 401, {"errors": [{"code": "UNAUTHORIZED"}]})
        require(request.path == "/v2/orders/search" and request.method == "POST", 404, {"errors": [{}]})
        body = json.loads(request.body)
        only(body, "location_ids", "query", "limit", "cursor")
        wrong = {"errors": [{"code": "INVALID_VALUE", "detail": str(body)}]}
        times = body["query"]["filter"]["date_time_filter"]["updated_at"]
        least, most = (moment(times[name], 400, wrong) for name in ("start_at", "end_at"))
        require(body["query"]["sort"] == {"sort_field": "UPDATED_AT", "sort_order": "ASC"}, 400, wrong)
        cursor, size = body.get("cursor", "p0"), body["limit"]
        require(cursor and 1 <= size <= 1000, 400, wrong)
        if "cursor" in body:
            require(self.queries.get(cursor) == body["query"], 400, {"errors": [{"code": "INVALID_CURSOR"}]})
        start = int(cursor.split("-")[0].removeprefix("p"))
        found = [record for record in self.since(least) if record.updated <= most]
        answer: dict[str, Any] = {"orders": [self.render(record) for record in found[start : start + size]]}
        if start + size < len(found):
            answer["cursor"] = f"p{start + size}-{len(self.queries)}"
            self.queries[answer["cursor"]] = body["query"]
        return Answer(answer if answer["orders"] else {})
