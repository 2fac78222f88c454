# SPDX-License-Identifier: Apache-2.0
"""An API with a latency, for any number of clients at once.

A client waits for a response before it sends the next request.
"""

import asyncio
import sys
from collections.abc import Callable


def serve(respond: Callable[[bytes], bytes], latency: float) -> None:
    """Prints its port when it is ready, and ends with its standard input.

    Args:
        respond: Makes the whole response from the head of a request.
        latency: Seconds before a response is sent.
    """
    asyncio.run(_serve(respond, latency))


async def _serve(respond: Callable[[bytes], bytes], latency: float) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Connection(respond, latency), "127.0.0.1", 0, backlog=1000)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


class _Connection(asyncio.Protocol):
    """The connection of one client, with HTTP/1.1."""

    def __init__(self, respond: Callable[[bytes], bytes], latency: float) -> None:
        self._respond = respond
        self._latency = latency
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        while b"\r\n\r\n" in self._received:
            head, _, self._received = self._received.partition(b"\r\n\r\n")
            asyncio.get_running_loop().call_later(self._latency, self._answer, head)

    def _answer(self, head: bytes) -> None:
        self._transport.write(self._respond(head))
