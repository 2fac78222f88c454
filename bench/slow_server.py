# SPDX-License-Identifier: Apache-2.0
"""An API with a latency: `GET /call?n=K` answers with `{"n": K}`, 20 ms later, to any number of clients at once.

Run as `python bench/slow_server.py`; it prints its port when it is ready, and ends with its standard input.
"""

import asyncio
import re
import sys

LATENCY_SECONDS = 0.02
REQUEST = re.compile(rb"GET /call\?n=(\d+) ")


class Connection(asyncio.Protocol):
    """One client. It waits for an answer before it asks again, as HTTP/1.1 clients do."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._received = b""

    def data_received(self, data: bytes) -> None:
        self._received += data
        while b"\r\n\r\n" in self._received:
            head, _, self._received = self._received.partition(b"\r\n\r\n")
            asyncio.get_running_loop().call_later(LATENCY_SECONDS, self._answer, head)

    def _answer(self, head: bytes) -> None:
        asked = REQUEST.match(head)
        if asked is None:
            self._transport.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
            return
        body = b'{"n": %s}' % asked[1]
        self._transport.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
        )


async def main() -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Connection, "127.0.0.1", 0, backlog=1000)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main())
