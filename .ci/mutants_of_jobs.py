# SPDX-License-Identifier: Apache-2.0
"""Jobs: stored before anybody waits, read once, and counted when they fail."""

from __future__ import annotations

from mutant import Mutant

JOBS = (
    Mutant(
        "I1.50",
        "an earlier version refuses a state with a job",
        "if (mirror.isDefined || job.isDefined) 3",
        "if (mirror.isDefined) 3",
        "JobStateSuite",
        "an earlier version would forget the job, so its files have version 3",
    ),
    Mutant(
        "I1.51",
        "a job answers the query of its creation",
        "base.job.map(_.query).orElse(strategy.ask(base, now)).map { fresh =>",
        "strategy.ask(base, now).map { fresh =>",
        "JobsSuite",
        "the offset moves by the time range of the creation, however long the job takes",
    ),
    Mutant(
        "I1.52",
        "a job is kept until its last page",
        "if (outcome.next.traversal.isDefined || outcome.waitMs",
        "if (outcome.waitMs",
        "FleetSimulatorSuite",
        "jobs are created once, and their records come once",
    ),
    Mutant(
        "I1.53",
        "the records of a job are as old as its creation",
        "plan.state.job.fold(plan)",
        "plan.state.job.filter(_ => false).fold(plan)",
        "JobsSuite",
        "lag counts back from the creation of the job, not from its download",
    ),
    Mutant(
        "I1.169",
        "the records of a job are as old as its creation by the API's clock",
        "horizonMs.map(TraversalTimes(createdMs, _))",
        "horizonMs.map(h => TraversalTimes(createdMs, math.max(createdMs, h)))",
        "JobsSuite",
        "the executor that reads a job may have another clock than the one that created it",
    ),
    Mutant(
        "I1.54",
        "a job is stored before anybody waits for it",
        "next.started && !state.started || isNewJob(next)",
        "next.started && !state.started || false && isNewJob(next)",
        "JobRunsSuite",
        "the job is stored when the task that created it returned, before anybody waits",
    ),
    Mutant(
        "I3.30",
        "jobs that failed count, although requests about them succeed",
        "copy(failedJobs = failedJobs + 1)",
        "copy(failedJobs = failedJobs)",
        "JobRunsSuite",
        "a job that fails is created again as often as maxRetries says; then the run fails and names the job",
    ),
    Mutant(
        "I3.31",
        "a failed job counts, although it is not retried",
        "if (error.condition == Condition.JobFailed)",
        "if (false && error.condition == Condition.JobFailed)",
        "JobRunsSuite",
        "jobs that fail one after the other count as errors in a row, although their creation succeeds",
    ),
    Mutant(
        "I1.84",
        "a job reads no page of a traversal that began without it",
        "state.job.fold(config.job.isEmpty || state.traversal.isEmpty)(",
        "state.job.fold(true)(",
        "JobsSuite",
        "a traversal that began without jobs begins again with a job",
    ),
    Mutant(
        "I1.120",
        "an old job that is gone is not the end of its records",
        "ofPage.getOrElse(j.readyMs.forall(isOld))",
        "ofPage.getOrElse(j.readyMs.exists(isOld) && mostMs < 0)",
        "JobsSuite",
        "a job that is done and was purged before its records were read is not empty, though 404 counts as empty",
    ),
    Mutant(
        "I1.127",
        "a file that is gone is not empty, although the API names it again",
        "state.doubt.exists(_.answer != Doubt.Empty) ||",
        "(state.doubt.isEmpty && state.doubt.isDefined) ||",
        "JobsSuite",
        "a file that is gone after a restart is not empty, although the status names it again and 404 counts as empty",
    ),
    Mutant(
        "I1.126",
        "a 304 for the file of a job ends the job",
        "Right(core.released(PageOutcome(state, 0, atEnd = true, None)))",
        "Right(PageOutcome(state, 0, atEnd = true, None))",
        "JobsSuite",
        "a 304 for a file with a constant URL ends its job, and the next poll creates another job",
    ),
)
