# SPDX-License-Identifier: Apache-2.0
"""Slack: https://docs.slack.dev/reference/methods/conversations.history."""

from __future__ import annotations

import base64
import binascii
import re
from decimal import Decimal
from typing import Any

from emulated import Answer, Request

from vendors.vendor import Record, RefusedError, Vendor, number, only


class History(Vendor):
    """Newest first. `oldest` is exclusive, errors have status 200, and a page may be shorter than requested."""

    at_once = 1
    step = 7
    updates = False

    def begin(self) -> None:
        super().begin()
        self.answered = 0

    def ts(self, record: Record) -> str:
        # Six digits. As a number, the value would lose its zeros.
        return f"{record.created // 1000}.{record.created % 1000:03}{record.number % 10 * 100:03}"

    def render(self, record: Record) -> Any:
        return {"type": "message", "user": "U123ABC456", "text": f"Message {record.number}", "ts": self.ts(record)}

    def respond(self, request: Request) -> Answer:
        if request.headers["Authorization"] != "Bearer xoxb-...":
            raise RefusedError(200, {"ok": False, "error": "invalid_auth"})
        if request.path != "/api/conversations.history":
            raise RefusedError(200, {"ok": False, "error": "unknown_method"})
        only(request.query, "channel", "oldest", "limit", "cursor")
        if request.query.get("channel") != "C123ABC456":
            raise RefusedError(200, {"ok": False, "error": "channel_not_found"})
        self.answered += 1
        if self.answered == 2:
            return Answer({"ok": False, "error": "ratelimited"}, 429, {"Retry-After": "1"})
        if self.answered == 5:
            return Answer({"ok": False, "error": "fatal_error"})
        size = number(request.query.get("limit", "100"), 1, 999, "limit")
        oldest = request.query.get("oldest", "0")
        if not re.fullmatch(r"\d+(\.\d{6})?", oldest):
            raise RefusedError(200, {"ok": False, "error": "invalid_ts_oldest"})
        found = [r for r in reversed(self.since(0)) if Decimal(self.ts(r)) > Decimal(oldest)]
        if "cursor" in request.query:
            try:
                before = base64.b64decode(request.query["cursor"], validate=True).decode().removeprefix("next_ts:")
            except binascii.Error:
                raise RefusedError(200, {"ok": False, "error": "invalid_cursor"}) from None
            found = [r for r in found if Decimal(self.ts(r)) < Decimal(before)]
        # Some messages are removed after the page is cut.
        shown = found[: max(1, size - 1)]
        more = len(found) > len(shown)
        cursor = base64.b64encode(f"next_ts:{self.ts(shown[-1])}".encode()).decode() if more else ""
        return Answer(
            {
                "ok": True,
                "messages": [self.render(r) for r in shown],
                "has_more": more,
                "response_metadata": {"next_cursor": cursor},
            }
        )
