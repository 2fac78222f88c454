# SPDX-License-Identifier: Apache-2.0
"""A checkpoint of version 1 works forever. A checkpoint of a later version or another source is refused unchanged.

The page logs come from the Scala tests. This module writes Spark's part of the checkpoint, in the state after a kill
during a batch.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from emulated import Answer, Emulated, Request
from page_log import page_log_of, read_page_log
from pyspark.errors import StreamingQueryException
from pyspark.sql import DataFrame, Row, SparkSession

from spark_rest import read_rest_stream

GOLDEN = Path(__file__).parents[2] / "src" / "test" / "resources" / "golden"
FUTURE = GOLDEN / "future"


class Old:
    """A checkpoint with the page log of an earlier version. Its last batch is logged but not committed.

    Args:
        url: The URL of the stream, with placeholders.
        ends: The ends of the batches, as positions in the page log.
    """

    def __init__(self, checkpoint: Path, golden: str, url: str, *ends: tuple[int, int]) -> None:
        self.checkpoint = checkpoint
        self.log = page_log_of(checkpoint)
        shutil.copytree(GOLDEN / golden, self.log, ignore=shutil.ignore_patterns("offset*.json"))
        offset = json.loads((GOLDEN / golden / "offset.json").read_text())
        offset["source"]["url"] = hashlib.sha256(url.encode()).hexdigest()[:16]
        self._write("metadata", json.dumps({"id": "24a58403-bd31-4c6a-9964-8633bc443d23"}))
        for batch, (seq, record) in enumerate(ends):
            self.log_batch(batch, json.dumps(offset | {"seq": seq, "record": record}))
        for batch in range(len(ends) - 1):
            self._write(f"commits/{batch}", 'v1\n{"nextBatchWatermarkMs":0}')

    def log_batch(self, batch: int, offset: str) -> None:
        """Writes an entry of Spark's offset log."""
        about = '{"batchWatermarkMs":0,"batchTimestampMs":0,"conf":{}}'
        self._write(f"offsets/{batch}", f"v1\n{about}\n{offset.strip()}")

    def _write(self, name: str, text: str) -> None:
        path = self.checkpoint / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def files(self) -> dict[str, bytes]:
        """All files except the markers of runs, because each start claims the next run."""
        found = {p.relative_to(self.checkpoint).as_posix(): p for p in self.checkpoint.rglob("*") if p.is_file()}
        return {name: p.read_bytes() for name, p in found.items() if "/epochs/" not in name}

    def run(self, stream: DataFrame) -> list[list[Row]]:
        """Runs to the end. Returns the rows of each batch, in order."""
        got: list[list[Row]] = []
        writer = stream.writeStream.foreachBatch(lambda batch, _: got.append(batch.collect()))
        query = writer.option("checkpointLocation", str(self.checkpoint)).trigger(availableNow=True).start()
        try:
            assert query.awaitTermination(60), "it did not end by itself"
        finally:
            query.stop()
        return got


# ---- one endpoint


def dated() -> Emulated:
    """An API with one record, which is newer than the records of the golden log."""

    def answer(request: Request) -> Answer:
        since = float(request.query["since"])
        return Answer([{"id": 6, "ts": 1716840300.5}] if since < 1716840300.5 else [])

    return Emulated(answer)


def of_one(spark: SparkSession, api: Emulated, **changed: Any) -> DataFrame:
    # One text column: the records as they were received.
    options = {"offset_type": "timestamp", "offset_field": "ts", "schema": "output STRING", "streaming_interval": 0}
    given = {"url": url_of_one(api), **options, **changed}
    return read_rest_stream(spark, given.pop("url"), **given)


def url_of_one(api: Emulated) -> str:
    return f"{api.url}/data?since={{offset}}"


def test_version_1_continues(spark: SparkSession, tmp_path: Path) -> None:
    with dated() as api:
        old = Old(tmp_path, "version-1", url_of_one(api), (2, 1))
        first, *others = [[row.output for row in batch] for batch in old.run(of_one(spark, api))]
        assert first == ['{"id":1,"text":"é"}', '{"id":2}', "[3]", '"4"'], "the batch that was logged"
        assert [text for batch in others for text in batch] == ['{"id":5}', '{"id": 6, "ts": 1716840300.5}']
        assert api.requests[0].query["since"] == "1716840199.5", "the state of the newest manifest"
    read_page_log(old.log).must_be_clean()


REFUSED = {
    "a future manifest": ("manifests/00000000000000000002.json", "manifest.json"),
    "future states": ("states/00000000000000000001.json", "states.json"),
    "a future note": ("last-poll.json", "last-poll.json"),
}


@pytest.mark.parametrize(("name", "file"), REFUSED.values(), ids=REFUSED.keys())
def test_a_page_log_of_a_later_version_is_refused(spark: SparkSession, tmp_path: Path, name: str, file: str) -> None:
    with dated() as api:
        old = Old(tmp_path, "version-1", url_of_one(api), (2, 1))
        (old.log / name).parent.mkdir(exist_ok=True)
        shutil.copy(FUTURE / file, old.log / name)
        must_refuse(old, of_one(spark, api), r"\[REST_CHECKPOINT_UNREADABLE\].*version 4.*up to")
        assert not api.requests


def test_a_page_file_of_a_later_version_is_refused(spark: SparkSession, tmp_path: Path) -> None:
    """The batch that reads the file finds the problem, while polls continue.

    So the run leaves notes, but the records stay.
    """
    with dated() as api:
        old = Old(tmp_path, "version-1", url_of_one(api), (2, 1))
        name = json.loads((old.log / f"manifests/{1:020}.json").read_text())["file"]["name"]
        shutil.copy(FUTURE / "pages.ndjson", old.log / "pages" / name)
        before = old.files()
        for _ in range(2):
            with pytest.raises(StreamingQueryException, match=r"\[REST_CHECKPOINT_UNREADABLE\].*version 3.*up to"):
                old.run(of_one(spark, api))
        after = old.files()
        kept = {n: b for n, b in before.items() if "/pages/" in n or "/manifests/" in n}
        assert len(kept) == 4 and {n: after.get(n) for n in kept} == kept, (
            "the run changed a file that it could not read"
        )
        assert not list((tmp_path / "commits").glob("[0-9]*"))


def test_an_offset_of_a_later_version_is_refused(spark: SparkSession, tmp_path: Path) -> None:
    with dated() as api:
        old = Old(tmp_path, "version-1", url_of_one(api), (2, 1))
        old.log_batch(0, (FUTURE / "offset.json").read_text())
        must_refuse(old, of_one(spark, api), r"\[REST_CHECKPOINT_UNREADABLE\].*version 3.*up to")
        assert not api.requests


@pytest.mark.parametrize(
    ("option", "value", "name"),
    [
        ("url", "http://127.0.0.1:1/other?since={offset}", "url"),
        ("offset_field", "id", "offsetField"),
        ("offset_type", "max_field", "offsetType"),
    ],
)
def test_each_change_of_the_source_is_refused(
    spark: SparkSession, tmp_path: Path, option: str, value: str, name: str
) -> None:
    with dated() as api:
        old = Old(tmp_path, "version-1", url_of_one(api), (2, 1))
        changed = of_one(spark, api, **{option: value})
        must_refuse(old, changed, rf"\[REST_SOURCE_CHANGED\] The checkpoint was made with another {name}\.")
        assert not api.requests
        assert len(old.run(of_one(spark, api))) > 1, "with the option put back it goes on"


def must_refuse(old: Old, stream: DataFrame, message: str) -> None:
    before = old.files()
    with pytest.raises(StreamingQueryException, match=message):
        old.run(stream)
    assert old.files() == before, "the run changed a file that it could not read"


# ---- several endpoints


def test_version_1_with_endpoints_continues(spark: SparkSession, tmp_path: Path) -> None:
    newest = {"a": 19, "b": 4, "idle": 3}
    requested: dict[str, list[int]] = {shop: [] for shop in newest}

    def answer(request: Request) -> Answer:
        shop, first = request.path.rpartition("/")[2], int(request.query["from"])
        requested[shop].append(first)
        return Answer([{"id": n} for n in range(first, newest[shop] + 1)])

    with Emulated(answer) as api:
        url = f"{api.url}/shops/{{shop}}?from={{id}}"
        old = Old(tmp_path, "version-1-endpoints", url, (12, 1), (13, 4))
        stream = read_rest_stream(
            spark,
            url,
            offset_type="incremental",
            offset_field="id",
            schema="shop STRING, rank BIGINT, output STRUCT<id BIGINT>",
            streaming_interval=0,
            # Neither the order of the rows nor the order of the columns identifies an endpoint.
            input_data=[{"rank": 2, "shop": "b"}, {"shop": "a", "rank": 0}, {"shop": "idle", "rank": 1}],
        )
        first, *others = [[(r.shop, r.rank, r.output.id) for r in batch] for batch in old.run(stream)]
    assert first == [("b", 2, 2), ("b", 2, 3), ("b", 2, 4), ("a", 0, 16)], "the batch that was logged"
    rest = [row for batch in others for row in batch]
    assert rest[:2] == [("a", 0, 17), ("a", 0, 18)], "received records that are not in a batch yet"
    assert sorted(rest[2:]) == [("a", 0, 19), ("idle", 1, 3)]
    assert {shop: first for shop, (first, *_) in requested.items()} == {"a": 19, "b": 5, "idle": 3}
    read_page_log(old.log).must_be_clean()
