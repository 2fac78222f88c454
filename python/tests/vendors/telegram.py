# SPDX-License-Identifier: Apache-2.0
"""Updates of a Telegram bot: https://core.telegram.org/bots/api#getupdates."""

from __future__ import annotations

import os
from typing import Any

from emulated import Answer, Request

from vendors.vendor import Record, Vendor, number, only, require

FIRST = 418_000_000


class Updates(Vendor):
    """A queue. It forgets all updates whose id is less than `offset`."""

    def __init__(self) -> None:
        self.confirmed = 0
        super().__init__()

    def render(self, record: Record) -> Any:
        kind = "message" if record.version == 1 else "edited_message"
        message = {"message_id": record.number, "date": record.updated // 1000, "text": f"text {record.version}"}
        return {"update_id": FIRST + record.serial, kind: message}

    def respond(self, request: Request) -> Answer:
        token = os.environ["TELEGRAM_TOKEN"].replace(":", "%3A")
        require(request.path == f"/bot{token}/getUpdates", 401, {"ok": False, "error_code": 401})
        only(request.query, "offset", "limit")
        limit = number(request.query["limit"], 1, 100, "limit")
        if "offset" in request.query:
            self.confirmed = max(self.confirmed, number(request.query["offset"], 1, 2**40, "offset"))
        waiting = [r for r in self.versions if FIRST + r.serial >= self.confirmed]
        return Answer({"ok": True, "result": [self.render(record) for record in waiting[:limit]]})
