# SPDX-License-Identifier: Apache-2.0
"""Clever v3: https://dev.clever.com/reference."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from emulated import Answer, Request

from vendors.vendor import Record, Vendor, iso, number, only, require


class Clever(Vendor):
    """Ids ascend with creation, and `starting_after` is exclusive. The body contains links without a host."""

    path = ""

    def listed(self) -> list[Record]:
        return sorted(self.current.values(), key=lambda r: r.number)

    def id_of(self, record: Record) -> str:
        return f"{0x5F0000000000000000000000 + record.number:024x}"

    def respond(self, request: Request) -> Answer:
        known = request.headers["Authorization"] == "Bearer your_district_token"
        require(known, 401, {"error": "Unauthorized"})
        require(request.path == self.path, 404, {"error": "Resource not found"})
        only(request.query, "role", "limit", "starting_after")
        size = number(request.query.get("limit", "100"), 1, 10_000, "limit")
        after = request.query.get("starting_after")
        require(after is None or len(after) == 24, 400, {"error": "invalid starting_after"})
        found = [r for r in self.listed() if self.id_of(r) > (after or "")]
        links = [{"rel": "self", "uri": f"{request.path}?{urlencode(request.query)}"}]
        if len(found) > size:
            query = {**request.query, "starting_after": self.id_of(found[size - 1])}
            links.append({"rel": "next", "uri": f"{request.path}?{urlencode(query)}"})
        data = [{"data": self.render(r), "uri": f"{self.path}/{self.id_of(r)}"} for r in found[:size]]
        return Answer({"data": data, "links": links}, headers={"X-RateLimit-Remaining": "1199"})


class Users(Clever):
    """Does not show changes of a user."""

    path = "/v3.0/users"
    updates = False

    def render(self, record: Record) -> Any:
        return {"id": self.id_of(record), "name": {"first": f"Student {record.number}"}, "roles": {"student": {}}}

    def respond(self, request: Request) -> Answer:
        require(request.query.get("role") == "student", 400, {"error": "role"})
        return super().respond(request)


class Events(Clever):
    """An event for each change."""

    path = "/v3.0/events"

    def listed(self) -> list[Record]:
        return self.versions

    def id_of(self, record: Record) -> str:
        return f"{0x600000000000000000000000 + record.serial:024x}"

    def render(self, record: Record) -> Any:
        return {
            "id": self.id_of(record),
            "type": "users.created" if record.version == 1 else "users.updated",
            "created": iso(record.updated, millis=True),
            "data": {"object": {"id": record.number, "version": record.version}},
        }
