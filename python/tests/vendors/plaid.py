# SPDX-License-Identifier: Apache-2.0
"""Plaid transactions: https://plaid.com/docs/api/products/transactions/#transactionssync."""

from __future__ import annotations

import json
from typing import Any

from emulated import Answer, Request

from vendors.vendor import Record, Vendor, iso, only, require


class Sync(Vendor):
    """Three lists. One cursor for both: where the last poll ended, and the next page. It is absent at first, and never
    empty."""

    def new_and_changed(self) -> None:
        with self._lock:
            super().new_and_changed()
            self.remove(next(n for n, r in self.current.items() if not r.deleted))
            self.add(1)

    def render(self, record: Record) -> Any:
        key = {"transaction_id": f"t{record.number:04}", "account_id": "a1"}
        if record.deleted:
            return {"change": "removed", **key}
        return {
            "change": "added" if record.version == 1 else "modified",
            **key,
            "amount": 10.5 + record.number + record.version,
            "date": iso(record.created)[:10],
            "name": f"Shop {record.number}",
            "pending": False,
        }

    def respond(self, request: Request) -> Answer:
        require(request.path == "/transactions/sync" and request.method == "POST", 404, "Not Found")
        secret = (request.headers["PLAID-CLIENT-ID"], request.headers["PLAID-SECRET"])
        require(secret == ("your_client_id", "your_secret"), 400, {"error_code": "INVALID_API_KEYS"})
        body = json.loads(request.body)
        only(body, "access_token", "cursor", "count")
        require(body.get("access_token") == "access-1", 400, {"error_code": "INVALID_ACCESS_TOKEN"})
        require(body.get("cursor", "c0"), 400, {"error_code": "INVALID_FIELD", "error_message": "cursor"})
        start = int(body.get("cursor", "c0").removeprefix("c"))
        found = self.versions[start : start + body["count"]]
        end = start + len(found)
        lists: dict[str, list[Any]] = {"added": [], "modified": [], "removed": []}
        for record in map(self.render, found):
            lists[record.pop("change")].append(record)
        return Answer(
            {
                **lists,
                "next_cursor": f"c{end}",
                "has_more": end < len(self.versions),
                "request_id": "r1",
            }
        )
