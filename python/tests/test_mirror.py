# SPDX-License-Identifier: Apache-2.0
"""The recipe of docs/cookbook/mirror.md: the truth after late, repeated and reordered versions, kills and replays."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from emulated import Answer, Emulated, Request
from lake import FORMATS, Mirror
from process import Program
from waiting import wait_until

pytestmark = pytest.mark.slow
PATIENCE = 600
COLUMNS = ("id", "version", "name", "deleted")
Record = dict[str, Any]


def history(rng: random.Random) -> list[Record]:
    """Changes in the order in which the API lists them, which is not the order of the versions."""
    changes: list[Record] = []
    for key in range(1, 41):
        newest = rng.randint(1, 9)
        for version in range(1, newest + 1):
            deleted = version == newest and key % 4 == 0
            changes.append({"id": key, "version": version, "name": f"{key}-{version}", "deleted": deleted})
    again = rng.sample(changes, 60)
    # Two changes in one second have the same version. The later one counts.
    same_version = [change | {"name": f"{change['name']}-corrected"} for change in rng.sample(changes, 30)]
    changes += again + same_version
    rng.shuffle(changes)
    return [{"seq": number, **change} for number, change in enumerate(changes, 1)]


def truth(changes: list[Record]) -> dict[int, tuple[object, ...]]:
    """The newest version of each key. The later record wins among records of the same version."""
    newest = {change["id"]: change for change in sorted(changes, key=lambda c: (c["version"], c["seq"]))}
    return {key: tuple(change[c] for c in COLUMNS) for key, change in newest.items()}


def test_the_history_has_every_difficulty() -> None:
    """Otherwise a simpler recipe would pass."""
    changes = history(random.Random(7))
    last = {change["id"]: tuple(change[c] for c in COLUMNS) for change in changes}
    wrong = {key for key, row in truth(changes).items() if last[key] != row}
    assert len(wrong) > 10, "late versions that would win if the last record counted"
    deleted = {key for key, row in truth(changes).items() if row[-1]}
    assert deleted & wrong, "deleted records of which a version comes late"


def await_batch(mirror: Mirror, driver: Program) -> None:
    before = mirror.committed()
    wait_until(lambda: mirror.committed() > before or not driver.is_running(), "a batch", PATIENCE)
    assert driver.is_running(), driver.output()


@pytest.mark.parametrize("name", FORMATS)
def test_the_mirror_is_the_truth_over_kills_and_replays(name: str, tmp_path: Path) -> None:
    changes = history(random.Random(7))
    published = 60

    def answer(request: Request) -> Answer:
        return Answer([c for c in changes[:published] if c["seq"] >= int(request.query["from"])][:25])

    with Emulated(answer) as api:
        mirror = Mirror(name, tmp_path, api.url)
        for upto in (160, len(changes)):
            with mirror.driver() as driver:
                await_batch(mirror, driver)
                published = upto
                api.await_polls(1, PATIENCE)
                driver.kill()
            mirror.forget_last_commit()
        replayed = mirror.committed() + 1
        with mirror.driver("once") as last:
            assert last.wait(PATIENCE) == 0, last.output()
        assert mirror.committed() >= replayed
        rows = mirror.rows(", ".join(COLUMNS))
    assert sorted(tuple(row.values()) for row in rows) == sorted(truth(changes).values())
