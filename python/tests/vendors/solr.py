# SPDX-License-Identifier: Apache-2.0
"""Apache Solr: https://solr.apache.org/guide/solr/latest/query-guide/pagination-of-results.html."""

from __future__ import annotations

import base64
import re
from typing import Any

from emulated import Answer, Request

from vendors.vendor import Record, Vendor, iso, moment, number, only, require

FILTER = re.compile(r"indexed_at:\[(\S+) TO \*\]")


class Documents(Vendor):
    """The first mark is `*`. The mark stays the same when there are no further documents."""

    step = 100

    def render(self, record: Record) -> Any:
        time = iso(record.updated, millis=True)
        return {
            "id": f"d{record.number:04}",
            "title_s": f"Document {record.number}.{record.version}",
            "indexed_at": time,
        }

    def respond(self, request: Request) -> Answer:
        require(request.path == "/solr/articles/select", 404, {"error": {"code": 404}})
        only(request.query, "q", "fq", "sort", "rows", "cursorMark", "wt")
        wrong = {"error": {"code": 400, "msg": str(request.query)}}
        wanted = FILTER.fullmatch(request.query["fq"])
        require(wanted and request.query["sort"] == "indexed_at asc,id asc", 400, wrong)
        size = number(request.query["rows"], 1, 10**6, "rows")
        mark = request.query.get("cursorMark", "")
        require(mark, 400, wrong)
        after = ("", "") if mark == "*" else tuple(base64.b64decode(mark).decode().split("|"))
        found = [self.render(r) for r in self.since(moment(wanted[1] if wanted else None, 400, wrong))]
        left = [d for d in found if (d["indexed_at"], d["id"]) > after]
        page = left[:size]
        last = f"{page[-1]['indexed_at']}|{page[-1]['id']}" if page else ""
        following = base64.b64encode(last.encode()).decode() if page else mark
        response = {"numFound": len(found), "start": 0, "docs": page}
        return Answer({"responseHeader": {"status": 0}, "response": response, "nextCursorMark": following})
