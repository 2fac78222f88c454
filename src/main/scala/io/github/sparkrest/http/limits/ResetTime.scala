// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http.limits

import java.time.{Instant, LocalDateTime, OffsetDateTime, ZoneOffset}

import scala.util.Try

import io.github.sparkrest.http.HttpDate

/** When a quota is renewed, in each form that servers use. Pure.
  *
  * A time read as a delay would be a sleep of 55 years, and a delay read as a time is in 1970. So the size of the number decides: no
  * quota lasts ten years, and no clock shows a time before 1985.
  */
private[http] object ResetTime {
  private val EpochSeconds = BigDecimal(500000000L)
  private val EpochMillis = BigDecimal(100000000000L)
  private val EpochMicros = BigDecimal(100000000000000L)

  /** Milliseconds to wait; 0 if the moment is over.
    *
    * @param name of the header: some names contain the unit
    * @param serverMs the server's clock when it sent the response
    */
  def waitMs(name: String, text: String, serverMs: Long): Option[Long] = {
    val moment = number(text) match {
      case Some(n) if name.toLowerCase.matches(".*-(milliseconds|ms)$") => Some(BigDecimal(serverMs) + n)
      case Some(n) if name.toLowerCase.matches(".*-(after|seconds)$")   => Some(BigDecimal(serverMs) + n * 1000)
      case Some(n) if n >= EpochMicros                                  => Some(n / 1000)
      case Some(n) if n >= EpochMillis                                  => Some(n)
      case Some(n) if n >= EpochSeconds                                 => Some(n * 1000)
      case Some(n)                                                      => Some(BigDecimal(serverMs) + n * 1000)
      case None => iso(text).orElse(HttpDate.parse(text)).map(BigDecimal(_))
    }
    moment.map(m => millis(m - serverMs))
  }

  /** Seconds, decimals too, as milliseconds. */
  def seconds(text: String): Option[Long] = number(text).map(n => millis(n * 1000))

  private def number(text: String): Option[BigDecimal] =
    Some(text.trim).filter(_.matches("""\d{1,18}(\.\d{1,9})?""")).flatMap(t => Try(BigDecimal(t)).toOption)

  private def millis(n: BigDecimal): Long =
    n.setScale(0, BigDecimal.RoundingMode.CEILING).max(0).min(BigDecimal(Long.MaxValue / 4)).toLong

  /** ISO 8601, with a `T` or a blank; without a zone it is UTC. */
  private def iso(text: String): Option[Long] = {
    val t = text.trim.replaceFirst("^(\\d{4}-\\d\\d-\\d\\d) ", "$1T").replaceFirst(" ?(UTC|GMT)$", "Z")
    Try(Instant.parse(t))
      .orElse(Try(OffsetDateTime.parse(t).toInstant))
      .orElse(Try(LocalDateTime.parse(t).toInstant(ZoneOffset.UTC)))
      .map(_.toEpochMilli)
      .toOption
  }
}
