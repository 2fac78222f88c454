# SPDX-License-Identifier: Apache-2.0
"""The bundled demo API: a live event feed over HTTP, to try the source without an account."""

from __future__ import annotations

import json
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from spark_rest._demo_feed import LiveFeed, UnknownCursorError

_MAX_LIMIT = 1000


class _DemoServer(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, port: int, feed: LiveFeed) -> None:
        super().__init__(("127.0.0.1", port), _DemoHandler)
        self.feed = feed


class _DemoHandler(BaseHTTPRequestHandler):
    server: _DemoServer
    protocol_version = "HTTP/1.1"
    # Head and body leave in one packet. In two packets, the client's delayed ACK costs 40 ms per request.
    wbufsize = -1
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        """Answer `/events` and `/stats`."""
        url = urlsplit(self.path)
        query = {name: values[-1] for name, values in parse_qs(url.query).items()}
        if url.path == "/events":
            self._events(query.get("after", ""), query.get("limit", "100"))
        elif url.path == "/stats":
            self._answer(200, self.server.feed.stats())
        else:
            self._answer(404, {"error": "unknown path; use /events?after=CURSOR&limit=N or /stats"})

    def _events(self, cursor: str, limit: str) -> None:
        if not limit.isdecimal() or not 0 < int(limit) <= _MAX_LIMIT:
            self._answer(400, {"error": f"limit must be from 1 to {_MAX_LIMIT}"})
            return
        try:
            self._answer(200, self.server.feed.page(cursor, int(limit)))
        except UnknownCursorError as error:
            self._answer(400, {"error": str(error)})

    def _answer(self, status: int, body: dict[str, Any]) -> None:
        payload = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(payload)))
        self.end_headers()
        self.wfile.write(payload)

    def log_message(self, format: str, *args: object) -> None:
        """Log nothing: the output contains only the URL."""


def serve(port: int, backlog: int, total: int, rate: float) -> None:
    """Serve the feed on the loopback interface until interrupted. Port 0 picks a free port.

    Prints the base URL on one line as soon as the server accepts requests.
    """
    with _DemoServer(port, LiveFeed(backlog, total, rate)) as server:
        print(f"http://127.0.0.1:{server.server_port}", flush=True)
        with suppress(KeyboardInterrupt):
            server.serve_forever()
