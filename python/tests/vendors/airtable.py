# SPDX-License-Identifier: Apache-2.0
"""Airtable records: https://airtable.com/developers/web/api/list-records."""

from __future__ import annotations

import re
from typing import Any

from emulated import Answer, Request

from vendors.vendor import Record, Vendor, iso, moment, number, only, require

FORMULA = re.compile(r"NOT\(IS_BEFORE\(\{Modified\}, '([^']+)'\)\)")


class Tasks(Vendor):
    """The filter is a formula, in which braces enclose the names of fields."""

    def render(self, record: Record) -> Any:
        fields = {
            "Name": f"Task {record.number}",
            "Done": record.version > 1,
            "Modified": iso(record.updated, millis=True),
        }
        return {"id": f"rec{record.number:04}", "createdTime": iso(record.created, millis=True), "fields": fields}

    def respond(self, request: Request) -> Answer:
        require(
            request.headers["Authorization"] == "Bearer pat...", 401, {"error": {"type": "AUTHENTICATION_REQUIRED"}}
        )
        require(request.path == "/v0/app1/Tasks", 404, {"error": "NOT_FOUND"})
        only(request.query, "filterByFormula", "sort[0][field]", "pageSize", "offset")
        wrong = {"error": {"type": "INVALID_FILTER_BY_FORMULA", "message": request.query["filterByFormula"]}}
        formula = FORMULA.fullmatch(request.query["filterByFormula"])
        require(formula, 422, wrong)
        require(request.query["sort[0][field]"] == "Modified", 422, wrong)
        size = number(request.query["pageSize"], 1, 100, "pageSize")
        start = int(request.query.get("offset", "itr0").removeprefix("itr"))
        found = self.since(moment(formula[1] if formula else None, 422, wrong))
        more = {"offset": f"itr{start + size}"} if start + size < len(found) else {}
        return Answer({"records": [self.render(record) for record in found[start : start + size]], **more})
