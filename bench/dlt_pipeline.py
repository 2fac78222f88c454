# SPDX-License-Identifier: Apache-2.0
"""The peer of `peers.py`: a dlt pipeline from the API into files.

`python bench/dlt_pipeline.py URL RECORDS` reads this many records, page by page, and writes them as JSON lines. It
prints the number of records and the seconds, without the start.
"""

import os
import sys
import tempfile
import time
from collections.abc import Iterator
from importlib import import_module
from typing import Any

os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
os.environ["DATA_WRITER__BUFFER_MAX_ITEMS"] = "50000"

# It reads the settings above. Its types are in an environment of its own.
dlt: Any = import_module("dlt")


def main() -> None:
    url, wanted = sys.argv[1], int(sys.argv[2])
    session = import_module("dlt.sources.helpers.requests").Session()
    received: list[int] = []

    @dlt.resource(name="events", max_table_nesting=0)  # type: ignore[untyped-decorator]
    def events() -> Iterator[Any]:
        next_id = 0
        while sum(received) < wanted:
            page = session.get(url.format(id=next_id), timeout=60).json()
            received.append(len(page))
            next_id = page[-1]["id"] + 1
            yield page

    with tempfile.TemporaryDirectory() as folder:
        destination = dlt.destinations.filesystem(f"file://{folder}/out")
        pipeline = dlt.pipeline("events", pipelines_dir=folder, destination=destination, dataset_name="events")
        began = time.perf_counter()
        pipeline.run(events(), loader_file_format="jsonl")
        print(sum(received), f"{time.perf_counter() - began:.3f}")


if __name__ == "__main__":
    main()
