# SPDX-License-Identifier: Apache-2.0
"""The peer of `latency.py`: dlt extracts numbered pages with `@dlt.defer`, in a thread pool.

Run as `python bench/dlt_pages.py <url> <pages> <threads>`. It prints how many records came, and the seconds of the
extraction alone, without dlt's normalization and loading.
"""

import os
import sys
import tempfile
import time
from collections.abc import Iterator
from importlib import import_module
from typing import Any

url, pages, threads = sys.argv[1], int(sys.argv[2]), sys.argv[3]
os.environ["EXTRACT__WORKERS"] = threads
os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"

# It reads the settings above. Its types are in an environment of its own.
dlt: Any = import_module("dlt")


def main() -> None:
    session = import_module("dlt.sources.helpers.requests").Session()
    received: list[int] = []

    @dlt.defer  # type: ignore[untyped-decorator]
    def page(number: int) -> Any:
        records = session.get(url, params={"page": number}, timeout=60).json()["data"]
        received.append(len(records))
        return records

    @dlt.resource(name="events")  # type: ignore[untyped-decorator]
    def events() -> Iterator[Any]:
        for number in range(1, pages + 1):
            yield page(number)

    with tempfile.TemporaryDirectory() as folder:
        pipeline = dlt.pipeline("pages", pipelines_dir=folder, destination="filesystem", dataset_name="events")
        began = time.perf_counter()
        pipeline.extract(events())
        print(sum(received), f"{time.perf_counter() - began:.3f}")


if __name__ == "__main__":
    main()
