# SPDX-License-Identifier: Apache-2.0
"""Stripe: https://docs.stripe.com/api/events/list."""

from __future__ import annotations

import hashlib
from typing import Any

from emulated import Answer, Request

from vendors.vendor import Record, Vendor, basic, number, only, require


class Events(Vendor):
    """Always newest first.

    `created[gte]` is in seconds and inclusive. Pages continue with older events after the last id.
    """

    updates = False

    def render(self, record: Record) -> Any:
        return {
            "id": self.id_of(record),
            "object": "event",
            "type": "charge.succeeded",
            "created": record.created // 1000,
            "data": {"object": {"id": f"ch_{record.number}", "amount": 100 * record.number}},
        }

    def id_of(self, record: Record) -> str:
        # The response does not state the order.
        return "evt_" + hashlib.sha1(str(record.number).encode()).hexdigest()[:16]

    def respond(self, request: Request) -> Answer:
        # The key is the user name, and the password is empty.
        known = request.headers["Authorization"] in (basic("sk_test_...", ""), "Bearer sk_test_...")
        require(known, 401, {"error": {"message": "Invalid API Key provided"}})
        require(request.path == "/v1/events", 404, {"error": {"message": "Unrecognized request URL"}})
        only(request.query, "created[gte]", "limit", "starting_after")
        least = number(request.query.get("created[gte]", "0"), 0, 10**10, "created[gte]")
        size = number(request.query.get("limit", "10"), 1, 100, "limit")
        found = self.since(least * 1000)[::-1]
        if "starting_after" in request.query:
            ids = [self.id_of(r) for r in found]
            missing = {"error": {"code": "resource_missing", "param": "starting_after"}}
            require(request.query["starting_after"] in ids, 400, missing)
            found = found[ids.index(request.query["starting_after"]) + 1 :]
        page = {"object": "list", "url": "/v1/events", "has_more": len(found) > size}
        return Answer({**page, "data": [self.render(r) for r in found[:size]]})
