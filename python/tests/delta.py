# SPDX-License-Identifier: Apache-2.0
"""A Delta table that a stream writes. It runs on another Spark than the other tests."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lake import environment
from process import DRIVERS, Program


@dataclass(frozen=True)
class Version:
    """One commit of the table's log, by the Delta protocol."""

    batch: int | None
    """The batch of the stream that made the commit."""
    files: list[str]
    records: int


class DeltaTable:
    """A table that drivers write, repeatedly on one checkpoint.

    Args:
        options: The options of `read_rest_stream`.
    """

    def __init__(self, folder: Path, **options: Any) -> None:
        self._folder = folder
        self.path = folder / "table"
        self.checkpoint = folder / "checkpoint"
        self._python, self._jars = environment("delta")
        self._arguments = {
            "jars": self._jars,
            "options": options,
            "checkpoint": str(self.checkpoint),
            "table": str(self.path),
            "trigger": {"processingTime": "0 seconds"},
        }

    def driver(self, **changed: Any) -> Program:
        """Starts a driver. Unless the trigger ends, it runs until it is killed."""
        command = [self._python, str(DRIVERS / "stream_to_delta.py"), json.dumps(self._arguments | changed)]
        return Program(command, log=self._folder / "log", env={"PYSPARK_PYTHON": self._python})

    def versions(self) -> list[Version]:
        """All versions in order. Fails if a number is missing."""
        commits = sorted((self.path / "_delta_log").glob("[0-9]*.json"))
        assert [int(c.stem) for c in commits] == list(range(len(commits)))
        return [_version(c) for c in commits]

    def files(self) -> list[str]:
        """The Parquet files of the newest version. Streams only append, so no file is ever removed."""
        return [str(self.path / name) for version in self.versions() for name in version.files]


def _version(commit: Path) -> Version:
    actions = [json.loads(line) for line in commit.read_text().splitlines()]
    adds = [a["add"] for a in actions if "add" in a]
    assert not any("remove" in a for a in actions)
    batches = [int(a["txn"]["version"]) for a in actions if "txn" in a]
    return Version(
        batches[0] if batches else None,
        [add["path"] for add in adds],
        sum(int(json.loads(add["stats"])["numRecords"]) for add in adds),
    )
