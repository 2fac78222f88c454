// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http

import java.time.ZonedDateTime
import java.time.format.DateTimeFormatter

import scala.util.Try

/** Dates in headers (RFC 9110 §5.6.7). */
object HttpDate {

  /** Epoch milliseconds. */
  def parse(text: String): Option[Long] =
    Try(ZonedDateTime.parse(text.trim, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant.toEpochMilli).toOption
}
