# SPDX-License-Identifier: Apache-2.0
"""An API with a latency: `GET /call?n=K` returns `{"n": K}` after 20 ms, to any number of clients at once.

Run as `python bench/slow_server.py`. It prints its port when it is ready, and ends with its standard input.
"""

import re

from delayed import serve

LATENCY_SECONDS = 0.02
REQUEST = re.compile(rb"GET /call\?n=(\d+) ")


def response(head: bytes) -> bytes:
    asked = REQUEST.match(head)
    if asked is None:
        return b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
    body = b'{"n": %s}' % asked[1]
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)


if __name__ == "__main__":
    serve(response, LATENCY_SECONDS)
