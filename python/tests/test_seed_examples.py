# SPDX-License-Identifier: Apache-2.0
"""The four examples of the requirements, as written: only the host differs.

Each example has two tests: as written, where the first batch starts at once, and with a short interval for the next
request.
"""

import json
from pathlib import Path

from apis import Feed, Record, clever_like, github_events, key_in_header, student, twitter_like
from collected import collecting
from emulated import Emulated
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.functions import from_json
from pyspark.sql.types import IntegerType, StringType, StructField, StructType
from waiting import wait_until

SHORT = "0.2"


# ---- Example 1: Twitter-like API


def tweets(spark: SparkSession, api: Emulated, streaming_interval: str = "30") -> DataFrame:
    return (
        spark.readStream.format("rest")
        .option("url", f"{api.url}/tweets?since={{timestamp}}")
        .option("method", "GET")
        .option("authType", "Bearer")
        .option("oauthToken", "your_token")
        .option("streaming", "true")
        .option("streamingInterval", streaming_interval)
        .option("offsetField", "timestamp")
        .option("offsetType", "timestamp")
        .option("initialOffset", "0")
        .load()
    )


def tweet(timestamp: int) -> Record:
    return {"id": timestamp * 10, "timestamp": timestamp, "text": f"tweet of {timestamp}"}


def test_tweets_into_parquet(spark: SparkSession, tmp_path: Path) -> None:
    with twitter_like(Feed(tweet(100), tweet(101))) as api:
        tweets_df = tweets(spark, api)
        query = (
            tweets_df.writeStream.format("parquet")
            .option("path", str(tmp_path / "tweets"))
            .option("checkpointLocation", str(tmp_path / "checkpoint"))
            .start()
        )
        wait_until(lambda: (tmp_path / "checkpoint" / "commits" / "0").exists(), "the first batch")
        query.stop()
        assert [r.query["since"] for r in api.requests] == ["0"]
        assert api.requests[0].headers["Authorization"] == "Bearer your_token"
    rows = spark.read.parquet(str(tmp_path / "tweets")).select("output.*").collect()
    assert sorted((r.timestamp, r.id, r.text) for r in rows) == [(t, t * 10, f"tweet of {t}") for t in (100, 101)]


def test_tweets_continue_from_the_largest_timestamp(spark: SparkSession) -> None:
    feed = Feed(tweet(100), tweet(101))
    with twitter_like(feed) as api, collecting(tweets(spark, api, SHORT).select("output.*")) as got:
        got.await_rows(2)
        feed.add(tweet(102))
        got.await_rows(3)
        api.await_polls(2)
        assert sorted(r.timestamp for r in got.rows()) == [100, 101, 102]
        assert api.requests[1].query["since"] == "101"
        assert api.requests[-1].query["since"] == "102"


# ---- Example 2: Clever API


def students(spark: SparkSession, api: Emulated, streaming_interval: str = "60") -> DataFrame:
    return (
        spark.readStream.format("rest")
        .option("url", f"{api.url}/v3.0/users?role=student&starting_after={{last_id}}")
        .option("method", "GET")
        .option("authType", "Bearer")
        .option("oauthToken", "your_clever_token")
        .option("streaming", "true")
        .option("streamingInterval", streaming_interval)
        .option("offsetField", "last_id")
        .option("offsetType", "cursor")
        .option("dataField", "data")
        .load()
    )


def test_students_into_files(spark: SparkSession, tmp_path: Path) -> None:
    """The requirements write to Delta Lake. `test_delta.py` does that, on the Spark version that Delta supports."""
    with clever_like(Feed(student(1), student(2), student(3))) as api:
        students_df = students(spark, api)
        query = (
            students_df.writeStream.format("parquet")
            .option("checkpointLocation", str(tmp_path / "clever_checkpoint"))
            .start(str(tmp_path / "students"))
        )
        wait_until(lambda: (tmp_path / "clever_checkpoint" / "commits" / "0").exists(), "the first batch")
        query.stop()
        assert api.requests[0].path == "/v3.0/users"
        assert api.requests[0].query == {"role": "student"}
        assert api.requests[0].headers["Authorization"] == "Bearer your_clever_token"
    rows = spark.read.parquet(str(tmp_path / "students")).select("output.id", "output.name.first").collect()
    assert sorted(tuple(r) for r in rows) == [("5f0001", "Student 1"), ("5f0002", "Student 2")]


def test_students_page_by_page_and_then_new_ones(spark: SparkSession) -> None:
    feed = Feed(*(student(n) for n in (1, 2, 3)))
    with clever_like(feed) as api, collecting(students(spark, api, SHORT).select("output.id")) as got:
        got.await_rows(3)
        api.await_polls(3)
        feed.add(student(4))
        got.await_rows(4)
        api.await_polls(3)
        assert sorted(r.id for r in got.rows()) == ["5f0001", "5f0002", "5f0003", "5f0004"]
        cursors = [r.query.get("starting_after") for r in api.requests]
        assert cursors[:3] == [None, "5f0002", "5f0003"]
        # At the end the API returns no id, so the last id stays in use.
        assert set(cursors[3:]) == {"5f0003", "5f0004"}
        assert cursors[-1] == "5f0004"


# ---- Example 3: GitHub API


def events(spark: SparkSession, api: Emulated, streaming_interval: str = "60") -> DataFrame:
    return (
        spark.readStream.format("rest")
        .option("url", f"{api.url}/events?per_page=100")
        .option("method", "GET")
        .option("authType", "Bearer")
        .option("oauthToken", "ghp_...")
        .option("streaming", "true")
        .option("streamingInterval", streaming_interval)
        .option("offsetField", "id")
        .option("offsetType", "incremental")
        .load()
    )


def event(number: int) -> Record:
    # The ids cross a power of ten. As text, 9… would be larger than 10….
    kind = "PushEvent" if number % 2 else "WatchEvent"
    return {"id": str(9_999_999_950 + number), "type": kind, "actor": {"login": "octocat"}, "public": True}


def test_github_push_events_to_the_console(spark: SparkSession) -> None:
    with github_events(Feed(*(event(n) for n in range(80)))) as api:
        events_df = events(spark, api)
        filtered = events_df.filter("output.type = 'PushEvent'")
        query = filtered.writeStream.format("console").option("truncate", False).start()
        wait_until(lambda: any(p["numInputRows"] for p in query.recentProgress), "the first batch")
        query.stop()
        assert query.exception() is None
        assert [p["numInputRows"] for p in query.recentProgress if p["numInputRows"]] == [80]
        assert api.requests[0].query == {"per_page": "100"}
        assert api.requests[0].headers["Authorization"] == "Bearer ghp_..."


def test_github_events_come_once(spark: SparkSession) -> None:
    feed = Feed(*(event(n) for n in range(80)))
    with github_events(feed) as api:
        pushes = events(spark, api, SHORT).filter("output.type = 'PushEvent'").select("output.id")
        with collecting(pushes) as got:
            got.await_rows(40)
            feed.add(*(event(n) for n in range(80, 110)))
            got.await_rows(55)
            api.await_polls(2)
            assert sorted(r.id for r in got.rows()) == sorted(event(n)["id"] for n in range(1, 110, 2))
            assert {tuple(r.query.items()) for r in api.requests} == {(("per_page", "100"),)}


# ---- Example 4: REST API with custom headers


def stream(spark: SparkSession, api: Emulated, streaming_interval: str = "15") -> DataFrame:
    custom_headers = json.dumps({"X-API-Key": "your_key", "X-Custom-Header": "value"})

    return (
        spark.readStream.format("rest")
        .option("url", f"{api.url}/stream?after={{cursor}}")
        .option("method", "GET")
        .option("headers", custom_headers)
        .option("streaming", "true")
        .option("streamingInterval", streaming_interval)
        .option("offsetField", "cursor")
        .option("offsetType", "cursor")
        .load()
    )


def numbered(n: int) -> Record:
    return {"n": n, "text": f"record {n}"}


def test_custom_headers_to_the_console(spark: SparkSession) -> None:
    with key_in_header(Feed(numbered(1), numbered(2))) as api:
        data_df = stream(spark, api)
        query = data_df.writeStream.format("console").start()
        wait_until(lambda: any(p["numInputRows"] for p in query.recentProgress), "the first batch")
        query.stop()
        assert query.exception() is None
        assert [p["numInputRows"] for p in query.recentProgress if p["numInputRows"]] == [2]
        assert api.requests[0].headers["X-API-Key"] == "your_key"
        assert api.requests[0].headers["X-Custom-Header"] == "value"
        assert api.requests[0].headers["Authorization"] is None


def test_custom_headers_with_every_request(spark: SparkSession) -> None:
    with key_in_header(Feed(*(numbered(n) for n in (1, 2, 3)))) as api:
        with collecting(stream(spark, api, SHORT).select("output.n")) as got:
            got.await_rows(3)
            api.await_polls(2)
            assert sorted(r.n for r in got.rows()) == [1, 2, 3]
        assert [r.query.get("after") for r in api.requests][:3] == [None, "c-2", "c-3"]
        assert {r.headers["X-API-Key"] for r in api.requests} == {"your_key"}


# ---- Schema issues


def test_from_json_of_the_output_column(spark: SparkSession) -> None:
    """As written, with one additional option that keeps the record's text."""
    feed = Feed({"timestamp": 1, "id": 7, "name": "Ada"}, {"timestamp": 2, "id": 8, "name": "Grace"})
    with twitter_like(feed) as api:
        df = (
            spark.readStream.format("rest")
            .option("url", f"{api.url}/data?since={{timestamp}}")
            .option("authType", "Bearer")
            .option("oauthToken", "your_token")
            .option("inferSchema", "false")
            .load()
        )

        # Define your schema
        schema = StructType([StructField("id", IntegerType()), StructField("name", StringType())])

        # Parse output column
        parsed = df.select(from_json("output", schema).alias("data"))
        expanded = parsed.select("data.*")

        with collecting(expanded) as got:
            assert sorted(tuple(r) for r in got.await_rows(2)) == [(7, "Ada"), (8, "Grace")]
