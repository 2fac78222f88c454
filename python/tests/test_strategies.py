# SPDX-License-Identifier: Apache-2.0
"""The parameters of the next request by the rules of the requirements, and the delivered records."""

from __future__ import annotations

from typing import Any, Literal

import pytest
from apis import Feed, always, ids_from
from collected import collecting
from emulated import Answer, Emulated, Request
from pyspark.sql import DataFrame, SparkSession
from streams import ids_of
from waiting import wait_until

from spark_rest import read_rest_stream

OffsetType = Literal["timestamp", "cursor", "incremental", "max_field"]
STRATEGIES: dict[OffsetType, tuple[str, str, dict[str, Any], str]] = {
    "timestamp": ("since", "latest_timestamp", {"data": [{"v": 1}], "latest_timestamp": 1234567890}, "1234567890"),
    "cursor": ("cursor", "next_cursor", {"data": [{"v": 1}], "next_cursor": "abc123"}, "abc123"),
    "incremental": ("start_id", "id", {"data": [{"id": 100}, {"id": 101}]}, "102"),
    "max_field": (
        "updated_after",
        "updated_at",
        {"data": [{"updated_at": "2025-01-01"}, {"updated_at": "2024-12-31"}]},
        "2025-01-01",
    ),
}


def polling(
    spark: SparkSession, api: Emulated, strategy: OffsetType, parameter: str, field: str, placeholder: str = ""
) -> DataFrame:
    """A stream that sends its offset as a query parameter, ten times per second."""
    return read_rest_stream(
        spark,
        f"{api.url}/api/data?{parameter}={{{placeholder or field}}}",
        offset_type=strategy,
        offset_field=field,
        streaming_interval=0.1,
        infer_schema=False,
    )


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_the_next_request_carries_the_offset(spark: SparkSession, strategy: OffsetType) -> None:
    parameter, field, body, expected = STRATEGIES[strategy]
    with always(body) as api:
        stream = polling(spark, api, strategy, parameter, field)
        with collecting(stream):
            api.await_requests(3)
    first, *later = [r.query.get(parameter) for r in api.requests]
    # A parameter that only consists of an empty placeholder is left out.
    assert first == (None if strategy == "cursor" else "0")
    assert set(later) == {expected}


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_the_placeholder_has_an_alias(spark: SparkSession, strategy: OffsetType) -> None:
    parameter, field, body, expected = STRATEGIES[strategy]
    with always(body) as api:
        stream = polling(spark, api, strategy, parameter, field, placeholder="offset")
        with collecting(stream):
            api.await_requests(2)
    assert api.requests[1].query[parameter] == expected


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_a_repeated_response_delivers_nothing_new(spark: SparkSession, strategy: OffsetType) -> None:
    parameter, field, body, _ = STRATEGIES[strategy]
    records = body["data"]
    with always(body) as api:
        stream = polling(spark, api, strategy, parameter, field)
        with collecting(stream) as got:
            got.await_rows(len(records))
            api.await_polls(4)
            rows = got.rows()
    # A cursor that leads to other pages marks their records as different, even if they look the same.
    times = 2 if strategy == "cursor" else 1
    assert len(rows) == len(records) * times


def test_the_initial_offset_is_sent_first(spark: SparkSession) -> None:
    with ids_from(Feed(*({"id": n} for n in range(1, 21)))) as api:
        stream = ids_of(spark, api, initial_offset="11")
        with collecting(stream) as got:
            assert sorted(r.id for r in got.await_rows(10)) == list(range(11, 21))
    assert api.requests[0].query == {"start_id": "11"}


def test_the_initial_offset_of_a_cursor_may_be_the_empty_text(spark: SparkSession) -> None:
    """Without the option, the first request has no such parameter. Any other text is sent."""
    _, field, body, _ = STRATEGIES["cursor"]
    sent = {}
    for begin in ("", "first"):
        with always(body) as api:
            stream = read_rest_stream(
                spark,
                f"{api.url}/api/data?cursor={{{field}}}&size=2",
                offset_type="cursor",
                offset_field=field,
                initial_offset=begin,
                streaming_interval=0.1,
                schema="v BIGINT",
            )
            with collecting(stream) as got:
                got.await_rows(1)
                api.await_requests(2)
        sent[begin] = [r.query for r in api.requests[:2]]
    then = {"cursor": "abc123", "size": "2"}
    assert sent == {"": [{"size": "2"}, then], "first": [{"cursor": "first", "size": "2"}, then]}


def test_an_inclusive_timestamp_repeats_nothing(spark: SparkSession) -> None:
    """Three records share the newest second, and a fourth record of that second arrives later."""
    feed = Feed(*({"id": n, "timestamp": 500} for n in (1, 2, 3)))

    def answer(request: Request) -> Answer:
        since = int(request.query["since"])
        return Answer({"data": feed.since(lambda r: r["timestamp"] >= since)})

    with Emulated(answer) as api:
        stream = read_rest_stream(
            spark,
            f"{api.url}/data?since={{timestamp}}",
            schema="id BIGINT, timestamp BIGINT",
            streaming_interval=0.1,
        )
        with collecting(stream) as got:
            got.await_rows(3)
            api.await_polls(3)
            feed.add({"id": 4, "timestamp": 500}, {"id": 5, "timestamp": 501})
            got.await_rows(5)
            api.await_polls(3)
            assert sorted(r.id for r in got.rows()) == [1, 2, 3, 4, 5]
    assert {r.query["since"] for r in api.requests} == {"0", "500", "501"}


@pytest.mark.parametrize("at_the_end", [None, "", "absent"])
def test_a_cursor_that_ends_repeats_nothing(spark: SparkSession, at_the_end: str | None) -> None:
    """The last page contains no further cursor, and each poll requests it again."""
    feed = Feed(*({"n": n} for n in range(1, 6)))

    def answer(request: Request) -> Answer:
        start = int(request.query.get("cursor", "0"))
        found = feed.since(lambda r: r["n"] > start, 2)
        body: dict[str, Any] = {"data": found}
        if len(found) == 2:
            body["next_cursor"] = str(found[-1]["n"])
        elif at_the_end != "absent":
            body["next_cursor"] = at_the_end
        return Answer(body)

    with Emulated(answer) as api:
        stream = read_rest_stream(
            spark,
            f"{api.url}/data?cursor={{next_cursor}}",
            offset_type="cursor",
            offset_field="next_cursor",
            schema="n BIGINT",
            streaming_interval=0.1,
        )
        with collecting(stream) as got:
            got.await_rows(5)
            api.await_polls(3)
            feed.add({"n": 6})
            got.await_rows(6)
            api.await_polls(3)
            assert sorted(r.n for r in got.rows()) == [1, 2, 3, 4, 5, 6]


def test_digit_strings_are_compared_as_numbers(spark: SparkSession) -> None:
    huge = 10**30
    feed = Feed({"id": "9"}, {"id": "10"}, {"id": str(huge)})
    with always([{"id": "9"}, {"id": "10"}, {"id": str(huge)}]) as api:
        stream = read_rest_stream(
            spark,
            f"{api.url}/data?from={{id}}",
            offset_type="incremental",
            offset_field="id",
            schema="id STRING",
            streaming_interval=0.1,
        )
        with collecting(stream) as got:
            assert len(got.await_rows(3)) == len(feed.newest(10))
            api.await_polls(2)
            assert len(got.rows()) == 3
    assert api.requests[-1].query["from"] == str(huge + 1)


def test_a_page_larger_than_a_batch_is_delivered_over_several(spark: SparkSession) -> None:
    with ids_from(Feed(*({"id": n} for n in range(250)))) as api:
        stream = ids_of(spark, api, batch_size=100)
        with collecting(stream) as got:
            assert sorted(r.id for r in got.await_rows(250)) == list(range(250))

            def sizes() -> list[int]:
                return [p["numInputRows"] for p in got.query.recentProgress if p["numInputRows"]]

            # A batch is reported after its rows are readable.
            wait_until(lambda: sum(sizes()) == 250, "a report of each batch")
            assert sizes() == [100, 100, 50]
    assert len(api.requests) == 1


# ---- Authentication


def test_basic_authentication_arrives(spark: SparkSession) -> None:
    with ids_from(Feed({"id": 1})) as api:
        stream = ids_of(spark, api, auth_type="Basic", user_id="username", user_password="password")
        with collecting(stream) as got:
            got.await_rows(1)
    assert api.requests[0].headers["Authorization"] == "Basic dXNlcm5hbWU6cGFzc3dvcmQ="
