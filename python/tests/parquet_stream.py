# SPDX-License-Identifier: Apache-2.0
"""A query from the live API into Parquet that tests restart repeatedly on one checkpoint."""

from __future__ import annotations

from pathlib import Path

from crash_points import Place
from emulated import Emulated
from live import record
from process import Driver
from pyspark.sql import SparkSession

BATCH = 100
RETAIN = 2
# The last run needs enough records to show whether it deletes old pages.
FURTHER = (RETAIN + 4) * BATCH


class ParquetStream:
    """Drivers run the query. This class inspects the files that they leave."""

    def __init__(self, api: Emulated, folder: Path) -> None:
        self.place = Place(folder / "checkpoint", folder / "output")
        self._url = f"{api.url}/data?from={{id}}"
        self._folder = folder

    def start(self, log: str = "log", **settings: float) -> Driver:
        """Starts a driver that runs until it is killed."""
        return self._driver("endless", log, settings)

    def finish(self) -> None:
        """Reads all records of the API, and ends by itself."""
        with self._driver("to the end", "log", {"streaming_interval": 0}) as driver:
            assert driver.wait(240) == 0, driver.output()

    def _driver(self, until: str, log: str, settings: dict[str, float]) -> Driver:
        folders = (str(self.place.checkpoint), str(self.place.output))
        given = {"batch_size": BATCH, "retain_batches": RETAIN, **settings}
        arguments = (*folders, until, *(f"{name}={value}" for name, value in given.items()))
        return Driver("stream_to_parquet.py", self._url, "incremental", "id", *arguments, log=self._folder / log)

    def delivered(self, spark: SparkSession) -> int:
        """Rows in the sink."""
        taken = self.place.output / "_spark_metadata"
        # The first log entry may only exist under a temporary name. Then no file contains a schema.
        if not (taken.exists() and any(taken.iterdir())):
            return 0
        return spark.read.schema("id BIGINT, timestamp BIGINT, text STRING").parquet(str(self.place.output)).count()

    def lost_and_repeated(self, spark: SparkSession, records: int) -> tuple[int, int]:
        """Every existing row equals the record that the API made."""
        rows = spark.read.parquet(str(self.place.output)).collect()
        assert {(r.id, r.timestamp, r.text) for r in rows} <= {tuple(record(n).values()) for n in range(1, records + 1)}
        delivered = {r.id for r in rows}
        return records - len(delivered), len(rows) - len(delivered)

    def must_be_clean(self) -> None:
        """After `finish`: the page log contains only what the last batches need."""
        scene = self.place.scene()
        scene.log.must_be_clean()
        # The last end that Spark reports to the source is the end of the second newest batch.
        purged_to = scene.end_of(scene.latest - 1 - RETAIN)
        left = [m.seq for m in scene.log.manifests[:-1] if m.end <= purged_to]
        assert not left, f"manifests {left} were consumed before {purged_to}, and are still there: the log grows"
