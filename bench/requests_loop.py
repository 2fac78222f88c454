# SPDX-License-Identifier: Apache-2.0
"""The peer of `peers.py`: a loop with `requests`, as most people write it in `foreachBatch`.

`python bench/requests_loop.py URL RECORDS` reads this many records, page by page, and makes Python objects of them. It
prints the number of records and the seconds.
"""

import sys
import time

import requests


def main() -> None:
    url, wanted = sys.argv[1], int(sys.argv[2])
    records = 0
    next_id = 0
    began = time.perf_counter()
    with requests.Session() as session:
        while records < wanted:
            page = session.get(url.format(id=next_id), timeout=60).json()
            records += len(page)
            next_id = page[-1]["id"] + 1
    print(records, f"{time.perf_counter() - began:.3f}")


if __name__ == "__main__":
    main()
