# SPDX-License-Identifier: Apache-2.0
"""Resource limits of a stream: disk while its sink is blocked, memory for a large response, everything while idle."""

from __future__ import annotations

import json
import re
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import pyspark
import pytest
from apis import numbered, one_large_response
from collected import Delivered
from process import Driver
from processes import commands_with
from pyspark.sql import DataFrame, SparkSession
from streams import ids_of
from waiting import wait_until

PAGE = 1000
KB, MB = 1 << 10, 1 << 20


# ---- a blocked sink


def log_bytes(checkpoint: Path) -> int:
    return sum(f.stat().st_size for f in (checkpoint / "sources/0/pages").glob("*"))


def test_polling_waits_for_a_blocked_sink(spark: SparkSession, tmp_path: Path) -> None:
    """An API without end: the page log grows to `maxBufferedBytes` plus a page, and waits until the sink continues."""
    bound, page = 300 * KB, 18 * KB
    highest = [5 * PAGE]
    released, got, given = threading.Event(), Delivered(), list[int]()

    def stands_still(batch: DataFrame, number: int) -> None:
        released.wait(60)
        got(batch, number)

    with numbered(lambda: highest[0], PAGE, given) as api:
        # The first batch ends within a page, so no page is consumed completely.
        stream = ids_of(spark, api, streaming_interval=0, batch_size=4500, max_buffered_bytes=bound)
        writer = stream.writeStream.foreachBatch(stands_still).option("checkpointLocation", str(tmp_path))
        query = writer.start()
        try:
            wait_until(lambda: len(given) == 5, "the first pages")
            # A poll that starts with little room left must not use the whole limit again.
            highest[0] = 10**9
            wait_until(lambda: log_bytes(tmp_path) >= bound, f"{bound} bytes in the page log")
            wait_until(lambda: time.time() - api.requests[-1].at > 2, "the last request")
            assert log_bytes(tmp_path) < bound + page, "polling ran further ahead than maxBufferedBytes and a page"
            ahead = len(given)
            released.set()
            wait_until(lambda: len(given) > ahead + 10 and len(got.ids) > (ahead + 10) * PAGE, "polling to go on", 60)
        finally:
            released.set()
            query.stop()
    assert got.ids == list(range(1, len(got.ids) + 1)), "records were lost, came twice or out of order"
    assert given == [n * PAGE + 1 for n in range(len(given))], "a page was skipped or requested twice"


# ---- one large response


@dataclass(frozen=True)
class Heap:
    """Megabytes used in a JVM, by its garbage collection log."""

    peak: int
    live: int

    @staticmethod
    def of(role: str, folder: Path) -> Heap:
        """`live`: the maximum after a full collection that `collect` requested."""
        logs = "".join(log.read_text() for log in folder.glob(f"{role}-*.gc"))
        found = [(kind, int(a), int(b)) for kind, a, b in re.findall(r"Pause (\w+) .* (\d+)M->(\d+)M\(", logs)]
        full = [after for kind, _, after in found if kind == "Full"]
        assert full, f"no full collection of a {role} in {folder}"
        return Heap(max(before for _, before, _ in found), max(full))


def collect(folder: Path) -> None:
    """Requests a full collection in each JVM that logs here. After a young collection, garbage may remain."""
    for process in commands_with(str(folder), ".gc"):
        subprocess.run(
            ["jcmd", str(process), "GC.run"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False
        )


def counted(api_records: int, folder: Path, master: str, seconds: float) -> None:
    """One response of the given size in kilobytes arrives completely, in JVMs of 512 MB."""
    home = {"SPARK_HOME": str(Path(pyspark.__file__).parent)}
    with one_large_response(api_records, record_bytes=1000) as api:
        url = f"{api.url}/data?start_id={{id}}"
        with Driver("large_response.py", master, url, str(folder), log=folder / "log", env=home) as driver:
            until = time.monotonic() + seconds
            while driver.is_running() and time.monotonic() < until:
                collect(folder)
                time.sleep(2)
            status = driver.wait(1)
    said = driver.output()
    assert status == 0, said
    width = 10 ** len(str(api_records))
    total = api_records * width + api_records * (api_records + 1) // 2
    assert f"counted {api_records} {total}\n" in said


def test_a_large_response_needs_little_memory(tmp_path: Path) -> None:
    """200 MB in a JVM that is driver and executor. Its heap never has to hold the whole response."""
    counted(200_000, tmp_path, "local[1]", seconds=120)
    heap = Heap.of("driver", tmp_path)
    assert heap.live < 150, heap


@pytest.mark.slow
def test_a_gigabyte_in_one_response_needs_little_memory(tmp_path: Path) -> None:
    counted(1_000_000, tmp_path, "local-cluster[1,1,512]", seconds=600)
    driver, executor = Heap.of("driver", tmp_path), Heap.of("executor", tmp_path)
    print(f"driver {driver}, executor {executor}")
    assert driver.live < 150, driver
    assert executor.live < 150, executor


# ---- polls without records


def assert_idle_polls_leave_nothing(folder: Path, warm_up: int, polls: int, compress: bool, event_bytes: int) -> None:
    """Growth in files, in the heap and in Spark's event log, which records each poll as a job."""
    with numbered(lambda: 10) as api:
        url = f"{api.url}/data?start_id={{id}}"
        counts = (str(compress).lower(), str(warm_up), str(polls))
        with Driver("idle_polls.py", url, str(folder), *counts, log=folder / "log") as driver:
            assert driver.wait(90 + (warm_up + polls) / 5) == 0, driver.output()
    found = re.search(r"^\{.*\}$", driver.output(), re.MULTILINE)
    assert found, driver.output()
    look = json.loads(found[0])
    before, after = look["before"], look["after"]
    growth = {what: after[what] - before[what] for what in before}
    print(f"{look} {growth}")
    assert growth["polls"] >= polls, look
    assert growth["files"] == 0, look
    # A note of the last poll is overwritten each time.
    assert abs(growth["fileBytes"]) < KB, look
    assert growth["eventBytes"] / growth["polls"] < event_bytes, look
    # Spark keeps its last 1,000 jobs and stages for the UI. Until that number is reached, each adds some kilobytes.
    kept = max(0, min(after["polls"], 1000) - before["polls"])
    assert growth["heapBytes"] < 3 * MB + kept * 12 * KB, look


def test_idle_polls_leave_nothing(tmp_path: Path) -> None:
    assert_idle_polls_leave_nothing(tmp_path, warm_up=200, polls=300, compress=False, event_bytes=7500)


@pytest.mark.slow
@pytest.mark.parametrize(("compress", "event_bytes"), [(False, 7500), (True, 3000)], ids=["plain", "compressed"])
def test_ten_thousand_idle_polls_leave_nothing(tmp_path: Path, compress: bool, event_bytes: int) -> None:
    assert_idle_polls_leave_nothing(tmp_path, warm_up=2000, polls=10_000, compress=compress, event_bytes=event_bytes)
