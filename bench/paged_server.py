# SPDX-License-Identifier: Apache-2.0
"""An API with pages and a latency: `GET /events?page=N` returns 100 records after 100 ms, to any number of clients.

Run as `python bench/paged_server.py`. It prints its port when it is ready, and ends with its standard input.
"""

import re

from delayed import serve
from event_records import event

LATENCY_SECONDS = 0.1
PAGES = 1_000
RECORDS = 100
REQUEST = re.compile(rb"GET /events\?page=(\d+) ")


def response(page: int) -> bytes:
    """The response with its head, ready to send."""
    first = (page - 1) * RECORDS + 1
    records = ",".join(event(n) for n in range(first, first + RECORDS)) if page <= PAGES else ""
    body = f'{{"has_more": {"true" if page < PAGES else "false"}, "data": [{records}]}}'
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    return (head + body).encode()


def main() -> None:
    pages = [response(page) for page in range(1, PAGES + 2)]

    def respond(head: bytes) -> bytes:
        asked = REQUEST.match(head)
        return pages[min(int(asked[1]), PAGES + 1) - 1] if asked else pages[PAGES]

    serve(respond, LATENCY_SECONDS)


if __name__ == "__main__":
    main()
