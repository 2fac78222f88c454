# SPDX-License-Identifier: Apache-2.0
"""Salesforce: https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/."""

from __future__ import annotations

import re
from typing import Any

from emulated import Answer, Request

from vendors.vendor import MINUTE, Record, Vendor, iso, moment, only, require

QUERY = re.compile(
    r"SELECT Id, Name, IsDeleted, SystemModstamp FROM Account"
    r" WHERE SystemModstamp >= (\S+) ORDER BY SystemModstamp, Id"
)


class Accounts(Vendor):
    """A SOQL string with an unquoted time. Pages are a cursor over one snapshot, and long transactions commit late."""

    page_size = 3
    """2,000 in reality, and at least 200."""

    def begin(self) -> None:
        super().begin()
        self.locators: dict[str, list[Record]] = {}

    def new_and_changed(self) -> None:
        with self._lock:
            super().new_and_changed()
            self.store(self.next_number(), self.clock - 5 * MINUTE)
            # Remains as a tombstone.
            self.remove(3)
            self.clock += self.step

    def render(self, record: Record) -> Any:
        name = f"001{record.number:012}AAA"
        return {
            "attributes": {"type": "Account", "url": f"/services/data/v61.0/sobjects/Account/{name}"},
            "Id": name,
            "Name": f"Account {record.number}, version {record.version}",
            "IsDeleted": record.deleted,
            "SystemModstamp": iso(record.updated, millis=True, zone="+0000"),
        }

    def respond(self, request: Request) -> Answer:
        known = request.headers["Authorization"] == "Bearer 00D..."
        require(known, 401, [{"message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID"}])
        if request.path == "/services/data/v61.0/queryAll":
            only(request.query, "q")
            query = QUERY.fullmatch(request.query.get("q", ""))
            malformed = [{"message": f"unexpected token: {request.query}", "errorCode": "MALFORMED_QUERY"}]
            found = self.since(moment(query[1] if query else None, 400, malformed))
            start, locator = 0, f"01g{len(self.locators):012}AAA"
            self.locators[locator] = found
        else:
            further = re.fullmatch(r"/services/data/v61\.0/query/(\w+)-(\d+)", request.path)
            invalid = [{"message": "invalid query locator", "errorCode": "INVALID_QUERY_LOCATOR"}]
            require(further and further[1] in self.locators and not request.query, 400, invalid)
            assert further
            locator, start = further[1], int(further[2])
            found = self.locators[locator]
        until = start + self.page_size
        answer: dict[str, Any] = {"totalSize": len(found), "done": until >= len(found)}
        if until < len(found):
            answer["nextRecordsUrl"] = f"/services/data/v61.0/query/{locator}-{until}"
        answer["records"] = [self.render(r) for r in found[start:until]]
        return Answer(answer, headers={"Sforce-Limit-Info": "api-usage=18/5000"})
