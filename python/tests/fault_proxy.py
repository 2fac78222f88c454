# SPDX-License-Identifier: Apache-2.0
"""A TCP proxy that breaks connections in several ways, as networks do below HTTP."""

from __future__ import annotations

import asyncio
import random
import socket
import struct
import threading
from collections import Counter
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing_extensions import Self


class Break(Enum):
    """The fault of a connection after some bytes of the responses."""

    RESET = "RST to the client"
    CLOSE = "FIN to the client, though more was to come"
    STALL = "silence; the connection stays"
    SLOW = "a few bytes at a time for a while"
    REFUSE = "RST before any byte"


class FaultProxy:
    """A proxy in front of a local port, used with `with`.

    Args:
        stall_seconds: Longer than the client's timeout.
        most_bytes: Each connection breaks before this number of response bytes.
    """

    def __init__(self, port: int, *, seed: int, stall_seconds: float = 3, most_bytes: int = 4000) -> None:
        self._target = port
        self._chance = random.Random(seed)
        self._stall = stall_seconds
        self._most = most_bytes
        self.breaking = True
        self.broken: Counter[Break] = Counter()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self.url = ""

    def __enter__(self) -> Self:
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(
            asyncio.start_server(self._serve, "127.0.0.1", 0), self._loop
        ).result(10)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _end(self) -> None:
        self._server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        how = self._chance.choice(list(Break)) if self.breaking else None
        if how is Break.REFUSE:
            return self._reset(writer, how)
        upstream_reader, upstream = await asyncio.open_connection("127.0.0.1", self._target)
        asking = asyncio.create_task(_copy(reader, upstream))
        try:
            await self._answer(upstream_reader, writer, how)
        except (ConnectionError, asyncio.CancelledError):
            pass
        finally:
            asking.cancel()
            upstream.close()
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, how: Break | None) -> None:
        left = self._chance.randrange(self._most)
        while data := await reader.read(4096):
            if how is None or not self.breaking or len(data) <= left:
                left -= len(data)
                writer.write(data)
                await writer.drain()
                continue
            writer.write(data[: max(left, 0)])
            await writer.drain()
            if how is Break.SLOW:
                self.broken[how] += 1
                await self._slowly(data[max(left, 0) :], writer)
                # A client reuses a working connection. Without a second break, this connection would be the last one.
                how, left = Break.CLOSE, self._chance.randrange(self._most)
                continue
            if how is Break.RESET:
                return self._reset(writer, how)
            self.broken[how] += 1
            if how is Break.STALL:
                await asyncio.sleep(self._stall)
            return None
        return None

    async def _slowly(self, data: bytes, writer: asyncio.StreamWriter) -> None:
        for at in range(0, len(data), 97):
            writer.write(data[at : at + 97])
            await writer.drain()
            await asyncio.sleep(0.01)

    def _reset(self, writer: asyncio.StreamWriter, how: Break) -> None:
        self.broken[how] += 1
        raw = writer.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(4096):
            writer.write(data)
            await writer.drain()
    except ConnectionError:
        pass
    finally:
        writer.close()
