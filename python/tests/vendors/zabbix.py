# SPDX-License-Identifier: Apache-2.0
"""Zabbix 7.0 events: https://www.zabbix.com/documentation/7.0/en/manual/api/reference/event/get."""

from __future__ import annotations

import json
from typing import Any

from emulated import Answer, Request

from vendors.vendor import Record, Vendor, only, require


class Events(Vendor):
    """A session ends after some requests, which Zabbix reports in a response with status 200."""

    updates = False
    step = 1000
    requests_per_session = 20

    def begin(self) -> None:
        self.sessions: dict[str, int] = {}
        """The number of requests in each session."""
        super().begin()

    def render(self, record: Record) -> Any:
        return {
            "eventid": str(2000 + record.number),
            "source": "0",
            "object": "0",
            "objectid": "17",
            "clock": str(record.created // 1000),
            "value": "1",
            "name": f"Event {record.number}",
            "severity": "3",
        }

    def respond(self, request: Request) -> Answer:
        require(request.path == "/zabbix/api_jsonrpc.php" and request.method == "POST", 404, {})
        require((request.headers["Content-Type"] or "").startswith("application/json"), 412, {})
        call = json.loads(request.body)
        only(call, "jsonrpc", "method", "params", "id")
        require(call["jsonrpc"] == "2.0" and call["id"] is not None, 400, {"error": "Invalid request."})
        if call["method"] == "user.login":
            return self.login(call, request)
        require(call["method"] == "event.get", 400, {"error": "Method not found."})
        scheme, _, session = (request.headers["Authorization"] or "").partition(" ")
        self.sessions[session] = self.sessions.get(session, self.requests_per_session) + 1
        if scheme != "Bearer" or self.sessions[session] > self.requests_per_session:
            data = "Session terminated, re-login, please."
            return self.reply(call, error={"code": -32602, "message": "Invalid params.", "data": data})
        params = call["params"]
        only(params, "output", "eventid_from", "sortfield", "sortorder", "limit")
        require(params["output"] == "extend" and params["sortfield"] == ["eventid"], 400, {"error": params})
        require(params["sortorder"] == "ASC" and 1 <= params["limit"] <= 10_000, 400, {"error": params})
        least = int(params["eventid_from"])
        found = [self.render(r) for r in self.since(0) if 2000 + r.number >= least]
        return self.reply(call, result=found[: params["limit"]])

    def login(self, call: dict[str, Any], request: Request) -> Answer:
        require(request.headers["Authorization"] is None, 400, {"error": "user.login takes no token"})
        if call["params"] != {"username": "spark", "password": "password"}:
            data = "Incorrect user name or password or account is temporarily blocked."
            return self.reply(call, error={"code": -32500, "message": "Application error.", "data": data})
        session = f"0424bd59b807674191e7d77572075f{len(self.sessions):02}"
        self.sessions[session] = 0
        return self.reply(call, result=session)

    @staticmethod
    def reply(call: dict[str, Any], **more: object) -> Answer:
        return Answer({"jsonrpc": "2.0", **more, "id": call["id"]})
