# SPDX-License-Identifier: Apache-2.0
"""Jira Cloud: projects, their issues and the changelog of an issue.

https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-projects/#api-rest-api-3-project-search-get,
https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/#api-rest-api-3-issue-issueidorkey-changelog-get
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from emulated import Answer, Request

from vendors.vendor import EPOCH, MINUTE, SECOND, RefusedError, basic, iso, number, only, require

ISSUES = re.compile(r"project = (\w+) AND updated >= (\d+) ORDER BY updated ASC, key ASC")
CHANGELOG = re.compile(r"/rest/api/3/issue/(\w+)-(\d+)/changelog")


class Site:
    """A change of an issue adds an entry to its changelog and moves its `updated`. Ids rise over all issues."""

    def __init__(self) -> None:
        self.clock = EPOCH
        self.last_change = 100
        self.projects: dict[str, list[int]] = {}
        """The times of the last updates of the issues of each project."""
        self.entries: dict[tuple[str, int], list[dict[str, Any]]] = {}
        self.refusals: list[str] = []

    def add_project(self, key: str) -> None:
        self.projects[key] = []

    def add_issue(self, project: str) -> int:
        self.clock += SECOND
        self.projects[project].append(self.clock)
        issue = len(self.projects[project])
        self.entries[project, issue] = []
        return issue

    def change(self, project: str, issue: int) -> None:
        self.clock += SECOND
        self.last_change += 1
        self.projects[project][issue - 1] = self.clock
        entry = {"id": str(self.last_change), "created": iso(self.clock, millis=True, zone="+0000")}
        items = [{"field": "status", "fromString": "To Do", "toString": f"Step {self.last_change}"}]
        self.entries[project, issue].append(entry | {"items": items})

    def changes(self) -> Counter[str]:
        return Counter(entry["id"] for entries in self.entries.values() for entry in entries)

    def answer(self, request: Request) -> Answer:
        try:
            return Answer(self.respond(request))
        except RefusedError as refused:
            self.refusals.append(f"{request}: {refused}")
            return refused.answer

    def respond(self, request: Request) -> dict[str, Any]:
        known = request.headers["Authorization"] == basic("me@example.com", "your_api_token")
        require(known, 401, {"errorMessages": ["Client must be authenticated to access this resource."]})
        if request.path == "/rest/api/3/project/search":
            only(request.query, "startAt", "maxResults", "orderBy")
            found = [{"id": str(10_000 + i), "key": key} for i, key in enumerate(self.projects)]
            return self.values(request, found, 100)
        if request.path == "/rest/api/3/search/jql":
            return self.issues(request)
        part = CHANGELOG.fullmatch(request.path)
        require(part and (part[1], int(part[2])) in self.entries, 404, {"errorMessages": ["Issue does not exist."]})
        assert part
        only(request.query, "startAt", "maxResults")
        return self.values(request, self.entries[part[1], int(part[2])], 100)

    @staticmethod
    def values(request: Request, found: list[dict[str, Any]], most: int) -> dict[str, Any]:
        at = number(request.query.get("startAt", "0"), 0, 1_000_000, "startAt")
        size = number(request.query.get("maxResults", "50"), 1, most, "maxResults")
        page = {"startAt": at, "maxResults": size, "total": len(found), "isLast": at + size >= len(found)}
        return page | {"values": found[at : at + size]}

    def issues(self, request: Request) -> dict[str, Any]:
        only(request.query, "jql", "fields", "maxResults", "nextPageToken")
        jql = ISSUES.fullmatch(request.query.get("jql", ""))
        require(jql and jql[1] in self.projects, 400, {"errorMessages": ["Error in the JQL Query."]})
        assert jql
        size = number(request.query.get("maxResults", "50"), 1, 5000, "maxResults")
        start = int(request.query.get("nextPageToken", "token-0").removeprefix("token-"))
        since = int(jql[2]) // MINUTE * MINUTE
        found = sorted((at, n) for n, at in enumerate(self.projects[jql[1]], 1) if at >= since)
        page: list[dict[str, Any]] = [
            {
                "id": f"{list(self.projects).index(jql[1]) + 1}{n:04}",
                "key": f"{jql[1]}-{n}",
                "fields": {"updated": iso(at, millis=True, zone="+0000")},
            }
            for at, n in found[start : start + size]
        ]
        more = start + size < len(found)
        token = {"nextPageToken": f"token-{start + size}"} if more else {}
        return {"issues": page, "isLast": not more} | token
