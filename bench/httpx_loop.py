# SPDX-License-Identifier: Apache-2.0
"""A peer in the benchmark: a loop with httpx and orjson, as a careful engineer writes it by hand.

`python bench/httpx_loop.py URL` reads all pages, one after the other, and makes Python objects of the records. It
prints the number of records, the seconds, and the seconds of CPU.
"""

import sys
import time

import httpx
import orjson


def main() -> None:
    url = sys.argv[1]
    records = 0
    next_id = 0
    began, cpu_began = time.perf_counter(), time.process_time()
    with httpx.Client() as client:
        while page := orjson.loads(client.get(url.format(id=next_id)).content):
            records += len(page)
            next_id = page[-1]["id"] + 1
    print(records, time.perf_counter() - began, time.process_time() - cpu_began)


if __name__ == "__main__":
    main()
