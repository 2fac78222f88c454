# SPDX-License-Identifier: Apache-2.0
"""Salesforce: https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/ and Bulk API 2.0."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import Any

from emulated import Answer, Request

from vendors.vendor import MINUTE, Record, Vendor, iso, moment, number, only, require

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


BULK_QUERY = re.compile(r"SELECT Id, Name, IsDeleted, SystemModstamp FROM Account WHERE SystemModstamp >= (\S+)")
JOBS = "/services/data/v61.0/jobs/query"


class BulkAccounts(Accounts):
    """Bulk API 2.0: a job has a snapshot of the rows, in any order, and its result has pages of CSV."""

    def begin(self) -> None:
        super().begin()
        self.jobs: list[list[Record]] = []
        self.polls = 0

    def render(self, record: Record) -> Any:
        row = super().render(record)
        del row["attributes"]
        return {**row, "IsDeleted": str(record.deleted).lower(), "SystemModstamp": row["SystemModstamp"][:-5] + "Z"}

    def respond(self, request: Request) -> Answer:
        known = request.headers["Authorization"] == "Bearer 00D..."
        require(known, 401, [{"message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID"}])
        if request.path == JOBS:
            require(request.method == "POST", 405, [{"errorCode": "METHOD_NOT_ALLOWED"}])
            return self.create(json.loads(request.body))
        part = re.fullmatch(JOBS + r"/750(\d+)(/results)?", request.path)
        require(part and int(part[1]) < len(self.jobs), 404, [{"errorCode": "NOTFOUND"}])
        assert part
        if part[2]:
            return self.results(self.jobs[int(part[1])], request)
        self.polls += 1
        state = "JobComplete" if self.polls % 2 == 0 else "InProgress"
        return Answer({"id": f"750{part[1]}", "operation": "queryAll", "state": state})

    def create(self, job: dict[str, str]) -> Answer:
        only(job, "operation", "query")
        require(job["operation"] == "queryAll", 400, [{"errorCode": "INVALIDJOB"}])
        query = BULK_QUERY.fullmatch(job["query"])
        malformed = [{"message": f"unexpected token: {job}", "errorCode": "MALFORMED_QUERY"}]
        found = self.since(moment(query[1] if query else None, 400, malformed))
        self.jobs.append(found[::-1])
        return Answer({"id": f"750{len(self.jobs) - 1}", "state": "UploadComplete"})

    def results(self, found: list[Record], request: Request) -> Answer:
        only(request.query, "maxRecords", "locator")
        size = number(request.query.get("maxRecords", "50000"), 1, 2_000_000_000, "maxRecords")
        start = number(request.query.get("locator", "0"), 0, len(found), "locator")
        text = io.StringIO()
        writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n")
        rows = [self.render(r) for r in found[start : start + size]]
        writer.writerow(["Id", "Name", "IsDeleted", "SystemModstamp"])
        writer.writerows(row.values() for row in rows)
        locator = str(start + size) if start + size < len(found) else "null"
        headers = {"Content-Type": "text/csv", "Sforce-Locator": locator, "Sforce-NumberOfRecords": str(len(rows))}
        return Answer(text.getvalue().encode(), headers=headers)
