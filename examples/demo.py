# SPDX-License-Identifier: Apache-2.0
"""Streams the bundled demo API into Parquet and checks that each event arrived exactly once. `make demo` runs it."""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.streaming.query import StreamingQuery

from spark_rest import configure, demo_api, read_rest_stream

EVENTS = 600
TIME_LIMIT_S = 90
# The stream continues to poll after the last event, because a repeated event would come then.
QUIET_S = 2


def main() -> int:
    with (
        demo_api(backlog=250, total=EVENTS) as api,
        tempfile.TemporaryDirectory(prefix="spark-rest-demo-") as folder,
    ):
        print(f"demo API: {api.url}/events")
        spark = quiet_spark(folder)
        try:
            events = read_rest_stream(
                spark,
                api.url + "/events?after={next_cursor}&limit=100",
                offset_type="cursor",
                offset_field="next_cursor",
                data_field="events",
                streaming_interval=0.5,
                batch_size=100,
            )
            query = (
                events.writeStream.format("parquet")
                .option("checkpointLocation", f"{folder}/checkpoint")
                .start(f"{folder}/events")
            )
            try:
                in_time = follow(query, spark, f"{folder}/events")
            finally:
                query.stop()
            return report(sent_ids(api.url), received_ids(parquet(spark, f"{folder}/events")), in_time)
        finally:
            spark.stop()


def quiet_spark(folder: str) -> SparkSession:
    """A local session that logs errors only."""
    log4j = Path(folder, "log4j2.properties")
    log4j.write_text(
        # With the level error, Spark would print a message about its shell's level.
        "rootLogger.level = warn\n"
        "rootLogger.appenderRef.stderr.ref = stderr\n"
        "appender.stderr.type = Console\n"
        "appender.stderr.name = stderr\n"
        "appender.stderr.target = SYSTEM_ERR\n"
        "appender.stderr.filter.threshold.type = ThresholdFilter\n"
        "appender.stderr.filter.threshold.level = error\n"
        "appender.stderr.layout.type = PatternLayout\n"
        "appender.stderr.layout.pattern = %p %c{1}: %m%n\n"
    )
    builder = (
        SparkSession.builder.master("local[2]")
        .appName("spark-rest demo")
        .config("spark.driver.extraJavaOptions", f"-Dlog4j2.configurationFile={log4j.as_uri()}")
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.sql.shuffle.partitions", "2")
    )
    return configure(builder, fast_checkpoints=True).getOrCreate()


def follow(query: StreamingQuery, spark: SparkSession, path: str) -> bool:
    """Prints each batch until all events have come and no other event follows. Returns False if this takes too long."""
    received, batch, moved = 0, -1, time.monotonic()
    deadline = moved + TIME_LIMIT_S
    while query.isActive and time.monotonic() < deadline:
        for progress in query.recentProgress:
            if progress["batchId"] > batch and progress["numInputRows"] > 0:
                batch, moved = progress["batchId"], time.monotonic()
                received += progress["numInputRows"]
                print(f"batch {batch}: {progress['numInputRows']} events, {received} in all; offset {offset(progress)}")
                print_two(parquet(spark, path), received)
        if received >= EVENTS and time.monotonic() - moved > QUIET_S:
            return True
        time.sleep(0.2)
    if query.exception() is not None:
        print(query.exception(), file=sys.stderr)
    return False


def offset(progress: Any) -> str:
    """The offset in the checkpoint, without the part that never changes."""
    # The offset is a dict in Spark 3.5, and JSON or the text of a dict in Spark 4.
    end = str(progress["sources"][0]["endOffset"])
    return end.translate(str.maketrans("", "", "\"' {}")).partition(",source")[0].replace(",", ", ")


def print_two(events: DataFrame, received: int) -> None:
    """Prints the last two of the first `received` events. The folder may already contain more."""
    for row in events.select("output.*").orderBy("id").offset(max(0, received - 2)).limit(2).collect():
        print(f"    {row.id}  {row.created_at}  {row.type:16}  {row.actor.login}")


def parquet(spark: SparkSession, path: str) -> DataFrame:
    return spark.read.parquet(path)


def received_ids(events: DataFrame) -> list[str]:
    return [row.id for row in events.select("output.id").collect()]


def sent_ids(api: str) -> list[str]:
    """The ids of all events, requested from the API directly."""
    ids: list[str] = []
    cursor, more = "", True
    while more:
        with urlopen(f"{api}/events?after={cursor}&limit=1000") as response:
            page = json.load(response)
        ids += [event["id"] for event in page["events"]]
        cursor, more = page["next_cursor"], page["has_more"]
    return ids


def report(sent: list[str], received: list[str], in_time: bool) -> int:
    """Prints the last line. Returns 0 if each event was received once and in time."""
    lost = len(set(sent) - set(received))
    repeated = len(received) - len(set(received))
    print(f"demo: the API sent {len(sent)} records; received {len(received)}, lost {lost}, repeated {repeated}")
    return 0 if in_time and lost == 0 and repeated == 0 and len(sent) == EVENTS else 1


if __name__ == "__main__":
    sys.exit(main())
