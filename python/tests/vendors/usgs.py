# SPDX-License-Identifier: Apache-2.0
"""USGS earthquakes: https://earthquake.usgs.gov/fdsnws/event/1/."""

from __future__ import annotations

import hashlib
from typing import Any

from emulated import Answer, Request

from vendors.vendor import HOUR, Record, Vendor, moment, now, number, only, require


class Earthquakes(Vendor):
    """Filtered by the time of the last change, but ordered by another time. ISO in, epoch ms out. No content is 204."""

    step = 1234

    def render(self, record: Record) -> Any:
        # The order of the quakes differs from the order of their changes.
        scattered = int(hashlib.sha1(str(record.number).encode()).hexdigest()[:4], 16)
        return {
            "type": "Feature",
            "id": f"us7000{record.number:04}",
            "properties": {
                "mag": 4.5 + record.version / 10,
                "time": record.created - HOUR - scattered * 60_000,
                "updated": record.updated,
                "status": "automatic" if record.version == 1 else "reviewed",
            },
            "geometry": {"type": "Point", "coordinates": [142.3, 38.2, 29.0]},
        }

    def respond(self, request: Request) -> Answer:
        require(request.path == "/fdsnws/event/1/query", 404, "Not Found")
        only(request.query, "format", "starttime", "updatedafter", "minmagnitude", "orderby", "limit", "offset")
        require(request.query.get("format") == "geojson", 400, "Bad format")
        order = request.query.get("orderby", "time")
        require(order in ("time", "time-asc", "magnitude", "magnitude-asc"), 400, f'Bad orderby value "{order}"')
        size = number(request.query.get("limit", "20000"), 1, 20_000, "limit")
        offset = number(request.query.get("offset", "1"), 1, 10**9, "offset")
        # Without this parameter, the search covers only the last 30 days.
        start = request.query.get("starttime")
        earliest = moment(start, 400, f'Bad starttime value "{start}"') if start else now() - 30 * 24 * HOUR
        after = moment(request.query.get("updatedafter"), 400, 'Bad updatedafter value. Use "ISO8601" format')
        found = [q for q in map(self.render, self.since(after)) if q["properties"]["time"] >= earliest]
        found.sort(key=lambda q: (q["properties"]["time"], q["id"]), reverse=order == "time")
        page = found[offset - 1 : offset - 1 + size]
        metadata = {"status": 200, "limit": size, "offset": offset, "count": len(page)}
        return Answer({"type": "FeatureCollection", "metadata": metadata, "features": page}, 200 if page else 204)
