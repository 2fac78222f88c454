# SPDX-License-Identifier: Apache-2.0
"""APIs for the tests of `preview`, each with a different style. Most of them contain the same 59 records."""

from __future__ import annotations

from urllib.parse import urlencode

from emulated import Answer, Emulated, Request

RECORDS = [
    {"id": n, "updated_at": f"2025-01-01T00:{n:02d}:00Z", "name": f"n{n % 7}", "author": {"id": n % 3}}
    for n in range(1, 60)
]
PAGE = 20


def changes() -> Emulated:
    """`since` is inclusive, oldest change first. Pages by `Link`, a second list next to the records, a quota."""

    def answer(request: Request) -> Answer:
        since = request.query["since"]
        found = [r for r in RECORDS if since == "0" or str(r["updated_at"]) >= since]
        page = int(request.query.get("page", "1"))
        headers = {"X-RateLimit-Remaining": "58"}
        if page * PAGE < len(found):
            headers["Link"] = f'<{request.path}?{urlencode({**request.query, "page": page + 1})}>; rel="next"'
        return Answer({"items": found[(page - 1) * PAGE : page * PAGE], "labels": [{"x": 1}]}, headers=headers)

    return Emulated(answer)


def ids_above() -> Emulated:
    """`after` is exclusive. A token for `cursor` names the next page."""

    def answer(request: Request) -> Answer:
        at = int(request.query.get("cursor") or request.query["after"])
        found = [r for r in RECORDS if int(str(r["id"])) > at]
        return Answer({"data": found[:PAGE], "next_cursor": found[PAGE - 1]["id"] if len(found) > PAGE else None})

    return Emulated(answer)


def newest_first() -> Emulated:
    """No parameter for a starting point. Requires half a minute between polls."""
    return Emulated(lambda _: Answer(RECORDS[::-1], headers={"X-Poll-Interval": "30"}))


def states() -> Emulated:
    """The current state, without a time or a number."""
    return Emulated(lambda _: Answer({"states": [{"name": f"door {n}", "open": n % 2 == 0} for n in range(5)]}))


def deaf() -> Emulated:
    """Accepts `since` but ignores it."""
    return Emulated(lambda _: Answer(RECORDS[:PAGE]))
