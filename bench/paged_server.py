# SPDX-License-Identifier: Apache-2.0
"""An API with pages and a latency: `GET /events?page=N` answers with 100 records, 100 ms later, to any client.

Run as `python bench/paged_server.py`; it prints its port when it is ready, and ends with its standard input.
"""

import asyncio
import re
import sys

from event_records import event

LATENCY_SECONDS = 0.1
PAGES = 1_000
RECORDS = 100
REQUEST = re.compile(rb"GET /events\?page=(\d+) ")


def response(page: int) -> bytes:
    """With its head, ready to be sent."""
    first = (page - 1) * RECORDS + 1
    records = ",".join(event(n) for n in range(first, first + RECORDS)) if page <= PAGES else ""
    body = f'{{"has_more": {"true" if page < PAGES else "false"}, "data": [{records}]}}'
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    return (head + body).encode()


class Connection(asyncio.Protocol):
    """One client. It waits for an answer before it asks again, as HTTP/1.1 clients do."""

    def __init__(self, pages: list[bytes]) -> None:
        self._pages = pages
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        while b"\r\n\r\n" in self._received:
            head, _, self._received = self._received.partition(b"\r\n\r\n")
            asyncio.get_running_loop().call_later(LATENCY_SECONDS, self._answer, head)

    def _answer(self, head: bytes) -> None:
        asked = REQUEST.match(head)
        page = min(int(asked[1]), PAGES + 1) if asked else PAGES + 1
        self._transport.write(self._pages[page - 1])


async def main() -> None:
    pages = [response(page) for page in range(1, PAGES + 2)]
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(pages), "127.0.0.1", 0, backlog=1000)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main())
