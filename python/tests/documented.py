# SPDX-License-Identifier: Apache-2.0
"""The APIs behind the examples of the documentation, such as https://api.example.com. `APIS` lists them by name."""

from __future__ import annotations

import base64
import gzip
import io
import json
import zipfile
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl

import aws_provider
import digest_provider
import jwt_provider
import oauth1_provider
import oauth2_provider
import session_provider
import signature_provider
from emulated import Answer, Emulated, Request
from tls_api import tls_api

Record = dict[str, Any]
FIRST = 1_700_000_000
PAGE = 3
KINDS = ("push", "fork", "star")
NOT_FOUND = Answer({"error": "not found"}, status=404)
UNAUTHORIZED = Answer({"error": "unauthorized"}, status=401)
SIGNING = jwt_provider.Provider()
# The secrets that the examples read from the environment or from files.
SECRETS = {
    "API_TOKEN": "api-token-1",
    "API_USER": oauth2_provider.Provider.user,
    "API_PASSWORD": oauth2_provider.Provider.password,
    "API_KEY": "api-key-1",
    "API_SECRET": signature_provider.Provider().secret,
    "CONSUMER_KEY": oauth1_provider.Provider.consumer,
    "consumer": oauth1_provider.Provider.consumer_secret,
    "TOKEN": oauth1_provider.Provider.token,
    "TOKEN_SECRET": oauth1_provider.Provider.token_secret,
    "CLIENT_ID": oauth2_provider.Provider.client,
    "CLIENT_SECRET": oauth2_provider.Provider.client_secret,
    "account.json": SIGNING.service_account(),
    "refresh": oauth2_provider.Provider().first_refresh_token,
    "AWS_ACCESS_KEY_ID": aws_provider.Provider.access_key_id,
    "AWS_SECRET_ACCESS_KEY": aws_provider.Provider.secret_access_key,
    "AWS_SESSION_TOKEN": "aws-session-token-1",
    "PROXY_PASSWORD": "proxy-password-1",
}


def record(number: int) -> Record:
    at = FIRST + number
    return {
        "id": number,
        "type": KINDS[number % len(KINDS)],
        "user": {"id": number % 2, "name": "Ada" if number % 2 else "Grace"},
        "timestamp": at,
        "updated_at": datetime.fromtimestamp(at, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }


RECORDS = [record(number) for number in range(1, 8)]


def at_least(field: str, bound: str | None) -> list[Record]:
    """Inclusive comparison: numbers by size, times as text."""
    if bound in (None, "", "0"):
        return RECORDS
    return [r for r in RECORDS if (r[field] >= int(bound) if isinstance(r[field], int) else r[field] >= bound)]


def since_timestamp(request: Request) -> Answer:
    found = at_least("timestamp", request.query.get("since"))
    return Answer({"data": found, "latest_timestamp": RECORDS[-1]["timestamp"]})


def by_cursor(request: Request) -> Answer:
    """Opaque cursors and pages of three records. The last page has no cursor."""
    start = int(request.query.get("cursor", "c0").removeprefix("c"))
    found = RECORDS[start : start + PAGE]
    end = start + len(found)
    return Answer({"data": found, "next_cursor": f"c{end}" if found else None, "has_more": end < len(RECORDS)})


def by_id(request: Request) -> Answer:
    return Answer({"data": at_least("id", request.query.get("start_id"))})


def by_change(request: Request) -> Answer:
    return Answer({"data": at_least("updated_at", request.query.get("updated_after"))})


def by_window(request: Request) -> Answer:
    begin, end = (datetime.fromisoformat(request.query[name].replace("Z", "+00:00")) for name in ("from", "to"))
    times = [datetime.fromisoformat(r["updated_at"].replace("Z", "+00:00")) for r in RECORDS]
    return Answer({"data": [r for r, at in zip(RECORDS, times) if begin <= at < end]})


def statistics(request: Request) -> Answer:
    """One record for each day, both ends inclusive. A day that is not over has no record."""
    begin, end = (datetime.fromisoformat(request.query[name]) for name in ("from", "to"))
    return Answer({"data": [{"day": request.query["from"], "days": (end - begin).days + 1}]})


def whole_picture(request: Request) -> Answer:
    return Answer([{"symbol": s, "price": p} for s, p in (("AAA", 1.5), ("BBB", 2.25), ("CCC", 40.0))])


def linked(request: Request) -> Answer:
    """A root array, oldest change first. `Link` names the next page."""
    found = at_least("updated_at", request.query.get("since"))
    page = int(request.query.get("page", "1"))
    more = f'<{request.path}?page={page + 1}>; rel="next"' if page * PAGE < len(found) else ""
    return Answer(found[(page - 1) * PAGE : page * PAGE], headers={"Link": more} if more else {})


def next_address(request: Request) -> Answer:
    page = int(request.query.get("page", "1"))
    more = f"{request.path}?page={page + 1}" if page * PAGE < len(RECORDS) else None
    return Answer({"results": RECORDS[(page - 1) * PAGE : page * PAGE], "paging": {"next": more}})


def by_token(request: Request) -> Answer:
    start = int(request.query.get("page_token", "t0").removeprefix("t"))
    size = int(request.query.get("page_size", PAGE))
    end = start + size
    return Answer({"items": RECORDS[start:end], "next_page_token": f"t{end}" if end < len(RECORDS) else ""})


def by_number(request: Request) -> Answer:
    page, size = int(request.query.get("page", "1")), int(request.query.get("per_page", PAGE))
    return Answer({"data": RECORDS[(page - 1) * size : page * size], "total": len(RECORDS)})


def by_count(request: Request) -> Answer:
    start, size = int(request.query.get("offset", "0")), int(request.query.get("limit", PAGE))
    return Answer({"data": RECORDS[start : start + size], "total": len(RECORDS)})


def search(request: Request) -> Answer:
    """A POST with the bound in its JSON body. Errors have status 200."""
    bound = json.loads(request.body).get("updated_after")
    return Answer({"ok": True, "result": {"hits": at_least("updated_at", bound)}})


def sync(request: Request) -> Answer:
    """A POST with the cursor in its JSON body. Neither null nor an empty text is a cursor."""
    given = json.loads(request.body)
    if not given.get("cursor", "c0"):
        return Answer({"error_code": "INVALID_FIELD"}, status=400)
    start = int(given.get("cursor", "c0").removeprefix("c"))
    end = min(start + given["count"], len(RECORDS))
    return Answer({"added": RECORDS[start:end], "next_cursor": f"c{end}", "has_more": end < len(RECORDS)})


def graphql(request: Request) -> Answer:
    """Connections, and errors with status 200."""
    variables = json.loads(request.body)["variables"]
    if type(variables["first"]) is not int:
        return Answer({"errors": [{"message": "Variable $first must be an Int"}]})
    found = at_least("updated_at", variables.get("since"))
    start = int(variables.get("after", "0"))
    end = start + variables["first"]
    info = {"hasNextPage": end < len(found), "endCursor": str(end)}
    return Answer({"data": {"issues": {"nodes": found[start:end], "pageInfo": info}}})


def echo(request: Request) -> Answer:
    return Answer({**request.query, **dict(parse_qsl(request.body.decode()))})


def delta(request: Request) -> Answer:
    """The changes since the last request, some of them marked as deleted."""
    changes = [{"id": 1, "name": "Ann"}, {"id": 2, "@removed": {"reason": "deleted"}}]
    link = f"http://{request.headers['Host']}{request.path}?token=1"
    return Answer({"value": [] if "token" in request.query else changes, "@odata.deltaLink": link})


def user(request: Request) -> Answer:
    number = request.path.rpartition("/")[2]
    names = {"1": "Ada", "2": "Grace"}
    return Answer({"id": int(number), "name": names[number]}) if number in names else NOT_FOUND


def nothing(request: Request) -> Answer:
    return Answer({"data": []})


def text(body: str, kind: str) -> Answer:
    return Answer(body.encode(), headers={"Content-Type": kind})


def rates(request: Request) -> Answer:
    return Answer({"base": "EUR", "rates": {"2024-05-27": {"USD": 1.085}, "2024-05-28": {"USD": 1.087}}})


def currencies(request: Request) -> Answer:
    return Answer({"base": "EUR", "rates": {"USD": 1.085, "CHF": 0.991}})


def changes(request: Request) -> Answer:
    first = not request.query.get("cursor")
    lists: Record = {"added": [{"id": 1}, {"id": 2}], "modified": [{"id": 1}], "removed": [{"id": 3}]}
    return Answer({**(lists if first else {name: [] for name in lists}), "next_cursor": "c1", "has_more": False})


def forecast(request: Request) -> Answer:
    hourly = {"time": ["2024-05-27T20:00", "2024-05-27T21:00"], "temperature": [18.5, 17.25]}
    return Answer({"latitude": 52.52, "longitude": 13.42, "hourly": hourly, "units": {"temperature": "°C"}})


def metrics(request: Request) -> Answer:
    series = [
        {"metric": {"job": job}, "values": [[FIRST + step * 15, str(value)] for step in range(3)]}
        for job, value in (("api", 0.5), ("worker", 0.25))
    ]
    return Answer({"status": "success", "data": {"result": series}})


def carts(request: Request) -> Answer:
    lines = [{"sku": "A1", "count": 2}, {"sku": "B2", "count": 1}]
    return Answer({"shop": "Rome", "carts": [{"id": 7, "user": {"name": "Ada"}, "lines": lines}]})


def baskets(request: Request) -> Answer:
    carts = [
        {"id": 7, "lines": [{"sku": "A1"}, {"sku": "B2"}]},
        {"id": 8, "lines": []},
        {"id": 9, "lines": [{"sku": "A1"}]},
    ]
    at, limit = int(request.query["offset"]), int(request.query["limit"])
    return Answer({"total": len(carts), "carts": carts[at : at + limit]})


def described(request: Request) -> Answer:
    return Answer([{"pages": 1, "total": len(RECORDS)}, RECORDS])


def grouped(request: Request) -> Answer:
    return Answer({"groups": [{"name": "new", "items": RECORDS[:4]}, {"name": "old", "items": RECORDS[4:]}]})


QUAKES = """id;updated;magnitude;place
us1;2024-05-27T20:00:01Z;4,5;"Namie; Japan"
us2;2024-05-27T20:00:02Z;5,1;Tokyo
"""


def quakes(request: Request) -> Answer:
    since = request.query.get("updatedafter") or ""
    header, *rows = QUAKES.splitlines(keepends=True)
    return text(header + "".join(row for row in rows if row.split(";")[1] >= since), "text/csv; charset=utf-8")


def download(request: Request) -> Answer:
    return Answer(gzip.compress(QUAKES.encode()), headers={"Content-Type": "application/gzip"})


def archive(request: Request) -> Answer:
    header, *rows = QUAKES.splitlines(keepends=True)
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as files:
        for number, row in enumerate(rows):
            files.writestr(f"quakes-{number}.csv", header + row)
    return Answer(content.getvalue(), headers={"Content-Type": "application/zip"})


def papers(request: Request) -> Answer:
    page = int(request.query.get("page", "1"))
    since = request.query.get("since", "")
    authors = "".join(f'<author role="{r}"><name>{n}</name></author>' for r, n in (("first", "Ada"), ("last", "Grace")))
    entries = [
        f"<entry><id>p{n}</id><updated>{at}</updated><title>H<sub>2</sub>O</title>{authors}</entry>"
        for n, at in enumerate(f"2024-05-27T20:00:0{second}Z" for second in range(7))
        if at >= since
    ]
    link = f'<link rel="next" href="?page={page + 1}&amp;since={since}"/>' if len(entries) > page * PAGE else ""
    feed = f"<feed><total>7</total>{link}{''.join(entries[(page - 1) * PAGE : page * PAGE])}</feed>"
    return text(feed, "application/atom+xml")


CUSTOMERS = [
    {"id": n, "name": name, "updated_at": f"2024-05-27T20:00:0{n}Z"} for n, name in enumerate(("Ann", "Bob", "Cy"), 1)
]


def customers(request: Request) -> Answer:
    return Answer({"data": [c for c in CUSTOMERS if str(c["updated_at"]) >= request.query.get("since", "")]})


def deleted_customers(request: Request) -> Answer:
    gone = {"id": 2, "deleted_at": "2024-05-27T20:00:09Z"}
    return Answer({"deleted": [gone] if str(gone["deleted_at"]) >= request.query.get("since", "") else []})


def pull(request: Request) -> Answer:
    found = [{"ackId": f"a{r['id']}", "message": {"messageId": str(r["id"]), "data": "eA=="}} for r in RECORDS]
    return Answer({"receivedMessages": found} if json.loads(request.body)["maxMessages"] else {})


def acknowledged(request: Request) -> Answer:
    return Answer({} if json.loads(request.body)["ackIds"] else NOT_FOUND.body)


def jobs(request: Request) -> Answer:
    return Answer({"messages": [{"id": r["id"], "receipt": f"r{r['id']}", "type": r["type"]} for r in RECORDS]})


def export(request: Request) -> Answer:
    """The creation of a job, its status, and its records."""
    if request.path == "/exports":
        window = json.loads(request.body)
        return Answer({"id": "7", "state": "running"}) if window["from"] < window["to"] else NOT_FOUND
    if request.path == "/exports/7":
        return Answer({"id": "7", "state": "done"})
    found = [{"id": n, "at": "2024-01-01T00:00:00Z"} for n in (1, 2)]
    return Answer(found) if request.path == "/exports/7/rows" else NOT_FOUND


PATHS: dict[str, Callable[[Request], Answer]] = {
    "/data": since_timestamp,
    "/messages": by_cursor,
    "/orders": by_id,
    "/tickets": by_change,
    "/flights": by_window,
    "/statistics": statistics,
    "/prices": whole_picture,
    "/issues": linked,
    "/reports": next_address,
    "/items": by_token,
    "/articles": by_number,
    "/rows": by_count,
    "/search": search,
    "/sync": sync,
    "/graphql": graphql,
    "/echo": echo,
    "/users": by_id,
    "/users/delta": delta,
    "/quiet": nothing,
    "/events": linked,
    "/rates": rates,
    "/currencies": currencies,
    "/changes": changes,
    "/forecast": forecast,
    "/metrics": metrics,
    "/carts": carts,
    "/baskets": baskets,
    "/described": described,
    "/grouped": grouped,
    "/quakes": quakes,
    "/quakes.csv.gz": download,
    "/quakes.zip": archive,
    "/papers": papers,
    "/customers": customers,
    "/customers/deleted": deleted_customers,
    "/queue:pull": pull,
    "/queue:acknowledge": acknowledged,
    "/jobs/messages": jobs,
}


def example(folder: Path) -> Emulated:
    """No login. Each path is a different style of API."""

    def answer(request: Request) -> Answer:
        if request.path.startswith("/files/"):
            return Answer(b"\x89PNG", headers={"Content-Type": "image/png"})
        if request.path.startswith("/users/") and request.path not in PATHS:
            return user(request)
        if request.path.startswith("/jobs/messages/"):
            return Answer({}) if request.method == "DELETE" and request.query["receipt"] else NOT_FOUND
        if request.path.startswith("/repos/"):
            return by_change(request)
        if request.path.startswith("/exports"):
            return export(request)
        return PATHS[request.path](request) if request.path in PATHS else NOT_FOUND

    return Emulated(answer)


class WithPublicClients(oauth2_provider.Provider):
    """A client that needs no secret for the grant `password`."""

    def client_authentication_required(self, request: Any, *_: Any, **__: Any) -> bool:
        return bool(request.grant_type != "password")

    def authenticate_client_id(self, client_id: str, request: Any, *_: Any, **__: Any) -> bool:
        request.client = SimpleNamespace(client_id=client_id)
        return client_id == self.client


def login(folder: Path) -> Emulated:
    """Requires credentials, in any of the ways of the guide. Returns tokens at `/token`."""
    one, two, data = oauth1_provider.Provider(), WithPublicClients(), example(folder)
    digest = digest_provider.Provider(SECRETS["API_USER"], SECRETS["API_PASSWORD"])
    aws = aws_provider.Provider(session_token=SECRETS["AWS_SESSION_TOKEN"])
    sessions = session_provider.Provider(SECRETS["API_USER"], SECRETS["API_PASSWORD"])
    hmac = signature_provider.Provider(SECRETS["API_KEY"], SECRETS["API_SECRET"], SECRETS["API_PASSWORD"])
    made: list[Emulated] = []

    def known(request: Request) -> bool:
        if sessions.takes(request) or hmac.takes(request):
            return True
        scheme, _, credentials = (request.headers["Authorization"] or "").partition(" ")
        if SIGNING.takes(request):
            return True
        if scheme == "Digest":
            return digest.takes(request)
        if scheme == aws_provider.ALGORITHM:
            return aws.takes(made[0].url, request)
        if scheme == "OAuth":
            return one.takes(made[0].url, request)
        if scheme == "Basic":
            return base64.b64decode(credentials).decode() == f"{SECRETS['API_USER']}:{SECRETS['API_PASSWORD']}"
        if credentials == SECRETS["API_TOKEN"]:
            return scheme in ("Bearer", "SSWS")
        return two.takes(request) if credentials else request.query.get("appid") == SECRETS["API_KEY"]

    def answer(request: Request) -> Answer:
        if request.path == "/session":
            return sessions.login(request)
        if request.path == "/token":
            signed = dict(parse_qsl(request.body.decode())).get("grant_type") == jwt_provider.GRANT
            return SIGNING.token(request, f"{made[0].url}/token") if signed else two.token(request)
        if known(request):
            return data.answer(request)
        return Answer(UNAUTHORIZED.body, status=401, headers={"WWW-Authenticate": digest.challenge()})

    made.append(Emulated(answer))
    return made[0]


def limited(folder: Path) -> Emulated:
    """Returns its remaining quota in headers."""
    data = example(folder)

    def answer(request: Request) -> Answer:
        said = data.answer(request)
        return Answer(said.body, said.status, {**said.headers, "X-Calls-Left": "58", "X-Calls-Reset": "30"})

    return Emulated(answer)


def refusing(folder: Path) -> Emulated:
    """Refuses every request."""
    return Emulated(lambda _: UNAUTHORIZED)


def tls(folder: Path) -> Emulated:
    """As `example`, over TLS. Writes the files that the guide names."""
    return tls_api(example(folder).answer, folder)


APIS: dict[str, Callable[[Path], Emulated]] = {
    "example": example,
    "login": login,
    "limited": limited,
    "refusing": refusing,
    "tls": tls,
}
"""The APIs for comments such as `<!-- test: api=login -->`. Each API gets its own folder."""
