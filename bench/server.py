# SPDX-License-Identifier: Apache-2.0
"""The fastest possible API: `GET /events?since_id=K` returns a page of records with ids from K on.

All pages are in memory before the first request, and a response is one write. Run as
`python bench/server.py <folder of NDJSON> <core, or - for any>`. It prints its port when it is ready, and ends with its
standard input.
"""

import os
import re
import socket
import sys
import threading
from pathlib import Path

from event_records import PAGE

REQUEST = re.compile(rb"GET /events\?since_id=(\d+) ")


def read_records(folder: Path) -> list[bytes]:
    """The records in the order of their ids, which begin with 1."""
    return [line for file in sorted(folder.glob("*.json")) for line in file.read_bytes().splitlines()]


def response(records: list[bytes]) -> bytes:
    """The response with its head, ready to send."""
    body = b"[" + b",".join(records) + b"]"
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


class Pages:
    """Responses by their first id. Responses that start at the beginning of a page are made in advance."""

    def __init__(self, records: list[bytes]) -> None:
        self._records = records
        self._ready = {start + 1: response(records[start : start + PAGE]) for start in range(0, len(records), PAGE)}

    def since(self, first: int) -> bytes:
        start = max(first, 1)
        return self._ready.get(start) or response(self._records[start - 1 : start - 1 + PAGE])


def serve(connection: socket.socket, pages: Pages) -> None:
    """Serves one client until it closes the connection."""
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    received = b""
    with connection:
        while True:
            while b"\r\n\r\n" not in received:
                more = connection.recv(65536)
                if not more:
                    return
                received += more
            head, _, received = received.partition(b"\r\n\r\n")
            asked = REQUEST.match(head)
            connection.sendall(
                pages.since(int(asked[1])) if asked else b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
            )


def accept(listening: socket.socket, pages: Pages) -> None:
    """Starts a thread for each client."""
    while True:
        connection, _ = listening.accept()
        threading.Thread(target=serve, args=(connection, pages), daemon=True).start()


def main() -> None:
    folder, core = sys.argv[1:]
    if core != "-":
        os.sched_setaffinity(0, {int(core)})
    pages = Pages(read_records(Path(folder)))
    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=accept, args=(listening, pages), daemon=True).start()
        print(listening.getsockname()[1], flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
