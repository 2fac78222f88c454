// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.offset

import io.github.sparkrest.error.RestError
import io.github.sparkrest.options.RestConfig
import io.github.sparkrest.page.Envelope

/** `timestamp` and `max_field`: the offset is the largest value of a field over the records, or (`timestamp`) a value that
  * stands in the envelope.
  *
  * An API with an inclusive or a coarse bound (seconds, minutes, a date) sends records again that are not above the offset:
  * those of them that the last response held with the same content are dropped, nothing else is. With a value in the
  * envelope nothing is known about the single record, so all are looked at.
  */
final private[offset] class MaximumStrategy(config: RestConfig, readsEnvelope: Boolean) extends OffsetStrategy {
  private val field = new OffsetField(config.offsetField)
  private val dedupes = config.boundary != "exclusive"

  def requestOffset(state: EndpointState): String = state.offset.getOrElse(config.initialOffset)
  def asksForMore: Boolean = config.hasPlaceholder
  def step(state: EndpointState): PageStep = new Step(state)

  final private class Step(state: EndpointState) extends PageStep {
    private val bound = state.offset.map(OffsetKey.of)
    private val first = new FirstRecord
    private val boundary = new BoundaryPass(state.boundary)
    private var records = 0
    private var anyField = false
    private var largest: Option[(String, OffsetKey)] = None

    def restart(): PageStep = new Step(state)

    def keep(buf: Array[Byte], from: Int, to: Int): Boolean = {
      records += 1
      first.see(buf, from, to)
      val value = field.in(buf, from, to)
      if (value.isDefined) anyField = true
      val key = value.map(v => keyOf(v))
      for (v <- value; k <- key if isLargest(k)) largest = Some((v, k))
      !dedupes || {
        val repeat = boundary.isRepeat(RecordHash.of(buf, from, to))
        !(repeat && mayRepeat(key))
      }
    }

    def finish(envelope: Envelope): Either[RestError, PageResult] = {
      val stated = if (readsEnvelope) field.in(envelope) else None
      if (records == 0) Right(PageResult(state, 0, atEnd = false, None))
      else if (state.offset.isEmpty && !anyField && !(readsEnvelope && field.standsIn(envelope)))
        Left(OffsetStrategy.fieldNotFound(config, first.names, envelope))
      else {
        val next = stated.filter(movesOn).orElse(if (stated.isDefined) None else largest.map(_._1).filter(movesOn))
        val remembered = if (!dedupes) Boundary.Empty else if (next.isDefined) boundary.response else boundary.union
        Right(PageResult(EndpointState(next.orElse(state.offset), remembered), records, atEnd = false, None))
      }
    }

    private def keyOf(v: String): OffsetKey = largest match {
      case Some((text, key)) if text == v => key
      case _                              => OffsetKey.of(v)
    }

    /** A value of another kind than the first is never the maximum: the offset would jump. */
    private def isLargest(k: OffsetKey): Boolean =
      largest.forall { case (_, l) => OffsetKey.compare(k, l).exists(_ > 0) } && (largest.nonEmpty || bound.forall(b =>
        OffsetKey.compare(k, b).nonEmpty
      ))

    /** Above the offset nothing was delivered yet, whatever it looks like. */
    private def mayRepeat(key: Option[OffsetKey]): Boolean =
      readsEnvelope || (for (k <- key; b <- bound; c <- OffsetKey.compare(k, b)) yield c <= 0).getOrElse(true)

    /** The offset never moves back (I3). A value that cannot be compared is the API's own word. */
    private def movesOn(value: String): Boolean =
      bound.forall(b => OffsetKey.compare(OffsetKey.of(value), b).forall(_ > 0))
  }
}
