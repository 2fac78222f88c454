# SPDX-License-Identifier: Apache-2.0
"""Open-Meteo forecasts: https://open-meteo.com/en/docs."""

from __future__ import annotations

from typing import Any

from emulated import Answer, Request

from vendors.vendor import HOUR, Record, Vendor, iso, only, require

PLACES = ((52.52, 13.419998), (48.86, 2.3399963))


class Forecast(Vendor):
    """Columns: an array for each variable. With several places, a root array. Each response is a whole snapshot."""

    at_once = len(PLACES)
    step = HOUR

    def new_and_changed(self) -> None:
        with self._lock:
            self.add(2)
            self.clock += self.step
            self.change(3)

    def place(self, record: Record) -> int:
        return (record.number - 1) % len(PLACES)

    def hour(self, record: Record) -> dict[str, Any]:
        temperature = 10 + record.number / 10 + record.version
        return {"time": iso(record.created)[:16], "temperature_2m": temperature, "precipitation": None}

    def render(self, record: Record) -> Any:
        latitude, longitude = PLACES[self.place(record)]
        return {"latitude": latitude, "longitude": longitude, **self.hour(record)}

    def respond(self, request: Request) -> Answer:
        require(request.path == "/v1/forecast", 404, {"error": True, "reason": "Not Found"})
        only(request.query, "latitude", "longitude", "hourly", "past_days", "forecast_days")
        require(
            (request.query["latitude"], request.query["longitude"]) == ("52.52,48.85", "13.41,2.35"),
            400,
            {"error": True, "reason": "Parameter 'latitude' and 'longitude' must have the same number of elements"},
        )
        require(request.query.get("hourly") == "temperature_2m,precipitation", 400, {"error": True, "reason": "hourly"})
        return Answer([self.forecast(place) for place in range(len(PLACES))])

    def forecast(self, place: int) -> dict[str, Any]:
        hours = [self.hour(r) for r in self.current.values() if self.place(r) == place]
        latitude, longitude = PLACES[place]
        return {
            "hourly": {name: [hour[name] for hour in hours] for name in ("time", "temperature_2m", "precipitation")},
            "hourly_units": {"time": "iso8601", "temperature_2m": "°C", "precipitation": "mm"},
            "latitude": latitude,
            "longitude": longitude,
            "utc_offset_seconds": 0,
            "timezone": "GMT",
        }
