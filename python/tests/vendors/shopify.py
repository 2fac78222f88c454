# SPDX-License-Identifier: Apache-2.0
"""Shopify: https://shopify.dev/docs/api/admin-rest and admin-graphql."""

from __future__ import annotations

import base64
import json
import re
from typing import Any

from emulated import Answer, Request

from vendors.vendor import HOUR, Record, Vendor, address, iso, link, moment, number, only, require

TOKEN = "shpat_..."


def local(record: Record) -> str:
    """In the shop's time zone, whose UTC offset changes twice a year."""
    hours = 4 if record.number % 2 else 5
    return iso(record.updated - hours * HOUR, zone=f"-0{hours}:00")


class Orders(Vendor):
    """REST: `updated_at_min` is inclusive. The URL of a further page may only contain `limit` and `page_info`."""

    at_once = 3
    beginning = 8

    def render(self, record: Record) -> Any:
        return {
            "id": 450_789_469 + record.number,
            "name": f"#{1000 + record.number}",
            "total_price": f"{record.version * 10}.00",
            "updated_at": local(record),
        }

    def respond(self, request: Request) -> Answer:
        known = request.headers["X-Shopify-Access-Token"] == TOKEN
        require(known, 401, {"errors": "[API] Invalid API key or access token"})
        require(request.path == "/admin/api/2024-10/orders.json", 404, {"errors": "Not Found"})
        query = request.query
        if "page_info" in query:
            together = sorted(set(query) - {"limit", "page_info"})
            require(not together, 400, {"errors": {"page_info": f"not together with {together}"}})
            query = json.loads(base64.urlsafe_b64decode(query["page_info"]))
        only(query, "status", "order", "updated_at_min", "limit", "from")
        require(query.get("order", "") in ("", "updated_at asc"), 400, {"errors": {"order": "Invalid"}})
        size = number(request.query.get("limit", "50"), 1, 250, "limit")
        invalid = {"errors": {"updated_at_min": "Invalid"}}
        least = moment(query["updated_at_min"], 400, invalid) if "updated_at_min" in query else 0
        found = self.since(least)
        if query.get("order") != "updated_at asc":
            found.sort(key=lambda r: r.number, reverse=True)
        start = int(query.get("from", "0"))
        headers = {"X-Shopify-Shop-Api-Call-Limit": "1/40"}
        if start + size < len(found):
            info = base64.urlsafe_b64encode(json.dumps({**query, "from": str(start + size)}).encode()).decode()
            headers["Link"] = link(address(request, {"limit": size, "page_info": info}), "next")
        return Answer({"orders": [self.render(r) for r in found[start : start + size]]}, headers=headers)


class GraphQL(Vendor):
    """The increment is a term of the search in `query`. Refusals because of costs have status 200."""

    at_once = 3
    beginning = 8

    def begin(self) -> None:
        super().begin()
        self.answered = 0

    def render(self, record: Record) -> Any:
        return {
            "id": f"gid://shopify/Order/{record.number}",
            "name": f"#{1000 + record.number}",
            "updatedAt": iso(record.updated),
            "note": f"version {record.version}",
        }

    def respond(self, request: Request) -> Answer:
        known = request.headers["X-Shopify-Access-Token"] == TOKEN
        require(known, 401, {"errors": "[API] Invalid API key or access token"})
        require(request.path == "/admin/api/2024-10/graphql.json", 404, {"errors": "Not Found"})
        is_json = request.method == "POST" and request.headers["Content-Type"].startswith("application/json")
        require(is_json, 400, {"errors": "POST application/json"})
        body = json.loads(request.body)
        only(body, "query", "variables")
        self.answered += 1
        if self.answered in (3, 9):
            error = {"message": "Throttled", "extensions": {"code": "THROTTLED"}}
            status = {"maximumAvailable": 2000.0, "currentlyAvailable": 96, "restoreRate": 100.0}
            cost = {"requestedQueryCost": 101, "actualQueryCost": None, "throttleStatus": status}
            return Answer({"errors": [error], "extensions": {"cost": cost}})
        fields = re.search(r"orders\((.*?)\)\s*\{\s*nodes\s*\{(.*?)\}\s*pageInfo\s*\{(.*?)\}\s*\}", body["query"])
        if fields is None:
            return Answer({"errors": [{"message": "syntax error"}]})
        variables = body["variables"]
        only(variables, "first", "after", "search")
        first, after = variables["first"], variables.get("after")
        require(type(first) is int and 1 <= first <= 250, 400, {"errors": f"first: {first!r}"})
        require(after is None or isinstance(after, str), 400, {"errors": f"after: {after!r}"})
        search = re.fullmatch(r"updated_at:>='([^']+)'", variables["search"])
        least = moment(search[1] if search else None, 400, {"errors": f"search: {variables['search']!r}"})
        require("sortKey: UPDATED_AT" in fields[1], 400, {"errors": "sortKey"})
        position = base64.b64decode(after).decode().split(",") if after else ["0", "0"]
        reached = (int(position[0]), int(position[1]))
        found = [r for r in self.since(least) if (r.updated, r.number) > reached]
        last = found[:first][-1] if found else None
        # The last page also contains the cursor of its last record.
        cursor = base64.b64encode(f"{last.updated},{last.number}".encode()).decode() if last else None
        orders = {
            "nodes": [self.render(r) for r in found[:first]],
            "pageInfo": {"hasNextPage": len(found) > first, "endCursor": cursor},
        }
        status = {"maximumAvailable": 2000.0, "currentlyAvailable": 1898, "restoreRate": 100.0}
        cost = {"requestedQueryCost": 101, "actualQueryCost": 9, "throttleStatus": status}
        return Answer({"data": {"orders": orders}, "extensions": {"cost": cost}})


BULK_ORDERS = re.compile(
    r"""\{ orders\(query: "updated_at:>='(\S+)'"\) \{ edges \{ node \{ id name updatedAt \} \} \} \}"""
)


class BulkOrders(Vendor):
    """GraphQL bulk operations: one at a time, and a file of JSON lines on another host."""

    at_once = 3
    beginning = 8

    def begin(self) -> None:
        super().begin()
        self.operations: list[list[Record]] = []
        self.polls = 0

    def render(self, record: Record) -> Any:
        return {
            "id": f"gid://shopify/Order/{450_789_469 + record.number}",
            "name": f"#{1000 + record.number}, version {record.version}",
            "updatedAt": iso(record.updated),
        }

    def respond(self, request: Request) -> Answer:
        if request.path.startswith("/files/"):
            require("X-Shopify-Access-Token" not in request.headers, 400, {"error": "the token leaves the shop"})
            lines = [json.dumps(self.render(r)) + "\n" for r in self.operations[int(request.path[7:])]]
            return Answer("".join(lines).encode(), headers={"Content-Type": "application/jsonl"})
        known = request.headers["X-Shopify-Access-Token"] == TOKEN
        require(known, 401, {"errors": "[API] Invalid API key or access token"})
        require(request.path == "/admin/api/2025-07/graphql.json", 404, {"errors": "Not Found"})
        body = json.loads(request.body)
        if body["query"].startswith("mutation"):
            return self.run(body["variables"]["query"])
        name = body["variables"]["id"]
        number_of = int(name.removeprefix("gid://shopify/BulkOperation/"))
        self.polls += 1
        done = self.polls % 2 == 0
        host = request.headers["Host"].replace("127.0.0.1", "localhost")
        url = f"http://{host}/files/{number_of}" if done and self.operations[number_of] else None
        node = {"id": name, "status": "COMPLETED" if done else "RUNNING", "errorCode": None, "url": url}
        return Answer({"data": {"node": node}})

    def run(self, text: str) -> Answer:
        query = BULK_ORDERS.fullmatch(text)
        wrong = {"errors": [{"message": f"no bulk query: {text}"}]}
        self.operations.append(self.since(moment(query[1] if query else None, 200, wrong)))
        operation = {"id": f"gid://shopify/BulkOperation/{len(self.operations) - 1}", "status": "CREATED"}
        return Answer({"data": {"bulkOperationRunQuery": {"bulkOperation": operation, "userErrors": []}}})
