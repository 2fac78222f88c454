# SPDX-License-Identifier: Apache-2.0
"""A query that drivers run repeatedly on one checkpoint, on any cluster and any store."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

from emulated import Emulated
from process import Driver
from pyspark.sql import SparkSession
from standalone import SPARK_HOME
from waiting import wait_until

LOCAL_CLUSTER = "local-cluster[2,1,1024]"


class Query:
    """From an API that supports `?from=<id>` into Parquet.

    Args:
        schema: Schema of the records, with an `id`.
        checkpoint: Default: a folder next to the output.
        conf: Settings of the Spark session.
        store: Settings that the store of the checkpoint needs in every session.
        options: Options of `read_rest_stream`.
    """

    def __init__(
        self,
        api: Emulated,
        folder: Path,
        schema: str,
        *,
        checkpoint: str | None = None,
        conf: dict[str, str] | None = None,
        store: dict[str, str] | None = None,
        **options: object,
    ) -> None:
        self._folder = folder
        self._store = store or {}
        self.output = folder / "output"
        self.arguments: dict[str, Any] = {
            "conf": (conf or {}) | self._store,
            "options": {
                "url": f"{api.url}/data?from={{id}}",
                "offset_type": "incremental",
                "offset_field": "id",
                "schema": schema,
                "streaming_interval": 0.1,
            }
            | options,
            "checkpoint": checkpoint or str(folder / "checkpoint"),
            "output": str(self.output),
            "trigger": {"processingTime": "0 seconds"},
        }

    def driver(self, log: str = "log", **changed: object) -> Driver:
        """Starts a driver. Unless the trigger ends, it runs until it is killed."""
        # The scripts of a Spark installation start a cluster's executors. pyspark is such an installation.
        home = {"SPARK_HOME": str(SPARK_HOME)}
        return Driver("stream.py", json.dumps(self.arguments | changed), log=self._folder / log, env=home)

    def drain(self) -> None:
        """Runs to the end, without a cluster."""
        options = self.arguments["options"] | {"streaming_interval": 0, "batch_size": 100_000}
        with self.driver(conf=self._store, options=options, trigger={"availableNow": True}) as last:
            assert last.wait(240) == 0, last.output()

    def delivered_batches(self) -> int:
        """The rows by the sink's log."""
        files = (self.output / "_spark_metadata").glob("[0-9]*")
        return max((int(f.name.partition(".")[0]) + 1 for f in files), default=0)

    def await_batches(self, driver: Driver, count: int) -> None:
        """Waits until the sink contains `count` rows. Fails if the driver ends before."""
        wait_until(
            lambda: self.delivered_batches() >= count or not driver.is_running(), f"{count} batches", seconds=240
        )
        assert driver.is_running(), driver.output()

    def must_hold_once(self, spark: SparkSession, records: int) -> None:
        """Requires the ids from 1 to `records`, each once, and no other ids."""
        found = Counter(row.id for row in spark.read.parquet(str(self.output)).select("id").collect())
        expected = Counter(range(1, records + 1))
        assert not expected - found, f"{(expected - found).total()} records are lost"
        assert not found - expected, f"{(found - expected).total()} rows are too many"
