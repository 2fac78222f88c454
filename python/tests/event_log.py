# SPDX-License-Identifier: Apache-2.0
"""Spark's record of the tasks of a run."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

POLL = ("poll ", "call ")


def event_log_conf(folder: Path) -> dict[str, str]:
    """One uncompressed file, so that a test can read it during the run."""
    folder.mkdir()
    return {
        "spark.eventLog.enabled": "true",
        "spark.eventLog.dir": folder.as_uri(),
        "spark.eventLog.compress": "false",
        "spark.eventLog.rolling.enabled": "false",
    }


@dataclass(frozen=True)
class Task:
    """A finished attempt of a task.

    `batch` is the number of its micro-batch, or `None` for a poll or for calls.
    """

    batch: int | None
    executor: str
    locality: str
    speculative: bool
    succeeded: bool
    result_bytes: int


def tasks(folder: Path) -> list[Task]:
    """The tasks of polls, calls and micro-batches that the log contains so far."""
    (file,) = folder.iterdir()
    events = [json.loads(line) for line in file.read_text().splitlines() if line.endswith("}")]
    batch_of = {
        e["Stage Info"]["Stage ID"]: e["Properties"].get("streaming.sql.batchId")
        for e in events
        if e["Event"] == "SparkListenerStageSubmitted"
        and (
            "streaming.sql.batchId" in e["Properties"]
            or e["Properties"].get("spark.job.description", "").startswith(POLL)
        )
    }
    return [
        Task(
            None if batch_of[e["Stage ID"]] is None else int(batch_of[e["Stage ID"]]),
            e["Task Info"]["Executor ID"],
            e["Task Info"]["Locality"],
            e["Task Info"]["Speculative"],
            e["Task End Reason"]["Reason"] == "Success",
            (e.get("Task Metrics") or {}).get("Result Size", 0),
        )
        for e in events
        if e["Event"] == "SparkListenerTaskEnd" and e["Stage ID"] in batch_of
    ]
