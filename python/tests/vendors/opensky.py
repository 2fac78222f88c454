# SPDX-License-Identifier: Apache-2.0
"""OpenSky Network: https://openskynetwork.github.io/opensky-api/rest.html."""

from __future__ import annotations

from typing import Any

from emulated import Answer, Request

from vendors.vendor import DAY, Record, Vendor, now, number, only, require


class OpenSky(Vendor):
    """The common base of both endpoints: daily credits."""

    def check(self, request: Request, path: str, *parameters: str) -> None:
        require(request.headers["Authorization"] == "Bearer your_access_token", 401, "Unauthorized")
        require(request.path == path, 404, "Not found")
        only(request.query, *parameters)


class States(OpenSky):
    """A snapshot of all aircraft, each as an array without names. Without aircraft: null."""

    names = (
        "icao24", "callsign", "origin_country", "time_position", "last_contact", "longitude", "latitude",
        "baro_altitude", "on_ground", "velocity", "true_track", "vertical_rate", "sensors", "geo_altitude",
        "squawk", "spi", "position_source",
    )  # fmt: skip

    def begin(self) -> None:
        super().begin()
        self.answered = 0

    def new_and_changed(self) -> None:
        with self._lock:
            super().new_and_changed()
            # Disappears from the snapshot without notice.
            gone = min(n for n in self.current if n > 2)
            self.current.pop(gone)

    def next_number(self) -> int:
        return max(self.current, default=0) + 1

    def vector(self, record: Record) -> list[Any]:
        seen = record.updated // 1000
        return [
            f"3c{record.number:04x}", f"DLH{record.number:<5}", "Germany", seen, seen, 8.5 + record.version / 7, 50.25,
            11_000.5, False, 240.17, 90.0, None, None, 11_300, "1000", False, 0,
        ]  # fmt: skip

    def render(self, record: Record) -> Any:
        return dict(zip(self.names, self.vector(record)))

    def respond(self, request: Request) -> Answer:
        box = ("lamin", "lomin", "lamax", "lomax")
        self.check(request, "/api/states/all", *box)
        require(all(name in request.query for name in box), 400, "Bad request")
        self.answered += 1
        states = [self.vector(r) for r in self.current.values()] if self.answered > 2 else None
        return Answer({"time": now() // 1000, "states": states}, headers={"X-Rate-Limit-Remaining": "3999"})


class Arrivals(OpenSky):
    """Both bounds are inclusive, at most seven days apart. Without flights: 404."""

    updates = False

    def begin(self) -> None:
        self.clock = (now() - 20 * DAY) // 1000 * 1000
        self.add(7)
        # Two weeks without a flight, so a whole window is empty.
        self.clock += 15 * DAY
        self.add(4)

    def new_and_changed(self) -> None:
        with self._lock:
            self.clock = now() // 1000 * 1000
            for _ in range(3):
                self.store(self.next_number(), self.clock)

    def render(self, record: Record) -> Any:
        landed = record.created // 1000
        return {
            "icao24": f"3c{record.number:04x}",
            "firstSeen": landed - 5400,
            "lastSeen": landed,
            "estDepartureAirport": None,
            "estArrivalAirport": "EDDF",
        }

    def respond(self, request: Request) -> Answer:
        self.check(request, "/api/flights/arrival", "airport", "begin", "end")
        require(request.query.get("airport") == "EDDF", 400, "airport")
        begin = number(request.query.get("begin"), 0, 10**10, "begin")
        end = number(request.query.get("end"), 0, 10**10, "end")
        require(begin <= end and end - begin <= 7 * 86_400, 400, "The interval must not be larger than seven days")
        found = [r for r in self.current.values() if begin <= r.created // 1000 <= end]
        return Answer([self.render(r) for r in found], 200 if found else 404)
