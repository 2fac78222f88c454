# SPDX-License-Identifier: Apache-2.0
"""Sources with a `name()`, which decides where Spark keeps the page log: naming, adding, removing and renaming."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from apis import Feed, ids_from
from emulated import Emulated
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.streaming.readwriter import DataStreamReader

from spark_rest._commands import _tool

if not hasattr(DataStreamReader, "name"):
    pytest.skip("sources have names since Spark 4.2", allow_module_level=True)

EVOLUTION = "spark.sql.streaming.queryEvolution.enableSourceEvolution"
OFFSET_LOG = "spark.sql.streaming.offsetLog.formatVersion"


class Union:
    """A query over several sources, which a test changes between runs."""

    def __init__(self, spark: SparkSession, folder: Path) -> None:
        self.spark, self.folder = spark, folder

    def run(self, *sources: DataFrame) -> None:
        """Receives all records of the APIs."""
        union = sources[0]
        for source in sources[1:]:
            union = union.unionByName(source)
        writer = union.writeStream.format("json").option("checkpointLocation", str(self.folder / "checkpoint"))
        writer.trigger(availableNow=True).start(str(self.folder / "rows")).awaitTermination()

    def names(self) -> list[str]:
        """The names of the received records, including duplicates."""
        files = (self.folder / "rows").glob("*.json")
        return sorted(json.loads(line)["name"] for file in files for line in file.read_text().splitlines())


@pytest.fixture
def query(spark: SparkSession, tmp_path: Path) -> Iterator[Union]:
    """A query with source evolution. Adding and removing sources needs the second format of the offset log."""
    spark.conf.set(EVOLUTION, "true")
    spark.conf.set(OFFSET_LOG, "2")
    yield Union(spark, tmp_path)
    spark.conf.unset(EVOLUTION)
    spark.conf.unset(OFFSET_LOG)


@pytest.fixture
def apis() -> Iterator[tuple[Emulated, Emulated]]:
    with ids_from(Feed(*records("a", 1, 2))) as a, ids_from(Feed(*records("b", 1, 2))) as b:
        yield a, b


def records(name: str, *ids: int) -> list[dict[str, object]]:
    return [{"id": n, "name": f"{name}{n}"} for n in ids]


def source(spark: SparkSession, api: Emulated, name: str | None = None, **options: str) -> DataFrame:
    reader = spark.readStream.format("rest").schema("id BIGINT, name STRING")
    reader = reader.options(
        url=f"{api.url}/data?start_id={{id}}",
        offsetType="incremental",
        offsetField="id",
        streamingInterval="0.1",
        **options,
    )
    return (reader if name is None else reader.name(name)).load()


def test_sources_come_go_and_come_again(query: Union, spark: SparkSession) -> None:
    feed_a, feed_b = Feed(*records("a", 1, 2)), Feed(*records("b", 1, 2))
    with ids_from(feed_a) as a, ids_from(feed_b) as b:
        query.run(source(spark, a, "x"))
        feed_a.add(*records("a", 3))
        # The new source comes before the existing source.
        query.run(source(spark, b, "y"), source(spark, a, "x"))
        assert query.names() == ["a1", "a2", "a3", "b1", "b2"]
        feed_a.add(*records("a", 4))
        feed_b.add(*records("b", 3))
        query.run(source(spark, a, "x"))
        assert query.names() == ["a1", "a2", "a3", "a4", "b1", "b2"]
        query.run(source(spark, b, "y"), source(spark, a, "x"))
    assert query.names() == ["a1", "a2", "a3", "a4", "b1", "b2", "b3"]


def test_two_sources_of_the_same_url_are_separate(
    query: Union, spark: SparkSession, apis: tuple[Emulated, Emulated]
) -> None:
    """They may differ in `params`, so the second source is not another name of the first."""
    query.run(source(spark, apis[0], "x", params='{"shop": "1"}'))
    query.run(source(spark, apis[0], "y", params='{"shop": "2"}'), source(spark, apis[0], "x", params='{"shop": "1"}'))
    assert query.names() == ["a1", "a1", "a2", "a2"]


def test_the_offsets_command_knows_sources_by_name(
    query: Union, spark: SparkSession, apis: tuple[Emulated, Emulated]
) -> None:
    query.run(source(spark, apis[1], "y"), source(spark, apis[0], "x"))
    tool = _tool(spark, str(query.folder / "checkpoint"), "")
    text = tool.text()
    assert "source x: page log" in text and "Page log of source y:" in text
    with pytest.raises(
        Exception, match=r"The query has several sources of format rest. Use one of these sources: x, y"
    ):
        tool.setPlan("", "main", "2")
    tool.set("x", "main", "1")
    query.run(source(spark, apis[1], "y"), source(spark, apis[0], "x"))
    assert query.names() == ["a1", "a2", "a2", "b1", "b2"]


def test_another_name_for_a_source_is_refused(
    query: Union, spark: SparkSession, apis: tuple[Emulated, Emulated]
) -> None:
    query.run(source(spark, apis[0], "x"))
    with pytest.raises(Exception, match=r'\[REST_SOURCE_MOVED\] The source z is new .* Use \.name\("x"\) to continue'):
        query.run(source(spark, apis[1], "y"), source(spark, apis[0], "z"))
    query.run(source(spark, apis[1], "y"), source(spark, apis[0], "x"))
    assert query.names() == ["a1", "a2", "b1", "b2"]


def test_a_name_for_an_existing_stream_is_refused(
    query: Union, spark: SparkSession, apis: tuple[Emulated, Emulated]
) -> None:
    """With the default format of the offset log. Spark 4.3 refuses the name without the connector."""
    spark.conf.unset(OFFSET_LOG)
    spark.conf.set(EVOLUTION, "false")
    query.run(source(spark, apis[0]))
    spark.conf.set(EVOLUTION, "true")
    with pytest.raises(Exception, match=r"CANNOT_ENABLE_ON_EXISTING_CHECKPOINT|REST_SOURCE_MOVED"):
        query.run(source(spark, apis[0], "x"))
    spark.conf.set(EVOLUTION, "false")
    query.run(source(spark, apis[0]))
    assert query.names() == ["a1", "a2"]


@pytest.mark.parametrize("page_log", [None, "pages"])
def test_a_name_that_moves_the_page_log_is_refused(
    query: Union, spark: SparkSession, tmp_path: Path, page_log: str | None
) -> None:
    """Spark continues from its offset, but gives the source a new folder. The offset alone would repeat records."""
    spark.conf.set(EVOLUTION, "false")
    options = {"pageLogLocation": str(tmp_path / page_log)} if page_log else {}
    feed = Feed(*records("a", 1, 2))
    with ids_from(feed) as api:
        query.run(source(spark, api, **options))
        feed.add(*records("a", 3))
        spark.conf.set(EVOLUTION, "true")
        for _ in range(2):
            with pytest.raises(Exception, match=r"\[REST_SOURCE_MOVED\] Spark gave the source the folder .*/sources/x"):
                query.run(source(spark, api, "x", **options))
        # This name keeps the folder.
        query.run(source(spark, api, "0", **options))
        assert query.names() == ["a1", "a2", "a3"]
        if page_log is None:
            sources = tmp_path / "checkpoint" / "sources"
            assert sorted(p.name for p in (sources / "x").iterdir()) == ["epochs"]
            for file in (sources / "x" / "epochs").iterdir():
                file.unlink()
            (sources / "x" / "epochs").rmdir()
            (sources / "x").rmdir()
            (sources / "0").rename(sources / "x")
            feed.add(*records("a", 4))
            query.run(source(spark, api, "x"))
            assert query.names() == ["a1", "a2", "a3", "a4"]
