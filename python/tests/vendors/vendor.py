# SPDX-License-Identifier: Apache-2.0
"""The common base of all emulated vendors: records that appear and change, and strict parameters."""

from __future__ import annotations

import base64
import re
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from typing import Any
from urllib.parse import urlencode

from emulated import Answer, Request

EPOCH = 1_716_840_000_000  # 2024-05-27T20:00:00Z
SECOND, MINUTE, HOUR, DAY = 1000, 60_000, 3_600_000, 86_400_000


@dataclass(frozen=True)
class Record:
    """One version of one item. `serial` counts all versions of all items in storage order."""

    number: int
    serial: int
    created: int
    updated: int
    version: int = 1
    deleted: bool = False


class RefusedError(Exception):
    """The vendor refuses a wrong request."""

    def __init__(self, status: int, body: object) -> None:
        super().__init__(f"{status} {body}")
        self.answer = Answer(body, status)


class Vendor(ABC):
    """One endpoint of one vendor.

    `answer` serves it, and `expected` lists the records that a reader must have received.
    """

    step = SECOND
    """The time between two moments at which records are stored."""
    at_once = 2
    """The number of records that share a moment."""
    updates = True
    """Whether a change of a record shows."""
    beginning = 7
    """The number of initial records."""

    def __init__(self) -> None:
        self.clock = EPOCH
        self.current: dict[int, Record] = {}
        self.versions: list[Record] = []
        self.refusals: list[str] = []
        self._lock = threading.RLock()
        self.begin()

    # ---- changes at the vendor

    def begin(self) -> None:
        self.add(self.beginning)

    def new_and_changed(self) -> None:
        """Applies at once: another record of the newest moment (if moments are shared), a change, and new records."""
        with self._lock:
            if self.at_once > 1:
                self.store(self.next_number(), self.clock)
            self.clock += self.step
            if self.updates:
                self.change(2)
            self.add(3)

    def add(self, count: int) -> None:
        with self._lock:
            for i in range(count):
                if i % self.at_once == 0:
                    self.clock += self.step
                self.store(self.next_number(), self.clock)

    def change(self, number: int) -> None:
        with self._lock:
            self.store(number, self.clock)

    def remove(self, number: int) -> None:
        with self._lock:
            self.store(number, self.clock, deleted=True)

    def store(self, number: int, at: int, deleted: bool = False) -> None:
        with self._lock:
            serial = len(self.versions) + 1
            known = self.current.get(number)
            if known:
                stored = replace(known, serial=serial, updated=at, version=known.version + 1, deleted=deleted)
            else:
                stored = Record(number, serial, at, at)
            self.current[number] = stored
            self.versions.append(stored)

    def next_number(self) -> int:
        return len(self.current) + 1

    # ---- the reader's view

    def expected(self) -> list[Any]:
        """Each version of each record, in the vendor's format."""
        with self._lock:
            return [self.render(record) for record in self.versions]

    @abstractmethod
    def render(self, record: Record) -> Any:
        """A record in a response and in the stream."""

    @abstractmethod
    def respond(self, request: Request) -> Answer:
        """The vendor's response. Raises `RefusedError` for requests that the vendor would refuse."""

    def answer(self, request: Request) -> Answer:
        try:
            with self._lock:
                return self.respond(request)
        except RefusedError as refused:
            self.refusals.append(f"{request}: {refused}")
            return refused.answer

    def since(self, at: int) -> list[Record]:
        """The records updated at that moment or later, oldest first."""
        return sorted((r for r in self.current.values() if r.updated >= at), key=lambda r: (r.updated, r.number))


# ---- requests


def require(condition: object, status: int, body: object) -> None:
    if not condition:
        raise RefusedError(status, body)


def only(given: Mapping[str, object], *names: str) -> None:
    """Refuses parameters that the recipe does not name. This is stricter than most vendors."""
    unknown = sorted(set(given) - set(names))
    require(not unknown, 400, {"error": f"unknown parameters: {unknown}"})


def number(text: object, least: int, most: int, name: str) -> int:
    require(isinstance(text, str) and text.isascii() and text.isdigit(), 400, {"error": f"{name}={text}: no number"})
    value = int(str(text))
    require(least <= value <= most, 400, {"error": f"{name}={value}: not in {least} to {most}"})
    return value


def basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


# ---- responses


def origin(request: Request) -> str:
    return f"http://{request.headers['Host']}"


def address(request: Request, query: Mapping[str, object], path: str | None = None) -> str:
    """A URL on the same host."""
    return f"{origin(request)}{path or request.path}?{urlencode(query)}"


def link(url: str, rel: str) -> str:
    return f'<{url}>; rel="{rel}"'


# ---- times


def iso(at: int, millis: bool = False, zone: str = "Z") -> str:
    text = datetime.fromtimestamp(at / 1000, timezone.utc).isoformat(timespec="milliseconds" if millis else "seconds")
    return text.removesuffix("+00:00") + zone


_ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)")


def moment(text: str | None, status: int, body: object) -> int:
    """The epoch milliseconds of an ISO time with a zone. The vendor refuses other texts."""
    if text is None or not _ISO.fullmatch(text):
        raise RefusedError(status, body)
    at = datetime.fromisoformat(re.sub(r"\.(\d+)", lambda m: f".{m[1][:6]:0<6}", text).replace("Z", "+00:00"))
    return round(at.timestamp() * 1000)


def now() -> int:
    return int(time.time() * 1000)
