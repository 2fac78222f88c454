# SPDX-License-Identifier: Apache-2.0
"""Each recipe of the cookbook against an emulator of its API: complete and without duplicates, over a restart."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from emulated import Emulated
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.streaming.query import StreamingQuery
from vendors.recipe import COOKBOOK, pages, read_recipe
from vendors.table import VENDORS
from vendors.vendor import Vendor
from waiting import wait_until

# A failed poll fails the test, unless the vendor refuses some requests on purpose.
IN_TESTS: dict[str, object] = {
    "infer_schema": False,
    "schema": None,
    "streaming_interval": 0.1,
    "retry_backoff": 0.1,
    "on_error": "fail",
}
DEADLINE = 60.0


@pytest.mark.parametrize("page", VENDORS)
def test_a_recipe_is_complete_and_repeats_nothing(spark: SparkSession, tmp_path: Path, page: str) -> None:
    make, smaller = VENDORS[page]
    vendor = make()
    recipe = read_recipe(page)
    delivered: dict[int, list[str]] = {}
    with Emulated(vendor.answer) as api:

        def stream() -> DataFrame:
            return recipe.stream(spark, api.url, **{**IN_TESTS, **smaller})

        with delivering(stream(), tmp_path / "checkpoint", delivered) as query:
            await_delivery(query, api, vendor, delivered)
            vendor.new_and_changed()
            await_delivery(query, api, vendor, delivered)
        vendor.new_and_changed()
        with delivering(stream(), tmp_path / "checkpoint", delivered) as query:
            await_delivery(query, api, vendor, delivered)
    assert not vendor.refusals, f"requests that the vendor refuses: {vendor.refusals[:3]}"


def test_each_page_has_a_test_and_is_in_the_index() -> None:
    assert pages() == sorted(VENDORS)
    index = (COOKBOOK / "index.md").read_text()
    assert [page for page in pages() if f"]({page}.md)" not in index] == []


@contextmanager
def delivering(stream: DataFrame, checkpoint: Path, into: dict[int, list[str]]) -> Iterator[StreamingQuery]:
    """Rows by batch number. A batch that runs again replaces its rows, as in any idempotent sink."""

    def keep(batch: DataFrame, number: int) -> None:
        into[number] = [row.output for row in batch.collect()]

    query = stream.writeStream.foreachBatch(keep).option("checkpointLocation", str(checkpoint)).start()
    try:
        yield query
    finally:
        query.stop()


def await_delivery(query: StreamingQuery, api: Emulated, vendor: Vendor, delivered: dict[int, list[str]]) -> None:
    """Waits for all expected rows, and some further polls to catch duplicates."""
    expected = Counter(map(canonical, vendor.expected()))

    def rows() -> list[str]:
        error = query.exception()
        if error:
            raise AssertionError(f"{error}\nlast requests: {last_requests(api)}\nrefusals: {vendor.refusals[-3:]}")
        return [row for batch in list(delivered.values()) for row in batch]

    try:
        wait_until(lambda: len(rows()) >= expected.total(), f"{expected.total()} records", DEADLINE)
        api.await_polls(4, DEADLINE)
        query.processAllAvailable()
    except TimeoutError as e:
        missing = expected - Counter(canonical(json.loads(row)) for row in rows())
        raise AssertionError(
            f"{e}\nmissing: {missing}\nrequests: {last_requests(api)}\nrefused: {vendor.refusals[-3:]}"
        ) from e
    got = Counter(canonical(json.loads(row)) for row in rows())
    assert got == expected, f"too many: {got - expected}\nmissing: {expected - got}\nrequests: {last_requests(api)}"


def last_requests(api: Emulated) -> str:
    return "\n  ".join(["", *(str(request) for request in api.requests[-30:])])


def canonical(record: Any) -> str:
    return json.dumps(record, sort_keys=True)
