// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.offset

import java.math.BigInteger

import io.github.sparkrest.error.{Condition, RestError}
import io.github.sparkrest.options.RestConfig
import io.github.sparkrest.page.Envelope

/** `incremental`: ids grow. The offset is the largest id; the next request carries it plus 1 (`boundary=exclusive`: itself).
  *
  * Ids are whole numbers of any length, as JSON numbers or strings. Only ids above the offset are delivered, so that an API
  * without a placeholder, which answers with its newest records each time, is filtered. A record without a usable id is
  * delivered unless the last response held it too.
  */
final private[offset] class IncrementalStrategy(config: RestConfig) extends OffsetStrategy {
  import IncrementalStrategy.id
  private val field = new OffsetField(config.offsetField)
  private val increment = if (config.boundary == "exclusive") BigInteger.ZERO else BigInteger.ONE

  def requestOffset(state: EndpointState): String =
    state.offset.fold(config.initialOffset)(o => id(o).fold(o)(_.add(increment).toString))
  def asksForMore: Boolean = config.hasPlaceholder
  def step(state: EndpointState): PageStep = new Step(state)

  final private class Step(state: EndpointState) extends PageStep {
    private val bound = state.offset.flatMap(id)
    private val first = new FirstRecord
    private val unnumbered = new BoundaryPass(state.boundary)
    private var records = 0
    private var wrong: Option[String] = None
    private var largest: Option[(String, BigInteger)] = None

    def restart(): PageStep = new Step(state)

    def keep(buf: Array[Byte], from: Int, to: Int): Boolean = {
      records += 1
      first.see(buf, from, to)
      val value = field.in(buf, from, to)
      value.flatMap(v => id(v).map(v -> _)) match {
        case Some((text, number)) =>
          if (largest.forall(_._2.compareTo(number) < 0)) largest = Some((text, number))
          bound.forall(_.compareTo(number) < 0)
        case None =>
          if (wrong.isEmpty) wrong = value
          !unnumbered.isRepeat(RecordHash.of(buf, from, to))
      }
    }

    def finish(envelope: Envelope): Either[RestError, PageResult] =
      if (records > 0 && state.offset.isEmpty && largest.isEmpty)
        Left(wrong.fold(OffsetStrategy.fieldNotFound(config, first.names, envelope))(notWhole))
      else {
        val next = largest.filter { case (_, n) => bound.forall(_.compareTo(n) < 0) }.map(_._1).orElse(state.offset)
        Right(
          PageResult(
            EndpointState(next, if (records == 0) state.boundary else unnumbered.response),
            records,
            atEnd = false,
            None
          )
        )
      }
  }

  private def notWhole(value: String): RestError = RestError(
    Condition.OffsetValueInvalid,
    s"""offsetType=incremental needs whole numbers, but offsetField "${config.offsetName}" holds "${value.take(
        100
      )}".""",
    "Use offsetType=max_field, or name another field."
  )
}

private[offset] object IncrementalStrategy {
  private def id(text: String): Option[BigInteger] = {
    val digits = if (text.startsWith("-")) text.substring(1) else text
    if (digits.nonEmpty && digits.length <= 1000 && digits.forall(c => c >= '0' && c <= '9')) Some(new BigInteger(text))
    else None
  }
}
