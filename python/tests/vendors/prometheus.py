# SPDX-License-Identifier: Apache-2.0
"""Prometheus range queries: https://prometheus.io/docs/prometheus/latest/querying/api/#range-queries."""

from __future__ import annotations

from typing import Any

from emulated import Answer, Request

from vendors.vendor import SECOND, Record, Vendor, now, number, only, require

STEP = 15
AGE = 3600


class RangeQuery(Vendor):
    """Series with their labels. Both bounds are inclusive, and the first bound is the first point of the grid."""

    step = STEP * SECOND
    updates = False

    @staticmethod
    def first() -> int:
        """A time of the grid, an hour ago, in seconds. A query has at most 11,000 points."""
        return now() // SECOND // STEP * STEP - AGE

    def begin(self) -> None:
        self.clock = self.first() * SECOND
        super().begin()

    def metric(self, record: Record) -> dict[str, str]:
        nodes = [r.number for r in self.current.values() if r.created == record.created]
        return {"__name__": "up", "job": "node", "instance": f"node-{nodes.index(record.number)}:9100"}

    def render(self, record: Record) -> Any:
        return {
            "metric": self.metric(record),
            "time": record.created // SECOND,
            "value": str(record.number),
        }

    def respond(self, request: Request) -> Answer:
        require(request.path == "/api/v1/query_range", 404, {"status": "error", "errorType": "not_found"})
        only(request.query, "query", "start", "end", "step")
        bad = {"status": "error", "errorType": "bad_data", "error": "invalid parameter"}
        require(request.query.get("query") == "up" and request.query.get("step") == "15s", 400, bad)
        start = number(request.query.get("start"), 0, 10**10, "start")
        end = number(request.query.get("end"), 0, 10**10, "end")
        require(start <= end, 400, {**bad, "error": "end timestamp must not be before start time"})
        require((end - start) / STEP <= 11_000, 400, {**bad, "error": "exceeded maximum resolution of 11,000 points"})
        series: dict[str, dict[str, Any]] = {}
        for record in self.current.values():
            at = record.created // SECOND
            if start <= at <= end and (at - start) % STEP == 0:
                metric = self.metric(record)
                found = series.setdefault(metric["instance"], {"values": [], "metric": metric})
                found["values"].append([at, str(record.number)])
        return Answer({"status": "success", "data": {"resultType": "matrix", "result": list(series.values())}})
