# SPDX-License-Identifier: Apache-2.0
"""Elasticsearch: https://www.elastic.co/guide/en/elasticsearch/reference/current/paginate-search-results.html."""

from __future__ import annotations

import json
from typing import Any

from emulated import Answer, Request

from vendors.vendor import Record, Vendor, only, require


class SearchAfter(Vendor):
    """`search_after` in the body is the array of the last hit's `sort`. null and an additional `from` are refused."""

    at_once = 4
    updates = False

    def render(self, record: Record) -> Any:
        return {
            "_index": "logs",
            "_id": f"doc-{record.serial}",
            "_score": None,
            "_source": {"@timestamp": record.updated, "event": {"sequence": record.serial}, "message": "…"},
            "sort": [record.updated, record.serial],
        }

    def respond(self, request: Request) -> Answer:
        known = request.headers["Authorization"] == "ApiKey your_api_key"
        require(known, 401, {"error": {"type": "security_exception"}, "status": 401})
        is_json = request.method == "POST" and request.headers["Content-Type"].startswith("application/json")
        require(is_json, 406, {"error": "Content-Type header is not supported", "status": 406})
        require(request.path == "/logs/_search", 404, {"error": {"type": "index_not_found_exception"}, "status": 404})
        body = json.loads(request.body)
        only(body, "size", "sort", "search_after")
        invalid = {"error": {"type": "parsing_exception", "reason": str(body)}, "status": 400}
        require(type(body["size"]) is int and 1 <= body["size"] <= 10_000, 400, invalid)
        require(body["sort"] == [{"@timestamp": "asc"}, {"event.sequence": "asc"}], 400, invalid)
        after = body.get("search_after", [0, 0])
        whole = isinstance(after, list) and len(after) == 2 and all(type(value) is int for value in after)
        require(whole, 400, invalid)
        found = [h for h in map(self.render, self.since(0)) if h["sort"] > after]
        found.sort(key=lambda h: h["sort"])
        total = {"value": len(self.current), "relation": "eq"}
        hits = {"total": total, "max_score": None, "hits": found[: body["size"]]}
        return Answer({"took": 1, "timed_out": False, "hits": hits})
