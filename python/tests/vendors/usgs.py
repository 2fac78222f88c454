# SPDX-License-Identifier: Apache-2.0
"""USGS earthquakes: https://earthquake.usgs.gov/fdsnws/event/1/."""

from __future__ import annotations

import csv
import hashlib
import io
from typing import Any

from emulated import Answer, Request

from vendors.vendor import HOUR, Record, Vendor, iso, moment, now, number, only, require


class Catalog(Vendor):
    """Filtered by the time of the last change, but ordered by another time. No content is 204."""

    step = 1234
    form = ""

    def begin(self) -> None:
        self.listed: list[Record] = []
        super().begin()

    def occurred(self, record: Record) -> int:
        """The order of the quakes differs from the order of their changes."""
        scattered = int(hashlib.sha1(str(record.number).encode()).hexdigest()[:4], 16)
        return record.created - HOUR - scattered * 60_000

    def found(self, request: Request) -> tuple[list[Record], int, int]:
        """A page of quakes, its first number, and its size."""
        require(request.path == "/fdsnws/event/1/query", 404, "Not Found")
        only(request.query, "format", "starttime", "updatedafter", "minmagnitude", "orderby", "limit", "offset")
        require(request.query.get("format") == self.form, 400, "Bad format")
        order = request.query.get("orderby", "time")
        require(order in ("time", "time-asc", "magnitude", "magnitude-asc"), 400, f'Bad orderby value "{order}"')
        size = number(request.query.get("limit", "20000"), 1, 20_000, "limit")
        offset = number(request.query.get("offset", "1"), 1, 10**9, "offset")
        # Without this parameter, the search covers only the last 30 days.
        start = request.query.get("starttime")
        earliest = moment(start, 400, f'Bad starttime value "{start}"') if start else now() - 30 * 24 * HOUR
        after = moment(request.query.get("updatedafter"), 400, 'Bad updatedafter value. Use "ISO8601" format')
        # A reader cannot compare its clock with the times of these records, as it does with those of the real API.
        # So no quake appears on a page that was read.
        if offset == 1:
            self.listed = [q for q in self.since(after) if self.occurred(q) >= earliest]
        quakes = sorted(self.listed, key=lambda q: (self.occurred(q), q.number), reverse=order == "time")
        return quakes[offset - 1 : offset - 1 + size], offset, size


class Earthquakes(Catalog):
    """GeoJSON: ISO in, epoch ms out."""

    form = "geojson"

    def render(self, record: Record) -> Any:
        return {
            "type": "Feature",
            "id": f"us7000{record.number:04}",
            "properties": {
                "mag": 4.5 + record.version / 10,
                "time": self.occurred(record),
                "updated": record.updated,
                "status": "automatic" if record.version == 1 else "reviewed",
            },
            "geometry": {"type": "Point", "coordinates": [142.3, 38.2, 29.0]},
        }

    def respond(self, request: Request) -> Answer:
        quakes, offset, size = self.found(request)
        page = [self.render(quake) for quake in quakes]
        metadata = {"status": 200, "limit": size, "offset": offset, "count": len(page)}
        return Answer({"type": "FeatureCollection", "metadata": metadata, "features": page}, 200 if page else 204)


class Table(Catalog):
    """CSV with a header. Names of places have commas, and quotes are doubled."""

    form = "csv"
    columns = ("time", "latitude", "longitude", "depth", "mag", "magType", "id", "updated", "place", "status")

    def render(self, record: Record) -> Any:
        values: dict[str, str | None] = {
            "time": iso(self.occurred(record), millis=True),
            "latitude": "38.2",
            "longitude": "142.3",
            "depth": "29",
            "mag": str(4.5 + record.version / 10),
            "magType": None,
            "id": f"us7000{record.number:04}",
            "updated": iso(record.updated, millis=True),
            "place": f'{record.number} km E of "Namie", Japan',
            "status": "automatic" if record.version == 1 else "reviewed",
        }
        return {name: values[name] for name in self.columns}

    def respond(self, request: Request) -> Answer:
        quakes, _, _ = self.found(request)
        text = io.StringIO()
        table = csv.DictWriter(text, self.columns, lineterminator="\n")
        table.writeheader()
        table.writerows(self.render(quake) for quake in quakes)
        return Answer(text.getvalue().encode(), 200 if quakes else 204, {"Content-Type": "text/csv"})
