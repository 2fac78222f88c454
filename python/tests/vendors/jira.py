# SPDX-License-Identifier: Apache-2.0
"""Jira Cloud: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-search/."""

from __future__ import annotations

import re
from typing import Any

from emulated import Answer, Request

from vendors.vendor import MINUTE, SECOND, Record, Vendor, basic, iso, number, only, require


class Issues(Vendor):
    """JQL, whose times have minutes only. Each further page has a new token."""

    step = 15 * SECOND
    beginning = 12

    def begin(self) -> None:
        super().begin()
        self.tokens: dict[str, tuple[str, tuple[int, int]]] = {}

    def render(self, record: Record) -> Any:
        return {
            "id": str(10_000 + record.number),
            "key": f"SPARK-{record.number}",
            "fields": {
                "summary": f"Issue {record.number}, version {record.version}",
                "updated": iso(record.updated, millis=True, zone="+0000"),
            },
        }

    def respond(self, request: Request) -> Answer:
        known = request.headers["Authorization"] == basic("me@example.com", "your_api_token")
        require(known, 401, {"errorMessages": ["Client must be authenticated to access this resource."]})
        require(request.path == "/rest/api/3/search/jql", 404, {"errorMessages": ["Not Found"]})
        only(request.query, "jql", "fields", "maxResults", "nextPageToken")
        jql = request.query.get("jql", "")
        since = re.fullmatch(r"project = SPARK AND updated >= (\d+) ORDER BY updated ASC, key ASC", jql)
        require(since, 400, {"errorMessages": [f"Error in the JQL Query: {jql}"]})
        assert since
        size = number(request.query.get("maxResults", "50"), 1, 5000, "maxResults")
        reached = (0, 0)
        if "nextPageToken" in request.query:
            of, reached = self.tokens.get(request.query["nextPageToken"], ("", (0, 0)))
            require(of == jql, 400, {"errorMessages": ["The provided next page token is invalid or expired."]})
        minute = int(since[1]) // MINUTE * MINUTE
        found = [r for r in self.since(minute) if (r.updated, r.number) > reached]
        answer: dict[str, Any] = {"issues": [self.render(r) for r in found[:size]], "isLast": len(found) <= size}
        if len(found) > size:
            token = f"token-{len(self.tokens)}"
            last = found[size - 1]
            self.tokens[token] = (jql, (last.updated, last.number))
            answer["nextPageToken"] = token
        return Answer(answer)
