# SPDX-License-Identifier: Apache-2.0
"""Errors. With the API: the stream continues. With the options: `load()` reports all errors at once."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

import pytest
from apis import Feed, ids_from
from collected import Collected, batches, collecting
from emulated import Answer, Emulated, Failure
from pyspark.errors import IllegalArgumentException, StreamingQueryException
from pyspark.sql import DataFrame, SparkSession
from streams import ids_of
from waiting import wait_until

from spark_rest import read_rest_stream

INTERVAL = 0.2


def without_retries(spark: SparkSession, api: Emulated) -> DataFrame:
    """One failed request makes one failed poll."""
    return ids_of(spark, api, streaming_interval=INTERVAL, max_retries=0)


@pytest.mark.parametrize("failure", Failure)
def test_a_failure_makes_no_batch_and_keeps_the_offset(spark: SparkSession, tmp_path: Path, failure: Failure) -> None:
    feed = Feed({"id": 1}, {"id": 2})
    with ids_from(feed) as api, collecting(without_retries(spark, api), tmp_path) as got:
        got.await_rows(2)
        api.fail_next(failure, times=3)
        feed.add({"id": 3})
        wait_until(lambda: len(api.failed) == 3, "three failed polls")
        assert batches(tmp_path) == [0]
        rows = got.await_rows(3)
        assert sorted(r.id for r in rows) == [1, 2, 3]
        assert {r.query["start_id"] for r in api.failed} == {"3"}
        gaps = [b.at - a.at for a, b in zip(api.failed, api.failed[1:])]
        assert min(gaps) > INTERVAL / 2
        api.await_polls(2)
        assert len(got.rows()) == 3


@pytest.mark.parametrize("failure", Failure)
def test_a_failure_on_the_first_poll_does_not_end_the_stream(spark: SparkSession, failure: Failure) -> None:
    with ids_from(Feed({"id": 1})) as api:
        api.fail_next(failure, times=2)
        with collecting(without_retries(spark, api)) as got:
            assert [r.id for r in got.await_rows(1)] == [1]
        assert len(api.failed) == 2


def batches_shown(got: Collected) -> list[Mapping[str, Any]]:
    """The progress of each batch with rows."""
    return [progress for progress in got.query.recentProgress if progress["numInputRows"]]


@pytest.fixture
def frequent_progress(spark: SparkSession) -> Iterator[None]:
    """Without batches a query reports its progress every 10 s."""
    key = "spark.sql.streaming.noDataProgressEventInterval"
    spark.conf.set(key, "200")
    yield
    spark.conf.unset(key)


@pytest.mark.usefixtures("frequent_progress")
def test_the_last_error_is_visible_until_a_success(spark: SparkSession) -> None:
    def last_error() -> str:
        progress = got.query.lastProgress
        return progress["sources"][0]["metrics"].get("lastError", "") if progress else ""

    with ids_from(Feed({"id": 1})) as api, collecting(without_retries(spark, api)) as got:
        got.await_rows(1)
        api.fail_next(Failure.STATUS_500, times=10)
        wait_until(lambda: "[REST_API_ERROR]" in last_error(), "the error in the progress")
        wait_until(lambda: not last_error(), "a progress without an error")
        assert len(api.failed) == 10


def test_failed_polls_are_counted_in_the_metrics(spark: SparkSession) -> None:
    feed = Feed({"id": 1})
    with ids_from(feed) as api, collecting(without_retries(spark, api)) as got:
        got.await_rows(1)
        api.fail_next(Failure.STATUS_500, times=2)
        wait_until(lambda: len(api.failed) == 2, "two failed polls")
        feed.add({"id": 2})
        got.await_rows(2)
        wait_until(lambda: len(batches_shown(got)) >= 2, "the progress of the second batch")
        metrics = batches_shown(got)[-1]["sources"][0]["metrics"]
        assert metrics["failedPolls"] == "2"


def test_a_retry_within_the_poll_hides_a_short_failure(spark: SparkSession) -> None:
    with ids_from(Feed({"id": 1})) as api:
        api.fail_next(Failure.STATUS_500, times=2)
        stream = ids_of(spark, api, streaming_interval=600, retry_backoff=0.1)
        with collecting(stream) as got:
            assert len(got.await_rows(1)) == 1
        assert len(api.requests) == 3


def test_a_refusal_on_the_first_poll_fails_the_query(spark: SparkSession) -> None:
    with Emulated(lambda request: Answer({"error": "no such key"}, status=401)) as api:
        refused = pytest.raises(StreamingQueryException, match=r"\[REST_API_REFUSED\].*401")
        with collecting(without_retries(spark, api)) as got, refused:
            got.await_rows(1)


# ---- load()


def test_all_wrong_options_are_reported_together(spark: SparkSession) -> None:
    with pytest.raises(IllegalArgumentException) as caught:
        (
            spark.readStream.format("rest")
            .option("url", "https://api.example.com/data?since={since}")
            .option("streamingIntervall", "10")
            .option("batchSize", "many")
            .option("offsetType", "timestampp")
            .option("authType", "Bearer")
            .option("oauthToken", "top-secret")
            .option("headers", '{"X-API-Key": "hidden-key"')
            .load()
        )
    text = str(caught.value)
    assert text.startswith("[REST_INVALID_OPTIONS]")
    assert "streamingIntervall" in text and "nearest known name is streamingInterval" in text
    assert "batchSize" in text and '"many"' in text
    assert "offsetType" in text and "max_field" in text
    assert "headers" in text
    assert "top-secret" not in text and "hidden-key" not in text


def test_a_missing_url_is_reported(spark: SparkSession) -> None:
    with pytest.raises(IllegalArgumentException, match=r"^\[REST_INVALID_OPTIONS\][\s\S]*url") as caught:
        spark.readStream.format("rest").option("batchSize", "-1").load()
    assert "batchSize" in str(caught.value)


def test_an_unknown_placeholder_lists_the_known_ones(spark: SparkSession) -> None:
    with pytest.raises(IllegalArgumentException, match=r"^\[REST_INVALID_OPTIONS\]") as caught:
        (
            spark.readStream.format("rest")
            .option("url", "https://api.example.com/data?since={updated}")
            .option("offsetField", "updated_at")
            .load()
        )
    text = str(caught.value)
    assert "{updated}" in text and "{updated_at}" in text and "{offset}" in text


def test_a_request_that_fails_at_load_names_the_failure(spark: SparkSession) -> None:
    refused = pytest.raises(IllegalArgumentException, match=r"^\[REST_API_REFUSED\].*403")
    with Emulated(lambda request: Answer({"error": "no"}, status=403)) as api, refused:
        read_rest_stream(spark, f"{api.url}/data?since={{timestamp}}")


@pytest.mark.parametrize("offset_type", ["timestamp", "incremental", "max_field"])
def test_a_missing_offset_field_lists_the_fields_found(
    spark: SparkSession, offset_type: Literal["timestamp", "incremental", "max_field"]
) -> None:
    with Emulated(lambda request: Answer({"data": [{"name": "Ada", "changed": 1}], "total": 1})) as api:
        with pytest.raises(IllegalArgumentException, match=r"^\[REST_OFFSET_FIELD_NOT_FOUND\]") as at_load:
            read_rest_stream(spark, f"{api.url}/?a={{offset}}", offset_type=offset_type, offset_field="updated")
        stream = read_rest_stream(
            spark,
            f"{api.url}/?a={{offset}}",
            offset_type=offset_type,
            offset_field="updated",
            infer_schema=False,
            streaming_interval=0.1,
        )
        with collecting(stream) as got, pytest.raises(StreamingQueryException) as in_the_stream:
            got.await_rows(1)
    for text in (str(at_load.value), str(in_the_stream.value)):
        assert "[REST_OFFSET_FIELD_NOT_FOUND]" in text
        assert "updated" in text and "name" in text and "changed" in text


def test_a_missing_cursor_is_not_an_error(spark: SparkSession) -> None:
    with Emulated(lambda request: Answer({"data": [{"name": "Ada"}]})) as api:
        stream = read_rest_stream(
            spark,
            f"{api.url}/?a={{next}}",
            offset_type="cursor",
            offset_field="next",
            streaming_interval=0.1,
        )
        with collecting(stream.select("output.name")) as got:
            got.await_rows(1)
            api.await_polls(3)
            assert [r.name for r in got.rows()] == ["Ada"]


def test_an_empty_first_response_cannot_give_a_schema(spark: SparkSession) -> None:
    said = pytest.raises(IllegalArgumentException, match=r"^\[REST_NOTHING_TO_INFER\].*inferSchema=false")
    with Emulated(lambda request: Answer({"data": []})) as api, said:
        read_rest_stream(spark, f"{api.url}/?a={{timestamp}}")


def test_no_secret_in_the_plan_or_the_progress(spark: SparkSession, capsys: pytest.CaptureFixture[str]) -> None:
    with ids_from(Feed({"id": 1})) as api:
        stream = read_rest_stream(
            spark,
            f"{api.url}/data?start_id={{id}}&api_key=hidden-key",
            offset_type="incremental",
            offset_field="id",
            auth_type="Bearer",
            oauth_token="top-secret",
            headers={"X-Key": "another-secret"},
            schema="id BIGINT",
        )
        with collecting(stream) as got:
            got.await_rows(1)
            wait_until(lambda: got.query.lastProgress is not None, "a progress")
            got.query.explain(extended=True)
            stream.explain(extended=True)
            print(got.query.lastProgress, got.query.status)
            shown = capsys.readouterr().out
        assert api.requests[0].headers["Authorization"] == "Bearer top-secret"
    assert "MicroBatchScan" in shown and "rest http" in shown
    for secret in ("hidden-key", "top-secret", "another-secret"):
        assert secret not in shown
