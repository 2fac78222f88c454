# SPDX-License-Identifier: Apache-2.0
"""An HTTP server in this process. It emulates an API, logs requests, and fails on demand."""

from __future__ import annotations

import json
import select
import socket
import struct
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from email.message import Message
from enum import Enum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from waiting import wait_until

# A name with several values becomes several headers.
Headers = Mapping[str, "str | tuple[str, ...]"]


@dataclass(frozen=True)
class Request:
    """One received request."""

    path: str
    query: dict[str, str]
    headers: Message
    at: float
    connection: tuple[int, int]
    """The TCP ports of the client and of the server."""
    method: str = "GET"
    body: bytes = b""
    target: str = ""
    """Path and query exactly as received, because signatures cover them."""

    def __str__(self) -> str:
        query = "&".join(f"{name}={value}" for name, value in self.query.items())
        return " ".join(filter(None, [self.method, f"{self.path}?{query}", self.body.decode(errors="replace")]))


@dataclass(frozen=True)
class Answer:
    """An API's response: a JSON value, either given or `Generated` as text, or a refusal by status.

    `bytes` are sent as they are. Their `Content-Type` belongs to `headers`.
    """

    body: object
    status: int = 200
    headers: Headers = field(default_factory=dict)


@dataclass(frozen=True)
class Generated:
    """A body that is never in memory as a whole: JSON text in chunks, `length` bytes in total."""

    length: int
    chunks: Iterable[bytes]


class Failure(Enum):
    """The faults of a response."""

    STATUS_500 = "the API answers with an error"
    RESET = "the connection is reset"
    TRUNCATED = "a whole response, but its JSON is cut short"
    HTML = "status 200 with a page for humans"


class Stall(Enum):
    """The point at which a response hangs."""

    HEAD = "nothing is sent"
    BODY = "half of the body is sent"
    TRICKLE = "half of the body, then a byte now and then"


class Emulated:
    """A running API, used with `with`. `answer` makes each response."""

    def __init__(self, answer: Callable[[Request], Answer]) -> None:
        self.answer = answer
        self.requests: list[Request] = []
        self.failed: list[Request] = []
        self.stall_seconds = 0.0
        self.stall_in = Stall.BODY
        self.stalls: Callable[[Request], bool] = lambda _: True
        self.stalled = threading.Event()
        self.given_up = threading.Event()
        self._failures: deque[Failure] = deque()
        self._server = _Server(self)

    def stall(self, where: Stall, seconds: float, only: Callable[[Request], bool] = lambda _: True) -> None:
        """Applies from the next request on.

        `stalled`: a response hangs. `given_up`: its client closed the connection.
        """
        self.stalled.clear()
        self.given_up.clear()
        self.stalls = only
        self.stall_in, self.stall_seconds = where, seconds

    @property
    def open_connections(self) -> int:
        """Open connections of clients, active or idle."""
        return self._server.open_connections

    @property
    def url(self) -> str:
        """The base URL without a trailing slash."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def fail_next(self, failure: Failure, times: int = 1) -> None:
        """The next `times` requests get a faulty response."""
        self._failures.extend([failure] * times)

    def await_requests(self, count: int, seconds: float = 30) -> None:
        """Waits until `count` requests have arrived, failed requests included."""
        wait_until(lambda: len(self.requests) >= count, f"{count} requests", seconds)

    def await_polls(self, further: int, seconds: float = 30) -> None:
        """Waits for `count` more requests. Then the stream has processed the response to the second to last request."""
        self.await_requests(len(self.requests) + further, seconds)

    def next_failure(self) -> Failure | None:
        """The fault of the request that has just arrived."""
        return self._failures.popleft() if self._failures else None

    def __enter__(self) -> Emulated:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    # server_close() would wait for clients that keep their connection open.
    block_on_close = False

    def __init__(self, api: Emulated) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.api = api
        self.open_connections = 0

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A killed client is expected. An API that cannot respond is an error."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Head and body are two writes. The second write would wait 40 ms for the client's delayed acknowledgment.
    disable_nagle_algorithm = True
    server: _Server

    def handle(self) -> None:
        self.server.open_connections += 1
        try:
            super().handle()
        finally:
            self.server.open_connections -= 1

    def do_GET(self) -> None:
        api = self.server.api
        parts = urlsplit(self.path)
        request = Request(
            parts.path,
            dict(parse_qsl(parts.query, keep_blank_values=True)),
            self.headers,
            time.time(),
            (self.client_address[1], self.server.server_port),
            self.command,
            self.rfile.read(int(self.headers.get("Content-Length") or 0)),
            self.path,
        )
        self._stalls = api.stalls(request)
        failure = api.next_failure()
        if failure:
            # Log first: a test that waits for a number of requests then finds this request among the failed requests.
            api.failed.append(request)
        api.requests.append(request)
        answer = api.answer(request)
        if isinstance(answer.body, Generated):
            self._begin(answer.status, "application/json", answer.body.length, answer.headers)
            self.wfile.writelines(answer.body.chunks)
            return
        body = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
        if failure is None:
            # These status codes have no body by definition. The client would read a body as the next response.
            self._send(answer.status, "application/json", b"" if answer.status in (204, 304) else body, answer.headers)
        elif failure is Failure.STATUS_500:
            self._send(500, "application/json", b'{"error": "internal"}')
        elif failure is Failure.TRUNCATED:
            self._send(200, "application/json", body[: len(body) * 2 // 3])
        elif failure is Failure.HTML:
            self._send(200, "text/html", b"<!DOCTYPE html><html><body>Back soon</body></html>")
        else:
            self._reset(body)

    do_POST = do_GET  # noqa: N815

    def _reset(self, body: bytes) -> None:
        # Fail in the middle of the body. If a connection that was kept alive closes without any response, the JDK
        # repeats the request itself, and the client sees no failure.
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: len(body) // 2])
        # With linger 0, close() sends RST. http.server's shutdown would send FIN first.
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.connection.close()

    def _send(self, status: int, kind: str, body: bytes, headers: Headers | None = None) -> None:
        stall = self.server.api.stall_in if self.server.api.stall_seconds and self._stalls else None
        if stall is Stall.HEAD and self._hang(b"") is None:
            return
        if stall is Stall.TRICKLE:
            body += b" " * 1000
        self._begin(status, kind, len(body), headers)
        if stall in (Stall.BODY, Stall.TRICKLE):
            half = len(body) // 2
            self.wfile.write(body[:half])
            rest = self._hang(body[half:], trickles=stall is Stall.TRICKLE)
            if rest is None:
                return
            body = rest
        self.wfile.write(body)

    def _begin(self, status: int, kind: str, length: int, headers: Headers | None = None) -> None:
        self.send_response(status)
        for name, values in {"Content-Type": kind, "Content-Length": str(length), **(headers or {})}.items():
            for value in (values,) if isinstance(values, str) else values:
                self.send_header(name, value)
        self.end_headers()

    def _hang(self, rest: bytes, trickles: bool = False) -> bytes | None:
        """The part of `rest` to send after the stall. `None`: the client closed the connection."""
        api = self.server.api
        until = time.monotonic() + api.stall_seconds
        api.stalled.set()
        while (left := until - time.monotonic()) > 0:
            # Clients do not pipeline, so the only thing to read is the end of the connection.
            if select.select([self.connection], [], [], min(left, 0.1))[0]:
                api.given_up.set()
                self.close_connection = True
                return None
            if trickles:
                self.wfile.write(rest[:1])
                rest = rest[1:]
        return rest

    def log_message(self, *_: object) -> None:
        """Prints nothing: the tests keep the log of requests."""
