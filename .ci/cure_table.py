# SPDX-License-Identifier: Apache-2.0
"""What keeps each invariant of ARCHITECTURE.md, as a line of code, and the test that misses it."""

from __future__ import annotations

from cure import Cure
from cures_of_polling import POLLING
from cures_of_runs import RUNS
from cures_of_the_log import LOG

CURES: tuple[Cure, ...] = (*POLLING, *LOG, *RUNS)
