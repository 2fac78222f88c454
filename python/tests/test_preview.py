# SPDX-License-Identifier: Apache-2.0
"""The findings of `preview`. The call that it prints streams all records, each once."""

from __future__ import annotations

import inspect
import subprocess
import sys

import pytest
from apis import Feed, twitter_like
from collected import collecting
from emulated import Answer, Emulated
from previewed import RECORDS, changes, deaf, ids_above, newest_first, states
from pyspark.errors import IllegalArgumentException
from pyspark.sql import DataFrame, SparkSession
from vendors.recipe import read_recipe
from vendors.table import VENDORS

from spark_rest import Bearer, Preview, preview, read_rest, read_rest_stream
from spark_rest._option_text import camel_case

COMMAND = [sys.executable, "-m", "spark_rest", "preview"]


def pasted(spark: SparkSession, found: Preview, **changed: object) -> DataFrame:
    """The call as a user would paste it, with a short interval."""
    names: dict[str, object] = {"spark": spark, "read_rest_stream": read_rest_stream, "changed": changed}
    call = found.call.removesuffix(")") + "    **changed,\n)"
    frame = eval(call, names)
    assert isinstance(frame, DataFrame)
    return frame


def must_stream_all(spark: SparkSession, found: Preview, records: int = len(RECORDS), **changed: object) -> None:
    with collecting(pasted(spark, found, **changed)) as got:
        rows = got.await_rows(records)
        assert len({str(r.output) for r in rows}) == len(rows) == records


def test_preview_finds_a_time_of_change_with_an_inclusive_bound(spark: SparkSession) -> None:
    with changes() as api:
        found = preview(spark, f"{api.url}/items?since={{updated_at}}")
        assert len(api.requests) == 3
        assert [o["field"] for o in found.report["offsets"][:2]] == ["updated_at", "id"]
        assert found.report["offsets"][0] | {"order": "asc", "offsetType": "max_field"} == found.report["offsets"][0]
        assert found.report["bound"] == "inclusive"
        assert found.report["pagination"] == "link" and found.report["newOnSecondPage"] == 20
        assert found.report["records"] == {"count": 20, "dataField": "items"}
        assert found.report["limits"] == {"x-ratelimit-remaining": "58"}
        assert "updated_at STRING" in found.report["schema"]
        assert "items (20), labels (1)" in found.text
        for argument in ('data_field="items"', 'offset_type="max_field"', 'pagination="link"'):
            assert argument in found.call
        assert str(found) == repr(found) == found.text
        assert found.call.replace("\n", "\n  ") in found.text
        must_stream_all(spark, found, streaming_interval=0.1)


def test_preview_finds_ids_with_an_exclusive_bound(spark: SparkSession) -> None:
    """The maximum plus 1 would skip a record, so the call must set the option."""
    with ids_above() as api:
        found = preview(spark, f"{api.url}/items?after={{id}}")
        assert found.report["bound"] == "exclusive"
        assert found.report["pagination"] == "cursor" and found.report["nextField"] == "next_cursor"
        assert found.report["newOnSecondPage"] == 20
        assert 'boundary="exclusive"' in found.call and 'offset_type="incremental"' in found.call
        must_stream_all(spark, found, streaming_interval=0.1)


def test_preview_finds_a_feed_without_a_parameter(spark: SparkSession) -> None:
    with newest_first() as api:
        found = preview(spark, f"{api.url}/events")
        assert len(api.requests) == 1
        assert "newest first" in found.text
        assert "The URL has no placeholder" in found.text
        assert 'offset_type="incremental"' in found.call and "streaming_interval=30" in found.call
        must_stream_all(spark, preview(spark, f"{api.url}/events", streaming_interval=0.2))


def test_preview_finds_a_snapshot(spark: SparkSession) -> None:
    with states() as api:
        found = preview(spark, f"{api.url}/doors", streaming_interval=0.2)
        assert 'offset_type="snapshot"' in found.call and 'record_key="name"' in found.call
        must_stream_all(spark, found, records=5)


def test_preview_reports_a_parameter_without_effect(spark: SparkSession) -> None:
    with deaf() as api:
        found = preview(spark, f"{api.url}/items?since={{updated_at}}")
        assert found.report["bound"] == "ignored"
        assert "had no visible effect" in found.text
        assert "20 records is a round number" in found.text


def test_no_secret_is_shown(spark: SparkSession) -> None:
    def echo(request: object) -> Answer:
        return Answer([{"id": 1, "echo": "tell-nobody-4711"}], headers={"X-Echo": "Bearer tell-nobody-4711"})

    with Emulated(echo) as api:
        found = preview(
            spark,
            f"{api.url}/items?api_key=tell-nobody-4712",
            auth=Bearer("tell-nobody-4711"),
            headers={"X-Custom": "tell-nobody-4713"},
        )
    assert "tell-nobody" not in found.text + found.call + str(found.report)
    assert 'oauth_token="***"' in found.call


def test_errors_are_the_errors_of_the_source(spark: SparkSession) -> None:
    with twitter_like(Feed({"timestamp": 1})) as api:
        with pytest.raises(IllegalArgumentException, match=r"^\[REST_API_REFUSED\].*401"):
            preview(spark, f"{api.url}/tweets?since={{timestamp}}", auth=Bearer("another"))
        with pytest.raises(IllegalArgumentException, match=r"^\[REST_INVALID_OPTIONS\]") as wrong:
            preview(spark, f"{api.url}/tweets", order="upwards", ofset_field="x")
    assert "order: " in str(wrong.value) and "offsetField" in str(wrong.value)


@pytest.mark.parametrize("page", VENDORS)
def test_an_api_of_the_cookbook(spark: SparkSession, page: str) -> None:
    """`preview` can look at any API, with three requests and a token request. The records of a job come much later."""
    make, smaller = VENDORS[page]
    with Emulated(make().answer) as api:
        recipe = read_recipe(page).moved(api.url)
        options = {**recipe.options, **smaller, "schema": None}
        if "job_done_when" in options:
            with pytest.raises(IllegalArgumentException, match="known only when it is done"):
                preview(spark, recipe.url, **options)
            return
        found = preview(spark, recipe.url, **options)
        assert len(api.requests) <= 4
    assert found.report["records"]["count"] > 0 or "no record" in found.text
    assert found.call.startswith("read_rest_stream(")


def test_each_argument_has_its_python_name() -> None:
    for function in (read_rest_stream, read_rest):
        source = inspect.getsource(function)
        for name in inspect.signature(function).parameters:
            if f": {name},\n" in source:
                assert f'"{camel_case(name)}": {name},\n' in source


def test_the_command_prints_the_call_and_reports_wrong_options() -> None:
    with changes() as api:
        ran = subprocess.run(
            [*COMMAND, f"{api.url}/items?since={{updated_at}}", "--data-field", "labels", "--order=asc"],
            capture_output=True,
            text=True,
            check=True,
            timeout=120,
        )
        wrong = subprocess.run(
            [*COMMAND, f"{api.url}/items", "--offset-typ", "cursor"],
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
    assert 'data_field="labels",' in ran.stdout and 'order="asc",' in ran.stdout
    assert "1, in labels" in ran.stdout
    assert wrong.returncode == 1 and wrong.stdout == ""
    assert "the nearest known name is offsetType" in wrong.stderr and "Traceback" not in wrong.stderr
