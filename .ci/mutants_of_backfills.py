# SPDX-License-Identifier: Apache-2.0
"""Backfills: they meet the live lane without a gap or a repeat, and leave it what it needs."""

from __future__ import annotations

from mutant import Mutant

LANES = "BackfillLanesSuite"
SLICES = "BackfillSlicesSuite"
TURNS = "BackfillTurnsSuite"
ONCE = "each record once"

BACKFILLS = (
    Mutant(
        "I10.1",
        "the live lane leaves older records to the backfill",
        "if (begin.exists(b => last.exists(b.isBefore))) Novelty.Excluded else Novelty.MayRepeat",
        "Novelty.MayRepeat",
        LANES,
        "the live lane drops a record before its beginning, which its first request returns",
    ),
    Mutant(
        "I10.2",
        "the first request of the live lane begins a unit early",
        "if (from.exists(_.isAfter(start)))",
        "if (from.exists(!_.isBefore(start)))",
        LANES,
        ONCE,
    ),
    Mutant(
        "I10.3",
        "a slice is read when it is over",
        "!slice.until.isAfter(over(now))",
        "!slice.until.isAfter(now)",
        SLICES,
        "a slice is read when it is over: after lag, lookback and the clocks' difference",
    ),
    Mutant(
        "I10.4",
        "a slice that is partly delivered stays as it is",
        "if (isUnread) cut",
        "if (isUnread || true) cut",
        SLICES,
        "a slice of which some records were delivered stays as it is, whatever the options say",
    ),
    Mutant(
        "I10.5",
        "the request for a slice begins a unit early",
        "if (options.exclusive) slice.from else time.unitsAfter(slice.from, -1)",
        "slice.from",
        LANES,
        ONCE,
    ),
    Mutant(
        "I10.6",
        "a record belongs to the slice that holds its time",
        "options.exclusive || last.forall(slice.holds)",
        "options.exclusive || last.forall(!isFar(_))",
        LANES,
        ONCE,
    ),
    Mutant(
        "I10.7",
        "a record far outside its slice is an error",
        "moment.isBefore(slice.from.minusMillis(farMs)) ||",
        "false && moment.isBefore(slice.from.minusMillis(farMs)) ||",
        LANES,
        "a record far outside its slice shows that the API selects by another time; one without a time is delivered",
    ),
    Mutant(
        "I10.8",
        "pages name their lane",
        "if (row.isDefined || lane != TimeLane.Whole)",
        "if (row.isDefined)",
        TURNS,
        "pages name their lane, so that the offset of a place in the log is that of the lane",
    ),
    Mutant(
        "I10.9",
        "a job of the backfill needs room and a request",
        "if (backfillMayStart) Seq(Lane.Backfill)",
        "if (backfillMayStart || true) Seq(Lane.Backfill)",
        TURNS,
        "while a batch of records is unread, the backfill pauses, and its jobs are as large as a batch",
    ),
    Mutant(
        "I10.10",
        "the backfill leaves requests to the live lane",
        "ledger.free(now) - reserve(ledger, now)",
        "ledger.free(now) - 0 * reserve(ledger, now)",
        TURNS,
        "a backfill leaves free a tenth of the rate, and as many requests as the largest job of the live lane made",
    ),
    Mutant(
        "I10.11",
        "AvailableNow waits for the backfill",
        "if (outcome.more) None",
        "if (outcome.more && false) None",
        TURNS,
        "AvailableNow ends when both lanes are done, and the backfill does not end early",
    ),
    Mutant(
        "I10.12",
        "the beginnings of both lanes become durable together",
        "s.isUnlogged || begun != s.state",
        "s.isUnlogged",
        TURNS,
        "the beginnings of both lanes become durable together, whichever lane has the first record",
    ),
    Mutant(
        "I10.13",
        "the backfill of an older stream ends where the live lane began",
        "if (began) b.until.minusMillis(config.offset.lookbackMs) else b.until",
        "if (began) b.until else b.until",
        LANES,
        "a stream that already runs gets a backfill up to where it began, and keeps the moment when it is removed",
    ),
    Mutant(
        "I10.14",
        "the stored moment holds, whatever the options say",
        "_.whole.until))",
        "_.whole.until)).filter(_ => false)",
        LANES,
        "the stored moment holds, although initialOffset changes",
    ),
    Mutant(
        "I10.15",
        "the backfill runs ahead by a batch",
        "(live.batchSize == 0 || unreadRecords <= live.batchSize)",
        "unreadRecords < Long.MaxValue",
        TURNS,
        "while a batch of records is unread, the backfill pauses, and its jobs are as large as a batch",
    ),
    Mutant(
        "I10.16",
        "maxRequestsPerTrigger goes to the live lane first",
        "mostRequests.isDefined && schedules.live.exists(!_.isSettled)",
        "mostRequests.isDefined && false",
        TURNS,
        "maxRequestsPerTrigger goes to the live lane first",
    ),
    Mutant(
        "I10.17",
        "a backfill that is refused leaves the live lane alone",
        "refused && !s.endpoint.isBackfill",
        "refused",
        TURNS,
        "a backfill that fails does not end the query, unless onError=fail",
    ),
    Mutant(
        "I10.18",
        "a removed backfill keeps its progress",
        "Iterator(e.key, backfillKey(e.key))",
        "Iterator(e.key)",
        TURNS,
        "pages name their lane, so that the offset of a place in the log is that of the lane",
    ),
    Mutant(
        "I10.19",
        "the interval of the live lane counts from its own polls",
        "if (!isBackfill) jobStartedMs = now",
        "if (!isBackfill || true) jobStartedMs = now",
        TURNS,
        "the interval of the live lane counts from its own polls",
    ),
    Mutant(
        "I10.20",
        "a live lane has begun with its first records, although its offset has not moved",
        "exists(_ != Progress.Initial)",
        "exists(s => s.offset != Progress.Initial.offset || s.traversal.isDefined)",
        LANES,
        "a stream whose offset has not moved yet gets a backfill up to where it began",
    ),
)
