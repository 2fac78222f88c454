// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.offset

import io.github.sparkrest.error.RestError
import io.github.sparkrest.options.RestConfig
import io.github.sparkrest.page.Envelope

/** `cursor`: an opaque token from the envelope, or else from the last record.
  *
  * Null, `""` or absent at the tail keeps the last cursor. Asking with it again brings the tail again, so what was delivered
  * under an unmoved cursor is remembered, and dropped when it comes again.
  */
final private[offset] class CursorStrategy(config: RestConfig) extends OffsetStrategy {
  private val field = new OffsetField(config.offsetField)

  def requestOffset(state: EndpointState): String = state.offset.getOrElse(config.initialOffset)
  def asksForMore: Boolean = true
  def step(state: EndpointState): PageStep = new Step(state)

  final private class Step(state: EndpointState) extends PageStep {
    private val first = new FirstRecord
    private val boundary = new BoundaryPass(state.boundary)
    private var records = 0
    private var last: Option[String] = None
    private var lastHash = ""

    def restart(): PageStep = new Step(state)

    def keep(buf: Array[Byte], from: Int, to: Int): Boolean = {
      records += 1
      first.see(buf, from, to)
      last = field.in(buf, from, to).filter(_.nonEmpty)
      lastHash = RecordHash.of(buf, from, to)
      !boundary.isRepeat(lastHash)
    }

    def finish(envelope: Envelope): Either[RestError, PageResult] = {
      val stated = field.in(envelope)
      val next =
        stated.orElse(last).filterNot(c => state.offset.contains(c) || state.offset.isEmpty && c == config.initialOffset)
      val remembered =
        if (next.isEmpty) boundary.union
        else if (stated.isDefined || config.boundary == "exclusive") Boundary.Empty
        else Boundary(Map(lastHash -> 1)) // an inclusive API begins its next page with the record that the cursor names
      val unknown = state.offset.isEmpty && records > 0 && last.isEmpty && !field.standsIn(envelope)
      Right(
        PageResult(
          EndpointState(next.orElse(state.offset), remembered),
          records,
          atEnd = next.isEmpty,
          if (unknown) Some(OffsetStrategy.fieldNotFound(config, first.names, envelope).text) else None
        )
      )
    }
  }
}
