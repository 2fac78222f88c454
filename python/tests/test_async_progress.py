# SPDX-License-Identifier: Apache-2.0
"""Asynchronous progress tracking only logs some batches. After a kill, one range of the page log covers many polls.

This mode repeats rows by design. No row may be lost, and repeated rows must be the same bytes in the same order.
"""

import itertools
import json
import re
from functools import partial
from pathlib import Path

import pytest
from apis import Feed
from crash_points import CrashPoint, Event, Place, kill_at
from emulated import Answer, Emulated, Request
from live import PAGE, growing
from process import Driver
from waiting import wait_until

Batch = tuple[int, list[str]]


def numbered_answers(feed: Feed) -> Emulated:
    """Each record names its response, so that a repeated request would return another text."""
    answers = itertools.count(1)

    def answer(request: Request) -> Answer:
        start, number = int(request.query["from"]), next(answers)
        return Answer({"data": [{**r, "answer": number} for r in feed.since(lambda r: r["id"] >= start, PAGE)]})

    return Emulated(answer)


def shown(output: str) -> list[Batch]:
    """The batches that the console sink printed completely, in order: number and rows."""
    found = []
    for part in output.split("Batch: ")[1:]:
        number, _, rest = part.partition("\n")
        table = re.match(r"-+\n(\+-+\+)\n\|output +\|\n\1\n((?:\|.*\|\n)*)\1\n", rest)
        if table:
            found.append((int(number), [row[1:-1].rstrip() for row in table[2].splitlines()]))
    return found


def _many_batches_in_one_entry(e: Event) -> bool:
    """A logged offset ends more than one batch, and the last batch is not committed."""
    logged = sorted(e.now.offsets)
    return len(logged) > 1 and logged[-1] - logged[-2] > 1 and e.now.in_a_batch


MANY_BATCHES_IN_ONE_ENTRY = CrashPoint(
    "offset log entry over many batches", lambda p: p.checkpoint / "offsets", _many_batches_in_one_entry
)


@pytest.mark.slow
def test_a_range_over_many_polls_is_replayed_exactly(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    feed = Feed()
    place = Place(tmp_path / "checkpoint", tmp_path / "no output")
    logs = [tmp_path / f"log-{run}" for run in range(3)]
    replays: list[tuple[int, int]] = []
    with numbered_answers(feed) as api, growing(feed) as maker:

        def driver(log: Path, batch_size: int = 100) -> Driver:
            url = f"{api.url}/data?from={{id}}"
            return Driver("async_to_console.py", url, str(place.checkpoint), str(batch_size), log=log)

        for log in logs[:2]:
            scene, _ = kill_at(MANY_BATCHES_IN_ONE_ENTRY, partial(driver, log), place)
            before, last = sorted(scene.offsets)[-2:]
            replays.append((before, last))
        maker.stop()
        with driver(logs[2], batch_size=10_000) as running:
            wait_until(
                lambda: f'"id": {maker.made},' in running.output() or not running.is_running(), "the last record", 240
            )
            assert running.is_running(), running.output()
    runs = [shown(log.read_text()) for log in logs]
    delivered = [json.loads(row)["id"] for run in runs for _, rows in run for row in rows]
    assert set(delivered) == set(range(1, maker.made + 1)), "lost"
    for (before, last), (run, again) in zip(replays, zip(runs, runs[1:])):
        number, rows = again[0]
        assert number == last, (
            f"batch {last} was logged and not committed, and batch {number} was run after the restart"
        )
        first_time = [row for n, rows in run if before < n <= last for row in rows]
        assert first_time == rows[: len(first_time)], "the replay returned other bytes or another order"
        assert len({json.loads(row)["answer"] for row in rows}) > 1, "the range should cover many polls"
    with capsys.disabled():
        print(
            f"\nasynchronous progress: 2 kills, replays of batches {[f'{a + 1} to {b}' for a, b in replays]},"
            f" {maker.made} records, 0 lost, {len(delivered) - maker.made} repeated",
            end="",
        )
