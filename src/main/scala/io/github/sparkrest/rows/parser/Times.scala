// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.rows.parser

import java.time.zone.ZoneRules
import java.time.{LocalDateTime, ZoneId, ZoneOffset, ZonedDateTime}

import io.github.sparkrest.options.values.IsoPlaces

/** Dates and times as most APIs write them (RFC 3339): `yyyy-MM-ddTHH:mm:ss[.f{1,6}][Z|±hh:mm]`. Spark reads more forms than
  * these; for the other ones the answer is `IsoPlaces.NotRead`. All methods take the bytes between the quotes.
  */
private[parser] object Times {
  import IsoPlaces._
  private val MicroDigits = 6

  /** Microseconds since the epoch; `zone` applies to a time without a zone. */
  def timestamp(b: Array[Byte], from: Int, to: Int, zone: Zone): Long = {
    val seconds = localSeconds(b, from, to)
    val end = if (seconds == NotRead) to else fractionEnd(b, from + Seconds, to, MicroDigits)
    if (seconds == NotRead || end < 0) NotRead
    else {
      val micros = fraction(b, from + Seconds + 1, end, MicroDigits)
      if (end == to) (seconds - zone.offset(seconds)) * 1000000L + micros
      else {
        val offset = zoneOffset(b, end, to)
        if (offset == NoOffset) NotRead else (seconds - offset) * 1000000L + micros
      }
    }
  }

  /** Microseconds of a time without a zone. */
  def local(b: Array[Byte], from: Int, to: Int): Long = {
    val seconds = localSeconds(b, from, to)
    if (seconds == NotRead || fractionEnd(b, from + Seconds, to, MicroDigits) != to) NotRead
    else seconds * 1000000L + fraction(b, from + Seconds + 1, to, MicroDigits)
  }

  /** The offset of local times in a zone, as `java.time` finds it: the earlier one where a time occurs twice, and in a gap the
    * one before it.
    */
  final class Zone(id: ZoneId) {
    private val rules: ZoneRules = id.getRules
    private val fixed = rules.isFixedOffset
    private val only = rules.getOffset(java.time.Instant.EPOCH).getTotalSeconds

    def offset(localSeconds: Long): Int =
      if (fixed) only
      else {
        val local = LocalDateTime.ofEpochSecond(localSeconds, 0, ZoneOffset.UTC)
        (localSeconds - ZonedDateTime.ofLocal(local, id, null).toEpochSecond).toInt
      }
  }
}
