# SPDX-License-Identifier: Apache-2.0
"""Notion data sources: https://developers.notion.com/reference/query-a-data-source."""

from __future__ import annotations

import json
from typing import Any

from emulated import Answer, Request

from vendors.vendor import MINUTE, Record, Vendor, iso, moment, only, require


class Pages(Vendor):
    """The filter is in the body. Times have whole minutes, and neither null nor an empty text is a cursor."""

    step = MINUTE
    trash = False
    """Whether these pages are in the trash: a query returns either these, or all other pages."""

    def render(self, record: Record) -> Any:
        return {
            "object": "page",
            "id": f"{record.number:08}-0000-4000-8000-000000000000",
            "last_edited_time": iso(record.updated // MINUTE * MINUTE, millis=True),
            "in_trash": self.trash,
            "properties": {"Name": {"title": [{"plain_text": f"Task {record.number}.{record.version}"}]}},
        }

    def respond(self, request: Request) -> Answer:
        require(request.headers["Authorization"] == "Bearer ntn_...", 401, {"code": "unauthorized"})
        require(request.headers["Notion-Version"] == "2025-09-03", 400, {"code": "missing_version"})
        require(request.path == "/v1/data_sources/ds1/query" and request.method == "POST", 404, {"code": "not_found"})
        body = json.loads(request.body)
        only(body, "filter", "sorts", "page_size", "start_cursor", "in_trash")
        wrong = {"code": "validation_error", "message": f"body failed validation: {body}"}
        require(body.get("in_trash", False) is self.trash, 400, wrong)
        require(body["sorts"] == [{"timestamp": "last_edited_time", "direction": "ascending"}], 400, wrong)
        require(body["filter"]["timestamp"] == "last_edited_time", 400, wrong)
        least = moment(body["filter"]["last_edited_time"]["on_or_after"], 400, wrong)
        cursor, size = body.get("start_cursor", "c0"), body["page_size"]
        require(isinstance(cursor, str) and cursor.startswith("c") and 1 <= size <= 100, 400, wrong)
        start = int(cursor.removeprefix("c"))
        found = self.since(least)
        more = start + size < len(found)
        page = [self.render(record) for record in found[start : start + size]]
        return Answer(
            {"object": "list", "results": page, "has_more": more, "next_cursor": f"c{start + size}" if more else None}
        )


class Trash(Pages):
    """The pages in the trash. A page that is restored and deleted again has another time."""

    trash = True
