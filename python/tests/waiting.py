# SPDX-License-Identifier: Apache-2.0
"""Tests only wait in this way: for a condition, with a time limit."""

import time
from collections.abc import Callable


def wait_until(condition: Callable[[], bool], what: str, seconds: float = 30) -> None:
    """Returns soon after `condition` is true. Fails after `seconds`.

    A condition may run a Spark job. The pause is longer than the job, so that the program under test gets the cores.
    """
    deadline = time.monotonic() + seconds
    while True:
        began = time.monotonic()
        if condition():
            return
        now = time.monotonic()
        if now > deadline:
            raise TimeoutError(f"waited {seconds} s for {what}")
        time.sleep(min(max(0.02, 2 * (now - began)), 0.5))
