# SPDX-License-Identifier: Apache-2.0
"""Google Cloud Pub/Sub, pull: https://docs.cloud.google.com/pubsub/docs/reference/rest/v1/projects.subscriptions/pull."""

from __future__ import annotations

import base64
import json
import time
from typing import Any

from emulated import Answer, Request

from vendors.vendor import Record, RefusedError, Vendor, iso, only, require


class Subscription(Vendor):
    """A queue. It returns a message again if it is not acknowledged in time, and every third one once more after that.

    Each delivery after an acknowledgement has a new `ackId`.
    """

    def __init__(self, name: str = "projects/shop/subscriptions/orders", deadline: float = 3.0) -> None:
        self.name = name
        self.deadline = deadline
        self.acked: dict[int, int] = {}
        self.leased: dict[int, float] = {}
        super().__init__()

    def render(self, record: Record) -> Any:
        return self.delivery(record, 0)

    def delivery(self, record: Record, acks: int) -> Any:
        data = base64.b64encode(json.dumps({"order": record.number, "version": record.version}).encode()).decode()
        message = {
            "data": data,
            "messageId": str(11_000_000_000_000_000 + record.serial),
            "publishTime": iso(record.updated, millis=True),
        }
        return {"ackId": f"{self.name[-6:]}-{record.serial}-{acks}", "message": message}

    @property
    def left(self) -> list[Record]:
        """The messages that wait for an acknowledgement."""
        return [r for r in self.versions if self.acked.get(r.serial, 0) < self._needed(r.serial)]

    def forget(self) -> None:
        """All messages come again, as if no acknowledgement had arrived."""
        with self._lock:
            self.acked = dict.fromkeys(self.acked, 0)
            self.leased = {}

    @staticmethod
    def _needed(serial: int) -> int:
        return 2 if serial % 3 == 0 else 1

    def respond(self, request: Request) -> Answer:
        known = request.headers["Authorization"] == "Bearer ya29..."
        require(known, 401, {"error": {"code": 401, "status": "UNAUTHENTICATED"}})
        require(request.method == "POST" and not request.query, 400, _invalid("query"))
        body = json.loads(request.body)
        if request.path == f"/v1/{self.name}:pull":
            return self._pull(body)
        require(request.path == f"/v1/{self.name}:acknowledge", 404, {"error": {"code": 404, "status": "NOT_FOUND"}})
        only(body, "ackIds")
        for ack_id in body["ackIds"]:
            self._acknowledge(ack_id)
        return Answer({})

    def _pull(self, body: dict[str, Any]) -> Answer:
        only(body, "maxMessages")
        most = body.get("maxMessages")
        require(isinstance(most, int) and most > 0, 400, _invalid("maxMessages"))
        now = time.monotonic()
        shown = [r for r in self.left if self.leased.get(r.serial, 0) < now][:most]
        self.leased |= {r.serial: now + self.deadline for r in shown}
        received = [self.delivery(r, self.acked.get(r.serial, 0)) for r in shown]
        return Answer({"receivedMessages": received} if received else {})

    def _acknowledge(self, ack_id: str) -> None:
        """An acknowledgement that comes again, or too late, is no error."""
        try:
            name, serial, acks = ack_id.rsplit("-", 2)
        except (AttributeError, ValueError):
            raise RefusedError(400, _invalid("ackIds")) from None
        require(name == self.name[-6:], 400, _invalid("ackIds"))
        if int(acks) == self.acked.get(int(serial), 0):
            self.acked[int(serial)] = int(acks) + 1
            self.leased.pop(int(serial), None)


def _invalid(field: str) -> object:
    return {"error": {"code": 400, "message": f"Invalid {field}", "status": "INVALID_ARGUMENT"}}
