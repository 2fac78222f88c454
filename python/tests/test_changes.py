# SPDX-License-Identifier: Apache-2.0
"""`read_changes`: a snapshot whose changes, merged into a table, are the truth over restarts and a kill."""

from __future__ import annotations

import random
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import pyspark
import pytest
from collected import collecting
from emulated import Answer, Emulated, Failure, Request
from process import Driver
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.functions import col
from pyspark.sql.streaming.query import StreamingQuery
from waiting import wait_until

from spark_rest import read_rest_stream

of_streams = pytest.mark.skipif(pyspark.__version__.startswith("3."), reason="no hidden columns of streams")
PAGE = 4
PATIENCE = 240


class Change(NamedTuple):
    """A row of a change."""

    id: int
    name: str | None
    kind: str
    version: int
    at: datetime


class Users:
    """An API with a list of users by id, in pages that continue after an id."""

    def __init__(self) -> None:
        self.names = {n: f"user {n}" for n in range(1, 12)}

    def answer(self, request: Request) -> Answer:
        later = [n for n in sorted(self.names) if n > int(request.query.get("after", "0"))]
        page = later[:PAGE]
        more = {"next": str(page[-1])} if len(later) > PAGE else {}
        return Answer({"data": [{"id": n, "name": self.names[n]} for n in page], **more})

    def change(self, rng: random.Random) -> None:
        """An update, a deletion, a new user, and a user who comes back."""
        self.names[rng.choice(sorted(self.names))] = f"renamed {rng.random()}"
        gone = rng.choice(sorted(self.names))
        was = self.names.pop(gone)
        self.names[max(self.names) + rng.randint(1, 2)] = f"new {rng.random()}"
        if rng.random() < 0.5:
            self.names.setdefault(gone, was)


class Table:
    """The table that `drivers/snapshot_changes.py` keeps."""

    def __init__(self, spark: SparkSession, folder: Path, url: str) -> None:
        self._spark, self._folder, self._url = spark, folder, url

    def start(self) -> Driver:
        arguments = (f"{self._url}/users", str(self._folder / "checkpoint"), str(self._folder / "table"))
        return Driver("snapshot_changes.py", *arguments, log=self._folder / "log")

    def batches(self) -> list[int]:
        """The batches that were merged to their ends."""
        return sorted(int(done.parent.name) for done in (self._folder / "table" / "states").glob("*/_SUCCESS"))

    def rows(self) -> dict[int, str]:
        done = self.batches()
        if not done:
            return {}
        newest = self._folder / "table" / "states" / str(done[-1])
        return {row.id: row.name for row in self._spark.read.parquet(str(newest)).collect()}

    def changes(self) -> list[list[Change]]:
        """The changes of each batch."""
        schema = "id BIGINT, name STRING, _change_type STRING, _commit_version BIGINT, _commit_timestamp TIMESTAMP"
        folders = [self._folder / "table" / "changes" / str(number) for number in self.batches()]
        return [[Change(*r) for r in self._spark.read.schema(schema).parquet(str(f)).collect()] for f in folders]


@of_streams
def test_merged_changes_are_the_truth_over_restarts_and_a_kill(spark: SparkSession, tmp_path: Path) -> None:
    rng = random.Random(11)
    users = Users()
    with Emulated(users.answer) as api:
        table = Table(spark, tmp_path, api.url)

        def await_truth(driver: Driver) -> None:
            wait_until(lambda: table.rows() == users.names or not driver.is_running(), "the truth", PATIENCE)
            assert driver.is_running(), driver.output()

        for ending in ("killed with changes under way", "restarted", "the last one"):
            with table.start() as driver:
                await_truth(driver)
                for _ in range(3):
                    # A traversal that fails in the middle deletes nothing.
                    api.await_polls(1, PATIENCE)
                    api.fail_next(Failure.STATUS_500, 2)
                    users.change(rng)
                    if ending != "killed with changes under way":
                        await_truth(driver)
                driver.kill()
    batches = table.changes()
    applied: dict[int, str] = {}
    for change in sorted((c for batch in batches for c in batch), key=lambda c: c.version):
        assert (change.kind == "insert") == (change.id not in applied), change
        if change.name is None:
            assert change.kind == "delete", "only a delete has the key alone"
            del applied[change.id]
        else:
            assert change.kind != "delete" and applied.get(change.id) != change.name, "an update changes something"
            applied[change.id] = change.name
    assert applied == users.names
    commits = [{(c.version, c.at) for c in batch} for batch in batches]
    assert all(a.isdisjoint(b) for n, a in enumerate(commits) for b in commits[:n]), "a batch cut a commit"
    in_order = sorted({commit for batch in commits for commit in batch})
    times = [at for _, at in in_order]
    assert times == sorted(set(times)), "times rise with each commit"
    assert len({version for version, _ in in_order}) == len(in_order), "a commit has one time"
    assert {c.kind for batch in batches for c in batch} == {"insert", "update_postimage", "delete"}


@of_streams
def test_changes_are_columns_with_any_selection(spark: SparkSession, tmp_path: Path) -> None:
    users = Users()
    with Emulated(users.answer) as api:
        stream = read_rest_stream(
            spark,
            f"{api.url}/users",
            offset_type="snapshot",
            record_key="id",
            read_changes=True,
            pagination="cursor",
            next_field="next",
            page_param="after",
            streaming_interval=0.2,
        )
        assert stream.columns == ["output"], "hidden unless they are selected"
        selected = stream.select("output", "_metadata.page", "_commit_version", "_change_type")
        with collecting(selected, tmp_path / "selected") as query:
            assert {r._change_type for r in query.await_rows(11)} == {"insert"}
            del users.names[7]
            rows = query.await_rows(12)
        gone = next(r for r in rows if r._change_type == "delete")
        assert (gone.output.id, gone.output.name, gone.page) == (7, None, 3)
        assert gone._commit_version > max(r._commit_version for r in rows if r != gone)
        with collecting(stream, tmp_path / "not selected") as query:
            assert len(query.await_rows(10)) == 10


class Customers:
    """An API whose list of customers forgets deleted ones. Another URL lists these."""

    def __init__(self) -> None:
        self.names: dict[int, tuple[str, int]] = {}
        self.deleted: dict[int, int] = {}
        self.clock = 0
        self.is_down = False

    def store(self, number: int, name: str) -> None:
        self.clock += 1
        self.names[number] = (name, self.clock)

    def delete(self, number: int) -> None:
        self.clock += 1
        del self.names[number]
        self.deleted[number] = self.clock

    def answer(self, request: Request) -> Answer:
        since = int(request.query.get("since") or 0)
        if request.path == "/deleted":
            gone = [{"id": n, "deletedAt": at} for n, at in self.deleted.items() if at >= since]
            return Answer({"deletedRecords": gone, "latestDateCovered": self.clock})
        if self.is_down:
            return Answer({}, 503)
        return Answer({"data": [{"id": n, "name": s, "at": at} for n, (s, at) in self.names.items() if at >= since]})


@of_streams
def test_deletes_of_a_separate_endpoint_are_applied_by_their_time(spark: SparkSession, tmp_path: Path) -> None:
    """Over a restart, with a change that arrives after its delete, and with a customer who comes back."""
    customers = Customers()
    # What the MERGE of docs/cookbook/mirror.md keeps: by key the name, the time, and whether it is deleted.
    table: dict[int, tuple[str | None, int, bool]] = {}

    def merge(batch: DataFrame, _: int) -> None:
        for row in batch.collect():
            gone = row._change_type == "delete"
            known = table.get(row.id)
            if known is None or (row.at, gone) >= (known[1], known[2]):
                table[row.id] = (row.name, row.at, gone)

    def truth() -> bool:
        return {n: (name, at) for n, (name, at, gone) in table.items() if not gone} == customers.names

    with Emulated(customers.answer) as api:

        def start() -> StreamingQuery:
            options: dict[str, Any] = {
                "offset_type": "max_field",
                "read_changes": True,
                "streaming_interval": 0.2,
                "retry_backoff": 0.1,
            }
            changed = read_rest_stream(
                spark,
                f"{api.url}/customers?since={{at}}",
                offset_field="at",
                schema="id INT, name STRING, at BIGINT",
                **options,
            )
            deleted = read_rest_stream(
                spark,
                f"{api.url}/deleted?since={{deletedAt}}",
                offset_field="deletedAt",
                data_field="deletedRecords",
                deleted_when="id",
                schema="id INT, deletedAt BIGINT",
                **options,
            )
            both = changed.select("id", "name", "at", "_change_type").unionByName(
                deleted.select("id", col("deletedAt").alias("at"), "_change_type"), allowMissingColumns=True
            )
            return both.writeStream.foreachBatch(merge).option("checkpointLocation", str(tmp_path / "c")).start()

        for number in range(1, 6):
            customers.store(number, f"customer {number}")
        query = start()
        try:
            wait_until(truth, "the first customers", PATIENCE)
            customers.delete(2)
            wait_until(lambda: table[2][2], "the delete", PATIENCE)
            query.stop()
            # The list does not respond, so the delete arrives before the change that preceded it.
            customers.is_down = True
            customers.store(3, "renamed")
            late = customers.names[3]
            customers.delete(3)
            query = start()
            wait_until(lambda: table[3][2], "the delete before its change", PATIENCE)
            # The list is still that of the moment before the delete.
            customers.names[3] = late
            customers.is_down = False
            customers.store(2, "back again")
            wait_until(lambda: table[2][0] == "back again", "the customer who came back", PATIENCE)
            del customers.names[3]
            wait_until(truth, "the truth", PATIENCE)
            assert query.exception() is None and table[3][2], "a change that came late created the customer again"
        finally:
            query.stop()
