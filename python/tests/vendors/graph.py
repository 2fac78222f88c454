# SPDX-License-Identifier: Apache-2.0
"""Microsoft Graph delta query: https://learn.microsoft.com/en-us/graph/delta-query-overview."""

from __future__ import annotations

from typing import Any

from emulated import Answer, Request

from vendors.vendor import Record, Vendor, address, only, require


class UsersDelta(Vendor):
    """URLs as tokens. An empty page may have a further link, and deleted items leave a tombstone."""

    page_size = 3

    def begin(self) -> None:
        super().begin()
        self.given = 0

    def new_and_changed(self) -> None:
        with self._lock:
            super().new_and_changed()
            if not self.current[4].deleted:
                self.remove(4)

    def render(self, record: Record) -> Any:
        name = f"87d349ed-44d7-43e1-9a83-{record.number:012}"
        if record.deleted:
            return {"id": name, "@removed": {"reason": "changed"}}
        return {"displayName": f"User {record.number}, version {record.version}", "mail": None, "id": name}

    def respond(self, request: Request) -> Answer:
        known = request.headers["Authorization"] == "Bearer eyJ0..."
        require(known, 401, {"error": {"code": "InvalidAuthenticationToken"}})
        require(request.path == "/v1.0/users/delta", 404, {"error": {"code": "Request_ResourceNotFound"}})
        only(request.query, "$select", "$skiptoken", "$deltatoken")
        token = request.query.get("$skiptoken") or request.query.get("$deltatoken")
        # A token contains the parameters of the first request.
        alone = token is None or len(request.query) == 1
        require(alone, 400, {"error": {"code": "BadRequest", "message": "$select belongs to the token"}})
        # The reader's position, and a counter that makes each token unique.
        reached = 0 if token is None else int(token.split("_")[0])
        found = sorted((r for r in self.current.values() if r.serial > reached), key=lambda r: r.serial)
        # The first page of a round with changes is empty, as with a filter on the server.
        shown = [] if found and "$skiptoken" not in request.query else found[: self.page_size]
        self.given += 1
        next_token = f"{shown[-1].serial if shown else reached}_{self.given}"
        if len(found) > len(shown):
            further = {"@odata.nextLink": address(request, {"$skiptoken": next_token})}
        else:
            further = {"@odata.deltaLink": address(request, {"$deltatoken": next_token})}
        context = "https://graph.microsoft.com/v1.0/$metadata#users(displayName,mail)"
        return Answer({"@odata.context": context, **further, "value": [self.render(r) for r in shown]})
