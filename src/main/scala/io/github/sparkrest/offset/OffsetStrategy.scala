// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.offset

import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.options.RestConfig
import io.github.sparkrest.page.Envelope

/** How progress is tracked: what to ask next, which records of the answer are new, and where that leads. Pure: no HTTP, no
  * Spark, no time.
  *
  * `(state, response) -> (records to keep, next state)`, with the response as a stream: [[step]] begins one.
  */
trait OffsetStrategy {

  /** What the placeholders of the next request stand for. */
  def requestOffset(state: EndpointState): String

  def step(state: EndpointState): PageStep

  /** Whether asking again with the same state can bring further records: without a placeholder, only time can. */
  def asksForMore: Boolean
}

/** One response on its way: each record once, in order, then [[finish]]. Used once. */
trait PageStep {

  /** Whether to keep the record in `[from, to)`: false for one that was delivered before. */
  def keep(buf: Array[Byte], from: Int, to: Int): Boolean

  /** Forgets the records so far: they were none (see `RecordSink.restart`). */
  def restart(): PageStep

  /** @return the state after this response; the error fails the poll, which then leaves no trace */
  def finish(envelope: Envelope): Either[RestError, PageResult]
}

/** @param records in the response, kept or not
  * @param atEnd the API said that there is nothing further now (a cursor API without a next cursor)
  * @param warning said once a query
  */
final case class PageResult(next: EndpointState, records: Int, atEnd: Boolean, warning: Option[String])

object OffsetStrategy {
  def apply(config: RestConfig): OffsetStrategy = config.offsetType match {
    case "cursor"      => new CursorStrategy(config)
    case "incremental" => new IncrementalStrategy(config)
    case "timestamp"   => new MaximumStrategy(config, readsEnvelope = true)
    case "max_field"   => new MaximumStrategy(config, readsEnvelope = false)
  }

  private[offset] def fieldNotFound(config: RestConfig, fields: List[String], envelope: Envelope): RestError = {
    val inResponse =
      if (envelope.names.isEmpty) "" else s" The response itself has: ${envelope.names.take(30).mkString(", ")}."
    RestError(
      Condition.OffsetFieldNotFound,
      s"""offsetField is "${config.offsetName}", which the records do not have. Their fields: ${if (fields.isEmpty)
          "none (they are not objects)"
        else fields.take(50).mkString(", ")}.$inResponse""",
      "Name the field that progress is tracked by in offsetField."
    )
  }
}
