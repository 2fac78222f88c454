# SPDX-License-Identifier: Apache-2.0
"""Binance trades: https://developers.binance.com/docs/binance-spot-api-docs/rest-api/request-security."""

from __future__ import annotations

import hashlib
import hmac
import time
from typing import Any

from emulated import Answer, Request

from vendors.vendor import Record, Vendor, number, only, require

API_KEY, SECRET = "vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zv", "NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP"
WINDOW = 5000


class MyTrades(Vendor):
    """Signed requests. A signature is refused if its time differs too much from the time of the server."""

    updates = False

    def render(self, record: Record) -> Any:
        return {
            "symbol": "BTCUSDT",
            "id": 28_000 + record.number,
            "orderId": 100_234,
            "price": "68000.10000000",
            "qty": "0.00100000",
            "commission": "0.00000100",
            "commissionAsset": "BTC",
            "time": record.created,
            "isBuyer": True,
            "isMaker": False,
        }

    def respond(self, request: Request) -> Answer:
        require(request.path == "/api/v3/myTrades" and request.method == "GET", 404, {"code": -1})
        require(request.headers["X-MBX-APIKEY"] == API_KEY, 401, {"code": -2014, "msg": "API-key format invalid."})
        only(request.query, "symbol", "fromId", "limit", "timestamp", "signature")
        signed, _, signature = request.target.partition("?")[2].partition("&signature=")
        expected = hmac.new(SECRET.encode(), signed.encode(), hashlib.sha256).hexdigest()
        valid = hmac.compare_digest(signature, expected)
        require(valid, 400, {"code": -1022, "msg": "Signature for this request is not valid."})
        age = time.time() * 1000 - int(request.query["timestamp"])
        require(-1000 < age < WINDOW, 400, {"code": -1021, "msg": "Timestamp is outside of the recvWindow."})
        size = number(request.query.get("limit", "500"), 1, 1000, "limit")
        least = number(request.query.get("fromId"), 0, 10**12, "fromId")
        found = [self.render(r) for r in self.since(0) if 28_000 + r.number >= least]
        return Answer(found[:size])
