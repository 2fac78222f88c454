# SPDX-License-Identifier: Apache-2.0
"""The three shapes of a response, from the requirements."""

from apis import always
from collected import collecting
from pyspark.sql import SparkSession

from spark_rest import read_rest_stream


def test_a_root_array_is_read(spark: SparkSession) -> None:
    with always([{"id": 1, "data": "..."}, {"id": 2, "data": "..."}]) as api:
        stream = read_rest_stream(spark, f"{api.url}/data?from={{id}}", offset_type="incremental", offset_field="id")
        with collecting(stream.select("output.id", "output.data")) as got:
            assert sorted(tuple(r) for r in got.await_rows(2)) == [(1, "..."), (2, "...")]


def test_an_array_in_a_field_is_read(spark: SparkSession) -> None:
    with always({"data": [{"id": 1, "data": "..."}, {"id": 2, "data": "..."}], "timestamp": 1234567890}) as api:
        stream = read_rest_stream(
            spark, f"{api.url}/data?since={{timestamp}}", data_field="data", streaming_interval=0.1
        )
        with collecting(stream.select("output.id", "output.data")) as got:
            assert sorted(tuple(r) for r in got.await_rows(2)) == [(1, "..."), (2, "...")]
            api.await_requests(2)
    assert api.requests[1].query == {"since": "1234567890"}


def test_an_array_next_to_pagination_metadata_is_read(spark: SparkSession) -> None:
    with always({"items": [{"id": 1}], "next_cursor": "abc123", "has_more": True}) as api:
        stream = read_rest_stream(
            spark,
            f"{api.url}/data?cursor={{next_cursor}}",
            data_field="items",
            offset_field="next_cursor",
            offset_type="cursor",
            streaming_interval=0.1,
        )
        with collecting(stream.select("output.id")) as got:
            assert got.await_rows(1)[0].id == 1
            api.await_requests(2)
    assert api.requests[1].query == {"cursor": "abc123"}
