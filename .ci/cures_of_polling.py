# SPDX-License-Identifier: Apache-2.0
"""From the request to the page: no record twice, no offset too far, no secret, bounded."""

from __future__ import annotations

from cure import Cure

POLLING = (
    Cure(
        "I1",
        "a page that broke off is discarded",
        "poll/PollPipeline.scala",
        "case Left(_)  => sink.discardPage()",
        "case Left(_)  => sink.endPage(plan.state.offset, None)",
        "PollPipelineSuite",
        "a page that is cut short leaves neither records nor a changed offset",
    ),
    Cure(
        "I1",
        "records at the boundary are dropped when they come again",
        "offset/OnePage.scala",
        "!repeats.note(identity, !state.ahead.isEmpty || novelty == Novelty.MayRepeat)",
        "(!repeats.note(identity, !state.ahead.isEmpty || novelty == Novelty.MayRepeat) || records > 0)",
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
        "I4",
        "polling waits for room",
        "poll/Poller.scala",
        "while (journal.unreadBytes >= config.maxBufferedBytes)",
        "while (journal.unreadBytes >= Long.MaxValue)",
        "PollerSuite",
        "polling waits when too much is unread",
    ),
    Cure(
        "I5",
        "a page is noted with the offset before it",
        "poll/PollPipeline.scala",
        "sink.endPage(plan.state.offset,",
        "sink.endPage(r.next.offset,",
        "PollPipelineSuite",
        "each page is noted with the offset that it was asked with",
    ),
    Cure(
        "I3",
        "fewer pages in a poll are not the end of the data",
        "poll/AvailableNow.scala",
        "if (outcome.lastPage * 2 < most) shorter + 1 else 0",
        "if (outcome.records < 7 * most) shorter + 1 else 0",
        "AvailableNowSuite",
        "fewer pages are not shorter ones",
    ),
    Cure(
        "I6",
        "secrets are taken out of an address",
        "http/Redact.scala",
        "if (eq >= 0 && Secret.isNamed(p.substring(0, eq)))",
        "if (eq < 0 && Secret.isNamed(p))",
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
    Cure(
        "I3",
        "an endpoint that is polled apart is not polled with the others meanwhile",
        "poll/Poller.scala",
        "all.filterNot(e => e.inFlight || e.complete)\n"
        "    val (slow, fast) = waiting.filter(_.due <= now).partition(e => e.isSlow && mayShare)",
        "all.filterNot(_.complete)\n"
        "    val (slow, fast) = waiting.filter(_.due <= now).partition(e => e.isSlow && mayShare && !slowLane.isBusy)",
        "ManyEndpointsPollerSuite",
        "one that is handed back is polled apart",
    ),
)
