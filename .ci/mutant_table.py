# SPDX-License-Identifier: Apache-2.0
"""All mutants: for each invariant of ARCHITECTURE.md, changes that break it."""

from __future__ import annotations

from mutant import Mutant
from mutants_of_backfills import BACKFILLS
from mutants_of_changes import CHANGES
from mutants_of_jobs import JOBS
from mutants_of_payloads import PAYLOADS
from mutants_of_polling import POLLING
from mutants_of_queues import QUEUES
from mutants_of_runs import RUNS
from mutants_of_the_log import LOG

MUTANTS: tuple[Mutant, ...] = (*POLLING, *LOG, *RUNS, *CHANGES, *PAYLOADS, *QUEUES, *JOBS, *BACKFILLS)
