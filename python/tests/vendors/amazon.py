# SPDX-License-Identifier: Apache-2.0
"""Amazon Selling Partner API, reports: https://developer-docs.amazon.com/sp-api/docs/reports-api."""

from __future__ import annotations

import gzip
import json
from typing import Any

from emulated import Answer, Request

from vendors.vendor import Record, Vendor, iso, moment, only, require

REPORTS = "/reports/2021-06-30"
TYPE = "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL"
EXPIRED = b"<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>"


class OrdersReport(Vendor):
    """A report is created, processed, and a gzip file of tab-separated values on another host.

    The URL of the file expires after five minutes, here after the second request that names it. Some reports fail.
    """

    def begin(self) -> None:
        super().begin()
        self.reports: list[list[Record]] = []
        self.polls = 0
        self.urls = 0

    def render(self, record: Record) -> Any:
        return {
            "amazon-order-id": f"902-{record.number:07}-1",
            "last-updated-date": iso(record.updated, zone="+00:00"),
            "order-status": "Shipped" if record.version > 1 else "Pending",
            "quantity": str(record.version),
        }

    def respond(self, request: Request) -> Answer:
        if request.path.startswith("/files/"):
            return self.file(request)
        denied = {"errors": [{"code": "Unauthorized"}]}
        require(request.headers["x-amz-access-token"] == "Atza|...", 403, denied)
        if request.path == f"{REPORTS}/reports":
            return self.create(request)
        kind, name = request.path.removeprefix(REPORTS + "/").split("/")
        if kind == "documents":
            self.urls += 1
            host = request.headers["Host"].replace("127.0.0.1", "localhost")
            url = f"http://{host}/files/{name}?X-Amz-Signature={self.urls}"
            return Answer({"reportDocumentId": name, "url": url, "compressionAlgorithm": "GZIP"})
        self.polls += 1
        report = {"reportId": name, "reportType": TYPE}
        if self.polls % 2:
            return Answer({**report, "processingStatus": "IN_PROGRESS"})
        if int(name) % 3 == 2:
            return Answer({**report, "processingStatus": "FATAL", "reportDocumentId": f"why-{name}"})
        return Answer({**report, "processingStatus": "DONE", "reportDocumentId": f"amzn1.spdoc.1.{name}"})

    def create(self, request: Request) -> Answer:
        body = json.loads(request.body)
        only(body, "reportType", "marketplaceIds", "dataStartTime")
        invalid = {"errors": [{"code": "InvalidInput", "message": str(body)}]}
        require(request.method == "POST" and body["reportType"] == TYPE, 400, invalid)
        require(body["marketplaceIds"] == ["A1PA6795UKMFR9"], 400, invalid)
        self.reports.append(self.since(moment(body["dataStartTime"], 400, invalid)))
        return Answer({"reportId": str(len(self.reports) - 1)}, 202)

    def file(self, request: Request) -> Answer:
        """The signature is the permission: a token of the API would show it to somebody else."""
        require("x-amz-access-token" not in request.headers, 400, {"error": "two permissions"})
        name = request.path.rpartition(".")[2]
        if self.urls % 4 == 1 and request.query["X-Amz-Signature"] == "1":
            return Answer(EXPIRED, 403, {"Content-Type": "application/xml"})
        rows = [self.render(r) for r in self.reports[int(name)]]
        columns = ["amazon-order-id", "last-updated-date", "order-status", "quantity"]
        lines = ["\t".join(columns), *("\t".join(row.values()) for row in rows)]
        text = "".join(f"{line}\n" for line in lines).encode()
        return Answer(gzip.compress(text), headers={"Content-Type": "application/octet-stream"})
