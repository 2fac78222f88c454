# SPDX-License-Identifier: Apache-2.0
"""World Bank indicators: https://datahelpdesk.worldbank.org/knowledgebase/articles/889392."""

from __future__ import annotations

from typing import Any

from emulated import Answer, Request

from vendors.vendor import Record, Vendor, number, only, require


class Population(Vendor):
    """An array of two elements: what the response is about, and the values. Values are revised in place."""

    at_once = 1

    def render(self, record: Record) -> Any:
        return {
            "indicator": {"id": "SP.POP.TOTL", "value": "Population, total"},
            "country": {"id": f"C{record.number}", "value": f"Country {record.number}"},
            "countryiso3code": f"C{record.number:02}",
            "date": "2023",
            "value": 1_000_000 * record.number + record.version,
            "unit": "",
            "obs_status": "",
            "decimal": 0,
        }

    def respond(self, request: Request) -> Answer:
        require(request.path == "/v2/country/all/indicator/SP.POP.TOTL", 404, "Not Found")
        only(request.query, "format", "date", "page", "per_page")
        require(request.query.get("format") == "json", 400, "this emulator has no XML")
        size = number(request.query.get("per_page", "50"), 1, 32_500, "per_page")
        page = number(request.query.get("page", "1"), 1, 10**6, "page")
        found = [self.render(self.current[n]) for n in sorted(self.current)]
        about = {
            "page": page,
            "pages": -(-len(found) // size),
            "per_page": size,
            "total": len(found),
            "sourceid": "2",
            "lastupdated": "2024-06-28",
        }
        return Answer([about, found[(page - 1) * size : page * size]])
