# SPDX-License-Identifier: Apache-2.0
"""Linear issues: https://linear.app/developers/graphql."""

from __future__ import annotations

import json
import re
from typing import Any

from emulated import Answer, Request

from vendors.vendor import Record, Vendor, iso, moment, only, require


class Issues(Vendor):
    """GraphQL, newest first. A used-up quota has the status 400."""

    beginning = 8

    def begin(self) -> None:
        super().begin()
        self.answered = 0

    def render(self, record: Record) -> Any:
        return {
            "id": f"0b7d-{record.number}",
            "identifier": f"ENG-{record.number}",
            "title": f"Title {record.version}",
            "updatedAt": iso(record.updated, millis=True),
            "archivedAt": None,
        }

    def respond(self, request: Request) -> Answer:
        require(request.headers["Authorization"] == "lin_api_...", 401, {"errors": [{"message": "Authentication"}]})
        require(request.path == "/graphql" and request.method == "POST", 404, {"errors": [{"message": "Not found"}]})
        self.answered += 1
        if self.answered in (2, 7):
            return Answer({"errors": [{"message": "Rate limit", "extensions": {"code": "RATELIMITED"}}]}, status=400)
        body = json.loads(request.body)
        only(body, "query", "variables")
        wrong = {"errors": [{"message": "Syntax Error", "extensions": {"code": "GRAPHQL_VALIDATION_FAILED"}}]}
        query = re.sub(r"\s+", " ", body["query"])
        require("orderBy: updatedAt" in query and "gte: $since" in query, 400, wrong)
        variables = body["variables"]
        only(variables, "first", "after", "since")
        first = variables["first"]
        require(type(first) is int and 1 <= first <= 250, 400, wrong)
        found = self.since(moment(variables["since"], 400, wrong) if "since" in variables else 0)[::-1]
        if "after" in variables:
            found = [record for record in found if self.cursor(record) < variables["after"]]
        page = found[:first]
        info = {"hasNextPage": len(found) > first, "endCursor": self.cursor(page[-1]) if page else None}
        return Answer({"data": {"issues": {"nodes": [self.render(r) for r in page], "pageInfo": info}}})

    def cursor(self, record: Record) -> str:
        return f"{record.updated:014}-{record.number:06}"
