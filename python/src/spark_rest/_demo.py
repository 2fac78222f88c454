# SPDX-License-Identifier: Apache-2.0
"""The bundled demo API: a live event feed over HTTP, to try the source without an account."""

from __future__ import annotations

import json
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from spark_rest._demo_feed import LiveFeed, UnknownCursorError

if TYPE_CHECKING:
    from typing_extensions import Self

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


class DemoApi:
    """The demo API while it runs. :func:`demo_api` starts it, and ``with`` or :meth:`close` ends it.

    Attributes:
        url: The base URL, such as ``http://127.0.0.1:8000``. The events are at ``/events?after=CURSOR&limit=N``.
    """

    def __init__(self, port: int, feed: LiveFeed) -> None:
        self._feed = feed
        self._server = _DemoServer(port, feed)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), name="demo API", daemon=True)
        self._thread.start()

    def stats(self) -> dict[str, int]:
        """Return the number of published events, of events sent to readers (repeats included), and of all events."""
        return self._feed.stats()

    def close(self) -> None:
        """Stop the API. A second call does nothing."""
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
            self._server.server_close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"DemoApi({self.url!r})"


def demo_api(*, port: int = 0, backlog: int = 300, total: int = 600, rate: float = 50.0) -> DemoApi:
    """Starts a demo API on this machine: a feed of events over HTTP, to try the source without an account.

    .. code-block:: python

        with demo_api() as api:
            events = read_rest_stream(
                spark, f"{api.url}/events?after={{next_cursor}}", offset_type="cursor",
                offset_field="next_cursor", data_field="events",
            )

    It runs on a thread of this process, and accepts requests from this machine only.

    Args:
        port: The port. Default: a free one.
        backlog: Events that exist at the start. Default: 300.
        total: Events in total. Default: 600.
        rate: New events per second, from the first request on. Default: 50.
    """
    return DemoApi(port, LiveFeed(backlog, total, rate))


def serve(port: int, backlog: int, total: int, rate: float) -> None:
    """Serve the feed on the loopback interface until interrupted. Port 0 picks a free port.

    Prints the base URL on one line as soon as the server accepts requests.
    """
    with _DemoServer(port, LiveFeed(backlog, total, rate)) as server:
        print(f"http://127.0.0.1:{server.server_port}", flush=True)
        with suppress(KeyboardInterrupt):
            server.serve_forever()
