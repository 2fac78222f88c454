# SPDX-License-Identifier: Apache-2.0
"""What keeps each invariant of ARCHITECTURE.md, as a line of code, and the test that misses it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Cure:
    """`old` stands in `file` exactly once; with `new` in its place `test` of `suite` has to fail."""

    invariant: str
    name: str
    file: str
    old: str
    new: str
    suite: str
    test: str


CURES = (
    Cure(
        "I1",
        "a manifest is written only if its name is free",
        "pagelog/PageLog.scala",
        "if (store.writeIfAbsent(Manifest.path(seq), Manifest.encode(mine))) added",
        "if ({ store.overwrite(Manifest.path(seq), Manifest.encode(mine)); true }) added",
        "PageLogSuite",
        "a manifest that a dying run added after this one had read the log is taken over",
    ),
    Cure(
        "I1",
        "an older run appends nothing",
        "pagelog/PageLog.scala",
        "    checkNewest()\n    checkShared(file)\n",
        "    checkShared(file)\n",
        "PageLogSuite",
        "the newer run goes on",
    ),
    Cure(
        "I1",
        "each attempt of a poll has a file of its own",
        "pagelog/PageFile.scala",
        "UUID.randomUUID()",
        "new UUID(0, 0)",
        "PageLogSuite",
        "each attempt of a poll writes a file of its own",
    ),
    Cure(
        "I1",
        "a page that broke off is discarded",
        "poll/PollPipeline.scala",
        "else sink.discardPage()",
        "else sink.endPage(state.offset)",
        "PollPipelineSuite",
        "a page that is cut short leaves neither records nor a changed offset",
    ),
    Cure(
        "I1",
        "records at the boundary are dropped when they come again",
        "offset/OnePage.scala",
        "!repeats.note(identity, novelty == Novelty.MayRepeat)",
        "(!repeats.note(identity, novelty == Novelty.MayRepeat) || records > 0)",
        "OffsetStrategySuite",
        "at an inclusive bound equal times lose nothing and repeat nothing",
    ),
    Cure(
        "I1",
        "twins are counted",
        "offset/Repeats.scala",
        "mayHaveCome && n <= before.count(identity)",
        "mayHaveCome && n > 0 && before.count(identity) > 0",
        "OffsetStrategySuite",
        "equal twins are counted",
    ),
    Cure(
        "I2",
        "a range begins at its record",
        "pagelog/Ledger.scala",
        "val begin = skipped(m, from)",
        "val begin = 0L",
        "LedgerSuite",
        "batches of any limits are all records, each once",
    ),
    Cure(
        "I2",
        "a range ends at its record",
        "pagelog/Ledger.scala",
        "val stop = if (m.seq == to.seq) to.record else m.records",
        "val stop = m.records",
        "LedgerSuite",
        "batches of any limits are all records, each once",
    ),
    Cure(
        "I2",
        "a range with a gap is an error",
        "pagelog/Ledger.scala",
        "case (m, before) if m.previous > before => m.seq",
        "case (m, before) if m.previous > before && m.seq < 0 => m.seq",
        "LedgerSuite",
        "a range whose manifests are gone is named, not skipped",
    ),
    Cure(
        "I2",
        "the purge keeps the batches to retain",
        "pagelog/PageLog.scala",
        "else ledger.consumedBefore(committed.head)",
        "else ledger.consumedBefore(committed.last)",
        "PageLogSuite",
        "commit deletes consumed pages but for those of the batches to retain",
    ),
    Cure(
        "I3",
        "the offset never moves back",
        "offset/MaximumStrategy.scala",
        "OffsetKey.compare(keyOf(value), b).forall(_ > 0)",
        "OffsetKey.compare(keyOf(value), b).forall(_ != 0)",
        "OffsetStrategySuite",
        "timestamp: the value stands in the envelope",
    ),
    Cure(
        "I3",
        "an error does not move the offset",
        "poll/PollPipeline.scala",
        "if (first) forgetRefused(outcome.state, failure) else outcome.state\n",
        "if (first) forgetRefused(outcome.state, failure) else outcome.state.copy(offset = Some(began.toString))\n",
        "PollPipelineSuite",
        "a status that is an error keeps the offset of the pages before it",
    ),
    Cure(
        "I3",
        "the state outlives what was consumed",
        "pagelog/Ledger.scala",
        "manifests.dropRight(1).filter",
        "manifests.filter",
        "LedgerSuite",
        "what is consumed may go, the newest manifest never",
    ),
    Cure(
        "I3",
        "a note of before the newest manifest does not count",
        "pagelog/PageLog.scala",
        "n.after == ledger.newest.fold(0L)(_.seq) && n.after >= start.seq",
        "n.after >= start.seq",
        "PageLogSuite",
        "a note of before the newest manifest does not count",
    ),
    Cure(
        "I4",
        "polling waits for room",
        "poll/Poller.scala",
        "while (journal.unreadBytes >= config.maxBufferedBytes)",
        "while (journal.unreadBytes >= Long.MaxValue)",
        "PollerSuite",
        "polling waits when too much is unread",
    ),
    Cure(
        "I4",
        "the page cache is bounded",
        "pagelog/PageCache.scala",
        "if (held + p.bytes <= maxBytes) {",
        "if (held + p.bytes <= Long.MaxValue) {",
        "PageFileSuite",
        "the cache is bounded",
    ),
    Cure(
        "I4",
        "page files without a manifest are swept",
        "pagelog/PageLog.scala",
        "PageFile.epochOf(n).exists(_ < epoch)",
        "PageFile.epochOf(n).exists(_ < 0)",
        "PageLogSuite",
        "a page file without a manifest does not exist, and is swept by the next run",
    ),
    Cure(
        "I4",
        "half-written files are swept",
        "pagelog/PageLog.scala",
        'Seq(Manifest.Folder, Epochs, ".").foreach(store.deleteTemporary)',
        "Seq(Epochs).foreach(store.deleteTemporary)",
        "PageLogSuite",
        "what a killed write left behind is swept by the next run",
    ),
    Cure(
        "I4",
        "runs of one batch purge",
        "pagelog/PageLog.scala",
        "committed = starts.filter(_ < start)",
        "committed = starts.filter(_ < Position.Start)",
        "PageLogSuite",
        "runs of one batch purge as one long run does",
    ),
    Cure(
        "I5",
        "the offset of a place is the one before its page",
        "pagelog/Manifest.scala",
        "case (p, end) if n < end => p.offsetBefore",
        "case (p, end) if n < end && end < 0 => p.offsetBefore",
        "LedgerSuite",
        "the API offset of a place is the one before the page that is cut there",
    ),
    Cure(
        "I5",
        "a page is noted with the offset before it",
        "poll/PollPipeline.scala",
        "if (result.isRight) sink.endPage(plan.state.offset)",
        "if (result.isRight) sink.endPage(result.toOption.flatMap(_.next.offset))",
        "PollPipelineSuite",
        "each page is noted with the offset that it was asked with",
    ),
    Cure(
        "I5",
        "a newer run is not purged by an older one",
        "pagelog/PageLog.scala",
        "if (gone.nonEmpty && newestEpoch(store) == epoch)",
        "if (gone.nonEmpty)",
        "PageLogSuite",
        "the newer run goes on",
    ),
    Cure(
        "I6",
        "secrets are taken out of an address",
        "http/Redact.scala",
        "if (eq >= 0 && p.substring(0, eq).matches(secretName))",
        "if (eq < 0 && p.matches(secretName))",
        "RestOffsetSuite",
        "the identity of a source holds no secret",
    ),
    Cure(
        "I6",
        "a secret prints as stars",
        "options/Secret.scala",
        'override def toString: String = "***"',
        "override def toString: String = value",
        "RestConfigSuite",
        "secrets are in no text",
    ),
)
