# SPDX-License-Identifier: Apache-2.0
"""X API v2, recent search: https://docs.x.com/x-api/posts/search-recent-posts."""

from __future__ import annotations

from typing import Any

from emulated import Answer, Request

from vendors.vendor import Record, Vendor, iso, now, number, only, require

FIRST_ID = 999_999_999_999_999_990


class RecentSearch(Vendor):
    """Newest first. `since_id` is exclusive and at most a week old. Without posts, `data` is absent."""

    updates = False
    at_once = 1
    beginning = 25

    def render(self, record: Record) -> Any:
        # 18 digits, then 19.
        return {
            "id": str(FIRST_ID + record.number),
            "text": f"Post {record.number}",
            "edit_history_tweet_ids": [str(FIRST_ID + record.number)],
            "created_at": iso(record.created, millis=True),
        }

    def respond(self, request: Request) -> Answer:
        known = request.headers["Authorization"] == "Bearer AAAA..."
        require(known, 401, {"title": "Unauthorized", "status": 401})
        require(request.path == "/2/tweets/search/recent", 404, {"title": "Not Found", "status": 404})
        only(request.query, "query", "tweet.fields", "max_results", "since_id", "next_token")
        size = number(request.query.get("max_results", "10"), 10, 100, "max_results")
        since = FIRST_ID
        if "since_id" in request.query:
            # "must be a tweet id created after ..."
            since = number(request.query["since_id"], FIRST_ID, 10**19, "since_id")
        found = [r for r in reversed(self.since(0)) if FIRST_ID + r.number > since]
        if "next_token" in request.query:
            token = request.query["next_token"]
            require(token.startswith("b26v89c19zqg8o3f"), 400, {"title": "Invalid Request", "token": token})
            found = [r for r in found if r.number < int(token.removeprefix("b26v89c19zqg8o3f"))]
        shown = [self.render(r) for r in found[:size]]
        meta: dict[str, Any] = {"result_count": len(shown)}
        if shown:
            meta |= {"newest_id": shown[0]["id"], "oldest_id": shown[-1]["id"]}
        if len(found) > size:
            meta["next_token"] = f"b26v89c19zqg8o3f{found[size - 1].number}"
        headers = {"x-rate-limit-remaining": "449", "x-rate-limit-reset": str(now() // 1000 + 900)}
        return Answer({"data": shown, "meta": meta} if shown else {"meta": meta}, headers=headers)
