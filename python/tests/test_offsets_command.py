# SPDX-License-Identifier: Apache-2.0
"""`python -m spark_rest offsets`: its view of a checkpoint, and the query's behavior after the offsets move."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from apis import Feed, ids_from
from collected import Delivered, batches
from emulated import Answer, Emulated, Request
from pyspark.errors import IllegalArgumentException
from pyspark.sql import SparkSession
from streams import ids_of

from spark_rest import read_rest_stream
from spark_rest._commands import _tool

MORE = {"id": 31}


@pytest.fixture
def api() -> Iterator[Emulated]:
    with ids_from(Feed(*({"id": n} for n in range(1, 31))), most=10) as running:
        yield running


def run(spark: SparkSession, api: Emulated, checkpoint: Path, **options: object) -> Delivered:
    """Runs to the end, with ten records per batch."""
    got = Delivered()
    query = (
        ids_of(spark, api, batch_size=10, streaming_interval=0, retain_batches=10, **options)
        .writeStream.foreachBatch(got)
        .option("checkpointLocation", str(checkpoint))
        .trigger(availableNow=True)
        .start()
    )
    query.awaitTermination()
    return got


def command(*arguments: object, answer: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "spark_rest", "offsets", *map(str, arguments)],
        input=answer,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def backups(checkpoint: Path) -> list[Path]:
    return sorted(checkpoint.parent.glob(f"{checkpoint.name}.backup-*"))


def test_offsets_are_shown_then_rewound_after_a_yes(spark: SparkSession, tmp_path: Path, api: Emulated) -> None:
    checkpoint = tmp_path / "checkpoint"
    assert run(spark, api, checkpoint).ids == list(range(1, 31))
    shown = command(checkpoint)
    assert shown.returncode == 0, shown.stderr
    assert "batch 2: page log " in shown.stdout and 'main = "20"' in shown.stdout
    assert 'the next poll of main asks from "30"' in shown.stdout
    assert "0 records not read yet" in shown.stdout and "can be rewound to batch 0, batch 1" in shown.stdout

    refused = command(checkpoint, "--rewind", 0, answer="n\n")
    assert refused.returncode == 1 and "Nothing was changed." in refused.stderr
    assert "forgotten" in refused.stdout and "_spark_metadata" in refused.stdout
    assert batches(checkpoint) == [0, 1, 2] and not backups(checkpoint)

    rewound = command(checkpoint, "--rewind", 0, answer="y\n")
    assert rewound.returncode == 0, rewound.stderr
    [backup] = backups(checkpoint)
    assert batches(checkpoint) == [0] and batches(backup) == [0, 1, 2]
    assert (backup / "commits" / "2").exists() and str(backup) in rewound.stdout

    sent = len(api.requests)
    again = run(spark, api, checkpoint)
    assert again.batches == {1: list(range(11, 21)), 2: list(range(21, 31))}
    # The pages still existed, so the API only received requests for new records.
    assert [r.query["start_id"] for r in api.requests[sent:]] == ["31"]


def test_a_set_offset_is_requested_once(spark: SparkSession, tmp_path: Path, api: Emulated) -> None:
    checkpoint = tmp_path / "checkpoint"
    run(spark, api, checkpoint)
    tool = _tool(spark, str(checkpoint), "")
    assert 'asks from "4"; now it would ask from "30"' in tool.setPlan("", "main", "4")
    assert not backups(checkpoint)
    told = tool.set("", "main", "4")
    [backup] = backups(checkpoint)
    assert str(backup) in told
    note = json.loads((checkpoint / "sources/0/last-poll.json").read_text())
    assert note["endpoints"]["main"]["offset"] == "4"
    sent = len(api.requests)
    assert run(spark, api, checkpoint).ids == list(range(5, 31))
    assert api.requests[sent].query["start_id"] == "5"
    # Only once: the next run continues from there.
    assert run(spark, api, checkpoint).ids == []


def test_the_offset_of_one_endpoint_can_be_set_with_a_page_log_location(spark: SparkSession, tmp_path: Path) -> None:
    """With `pageLogLocation`, and an offset by endpoint key."""

    def answer(request: Request) -> Answer:
        shop, after = request.query["shop"], int(request.query["after"])
        return Answer([{"id": n, "of": shop} for n in range(1, 4) if n > after])

    checkpoint, log = tmp_path / "checkpoint", tmp_path / "log"

    def delivered() -> list[tuple[str, int]]:
        got: list[tuple[str, int]] = []
        read_rest_stream(
            spark,
            f"{shops.url}/data?shop={{shop}}&after={{id}}",
            input_data=[{"shop": "a"}, {"shop": "b"}],
            include_inputs_in_output=False,
            boundary="exclusive",
            offset_type="incremental",
            offset_field="id",
            schema="id BIGINT, of STRING",
            streaming_interval=0,
            page_log_location=str(log),
        ).writeStream.foreachBatch(lambda batch, _: got.extend((r.of, r.id) for r in batch.collect())).option(
            "checkpointLocation", str(checkpoint)
        ).trigger(availableNow=True).start().awaitTermination()
        return sorted(got)

    with Emulated(answer) as shops:
        assert delivered() == [(shop, n) for shop in "ab" for n in (1, 2, 3)]
        tool = _tool(spark, str(checkpoint), str(log))
        keys = [line.split()[4] for line in tool.text().splitlines() if "the next poll of" in line]
        assert len(keys) == 2
        tool.set("0", keys[0], "1")
        again = delivered()
        assert [n for _, n in again] == [2, 3] and len({shop for shop, _ in again}) == 1


def test_impossible_changes_are_refused(spark: SparkSession, tmp_path: Path, api: Emulated) -> None:
    with pytest.raises(SystemExit, match=r"nowhere does not contain a checkpoint"):
        _tool(spark, str(tmp_path / "nowhere"), "")
    checkpoint = tmp_path / "checkpoint"
    run(spark, api, checkpoint)
    tool = _tool(spark, str(checkpoint), "")
    with pytest.raises(IllegalArgumentException, match=r"Source 0 does not have an endpoint shop. Known: main"):
        tool.setPlan("0", "shop", "1")
    with pytest.raises(
        IllegalArgumentException, match=r"Source 3 of the query is not of format rest. Use one of these sources: 0"
    ):
        tool.setPlan("3", "main", "1")
    with pytest.raises(IllegalArgumentException, match=r"cannot be rewound to batch 2. Batches that can: 0, 1"):
        tool.rewindPlan(2)
    for page in (checkpoint / "sources/0/manifests").iterdir():
        if page.name.endswith("1.json"):
            page.unlink()
    with pytest.raises(IllegalArgumentException, match="no longer in the page log"):
        _tool(spark, str(checkpoint), "").rewindPlan(0)
