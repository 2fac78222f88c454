# SPDX-License-Identifier: Apache-2.0
"""Queues: when a record is acknowledged, and how long it is remembered."""

from __future__ import annotations

from mutant import Mutant

QUEUES = (
    Mutant(
        "I9.1",
        "a page that is not whole is not acknowledged",
        "ackValues.foreach(_.discardPage())",
        "ackValues.foreach(_.endPage())",
        "AcknowledgementSuite",
        "a page that is not whole is not acknowledged, and the full page before it is",
    ),
    Mutant(
        "I9.2",
        "each record that a queue returns is acknowledged",
        "if (values != null) values.note",
        "if (values != null && maybeLast) values.note",
        "AcknowledgementSuite",
        "a message that the queue returns again is acknowledged again, and not delivered",
    ),
    Mutant(
        "I9.3",
        "records are pending until their acknowledgement has succeeded",
        "if (isDone) None else",
        "if (isDone || sent > 0) None else",
        "AcknowledgementSuite",
        "an acknowledgement is repeated until it succeeds, and nothing is polled before",
    ),
    Mutant(
        "I9.4",
        "the memory of a queue is bounded",
        "all.highest - limits.newest + 1",
        "Long.MinValue / 4",
        "AcknowledgementSuite",
        "the newest messages are remembered, whatever the time",
    ),
    Mutant(
        "I9.5",
        "a refusal of records that the queue no longer knows does not stop the stream",
        "if (ack.forgotten.contains(status))",
        "if (ack.forgotten.contains(status + 600))",
        "AcknowledgementSuite",
        "a refusal that means that the queue has forgotten the messages counts as success, another one does not",
    ),
    Mutant(
        "I9.6",
        "the next run keeps the acknowledgements of the last one",
        "states.flatMap(_.acks.map(_.file))",
        'states.flatMap(_.acks.map(_.file + "."))',
        "AcknowledgementSuite",
        "after a crash between manifest and acknowledgement, the next run acknowledges before it polls",
    ),
    Mutant(
        "I9.7",
        "a run does not end before it has acknowledged its records",
        "(complete || !isWanted) && !acknowledges",
        "complete || !isWanted",
        "AcknowledgementSuite",
        "a run that ends by itself has acknowledged everything",
    ),
    Mutant(
        "I9.8",
        "acknowledgements outlive the run",
        's.acks.map("acks" -> _.asJson)',
        's.acks.filter(_.records < 0).map("acks" -> _.asJson)',
        "AcknowledgementSuite",
        "after a crash between manifest and acknowledgement, the next run acknowledges before it polls",
    ),
    Mutant(
        "I9.9",
        "a task does not acknowledge the records that it has polled",
        "outcome.copy(state = outcome.state.copy(acks = acks.flatMap(_.close())))",
        "run(poll.copy(state = outcome.state.copy(acks = acks.flatMap(_.close()))), api, clock, sink, row, secrets)",
        "AcknowledgementSuite",
        "each message is stored once and acknowledged after that, and no file is left",
    ),
    Mutant(
        "I9.10",
        "records are acknowledged although their row is gone",
        "all.iterator.filter(s => !s.isGone || s.acknowledges)",
        "all.iterator.filter(s => !s.isGone)",
        "InputRefreshSuite",
        "the records of a queue are acknowledged although its row is gone",
    ),
)
