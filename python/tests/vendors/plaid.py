# SPDX-License-Identifier: Apache-2.0
"""Plaid transactions: https://plaid.com/docs/api/products/transactions/#transactionssync."""

from __future__ import annotations

import json
from typing import Any

from emulated import Answer, Request

from vendors.vendor import Record, Vendor, iso, only, require


class Added(Vendor):
    """One cursor for both: where the last poll ended, and the next page. It is absent at first, and never empty."""

    updates = False

    def render(self, record: Record) -> Any:
        return {
            "transaction_id": f"t{record.number:04}",
            "account_id": "a1",
            "amount": 10.5 + record.number,
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
        return Answer(
            {
                "added": [self.render(record) for record in found],
                "modified": [],
                "removed": [],
                "next_cursor": f"c{end}",
                "has_more": end < len(self.versions),
                "request_id": "r1",
            }
        )
