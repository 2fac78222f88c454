# SPDX-License-Identifier: Apache-2.0
"""Generated histories against real processes: drivers are killed with SIGKILL, and each record comes once.

Many streams share a driver, because the start of a driver costs more than the work of a stream. `HISTORIES` and
`HISTORY_SEED` set the number of histories of the slow test, and the first seed.
"""

from __future__ import annotations

import json
import os
import random
import time
from pathlib import Path

import pytest
from emulated import Answer, Emulated, Request
from histories import KINDS, Changes, History
from process import Driver
from pyspark.sql import SparkSession
from waiting import wait_until

GROUP = 20
FIRST_SEED = 20261127


class Group:
    """A group of histories that one server serves and one driver reads."""

    def __init__(self, histories: list[History], folder: Path) -> None:
        self.histories = histories
        self._by_path = {f"/{h.seed}": h for h in histories}
        self._folder = folder
        self._dice = random.Random(histories[0].seed)
        self.api = Emulated(self._answer)

    def _answer(self, request: Request) -> Answer:
        return self._by_path[request.path].answer(request)

    def output(self, history: History) -> Path:
        return self._folder / str(history.seed) / "output"

    def _driver(self, until: str) -> Driver:
        """Each run has another page size."""
        streams = {
            str(h.seed): {
                "options": h.options(self.api.url, self._dice.choice(h.sizes)),
                "checkpoint": str(self._folder / str(h.seed) / "checkpoint"),
                "output": str(self.output(h)),
            }
            for h in self.histories
        }
        file = self._folder / "streams.json"
        file.write_text(json.dumps(streams))
        return Driver("many_streams.py", str(file), until, log=self._folder / "log")

    def killed(self, seconds: float) -> None:
        """A run that is killed at a random moment within `seconds` after its first poll."""
        sent = len(self.api.requests)
        with self._driver("endless") as driver:
            wait_until(lambda: len(self.api.requests) > sent or not driver.is_running(), "a poll", 240)
            time.sleep(self._dice.uniform(0.2, seconds))
            assert driver.is_running(), driver.output()
            driver.kill()

    def finish(self, seconds: int) -> dict[str, str | None]:
        """A run to the end of all lists. Returns the error of each stream, if any."""
        with self._driver(str(seconds)) as driver:
            assert driver.wait(seconds + 120) == 0, driver.output()
        ended: dict[str, str | None] = json.loads((self._folder / "ended.json").read_text())
        return ended


def live(group: Group, kills: int, seconds: float, limit: int) -> dict[str, str | None]:
    """The lists change, drivers are killed, and the last driver reads the rest."""
    with Changes(group.histories):
        for kill in range(kills):
            group.killed(seconds)
            if kill == 0:
                for history in group.histories:
                    if history.bulk:
                        history.touch_all()
    for history in group.histories:
        history.calm_down()
    return group.finish(limit)


def wrong(group: Group, spark: SparkSession, kills: int, seconds: float, limit: int) -> list[str]:
    """Runs the whole group. Returns a line for each failed history."""
    with group.api:
        ended = live(group, kills, seconds, limit)
        late = missing(group, spark)
        if any(late.values()):
            # If the run ended too early, no record is lost: the next run continues.
            group.finish(limit)
    return [f"{h}: {said}" for h in group.histories if (said := judged(group, h, spark, ended, late[h.seed]))]


def missing(group: Group, spark: SparkSession) -> dict[int, int]:
    """Missing rows by history."""
    return {h.seed: len(h.lost_and_repeated(rows_in(spark, group.output(h)))[0]) for h in group.histories}


def judged(group: Group, history: History, spark: SparkSession, ended: dict[str, str | None], late: int) -> str:
    """A description of the failure, or the empty text."""
    rows = rows_in(spark, group.output(history))
    lost, repeated = history.lost_and_repeated(rows)
    error = ended[str(history.seed)]
    said = [
        f"{len(rows)} rows" if lost or repeated or late or error else "",
        f"{len(lost)} lost, such as {lost[:3]}" if lost else "",
        f"{len(repeated)} repeated, such as {repeated[:3]}" if repeated else "",
        f"{late - len(lost)} missing when the last run ended" if late > len(lost) else "",
        error or "",
    ]
    return ", ".join(filter(None, said))


def rows_in(spark: SparkSession, output: Path) -> list[tuple[int, int]]:
    if not (output / "_spark_metadata").exists():
        return []
    table = spark.read.schema("id BIGINT, version BIGINT").parquet(str(output))
    return [(row.id, row.version) for row in table.collect()]


@pytest.mark.slow
def test_a_history_of_each_kind_loses_and_repeats_nothing(
    spark: SparkSession, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    histories = [History(seed, may_be_large=False) for seed in range(FIRST_SEED, FIRST_SEED + len(KINDS))]
    must_be_right(histories, 2, 3, 60, spark, tmp_path, capsys)


@pytest.mark.slow
def test_200_histories_lose_and_repeat_nothing(
    spark: SparkSession, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    count, first = int(os.environ.get("HISTORIES", "200")), int(os.environ.get("HISTORY_SEED", FIRST_SEED))
    histories = [History(seed) for seed in range(first, first + count)]
    must_be_right(histories, 4, 6, 150, spark, tmp_path, capsys)


def must_be_right(
    histories: list[History],
    kills: int,
    seconds: float,
    limit: int,
    spark: SparkSession,
    folder: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    found = []
    for start in range(0, len(histories), GROUP):
        place = folder / str(start)
        place.mkdir()
        group = Group(histories[start : start + GROUP], place)
        began = time.monotonic()
        of_group = wrong(group, spark, kills, seconds, limit)
        with capsys.disabled():
            print(
                f"\n{len(group.histories)} histories from {group.histories[0].seed} on, {kills} kills, "
                f"{len(group.api.requests)} requests, {time.monotonic() - began:.0f} s: {len(of_group)} went wrong",
                *of_group,
                sep="\n  ",
                end="",
            )
        found += of_group
    assert not found, f"{len(found)} of {len(histories)} histories:\n" + "\n".join(found)
