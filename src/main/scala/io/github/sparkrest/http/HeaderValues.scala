// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.http

import java.time.format.{DateTimeFormatter, DateTimeFormatterBuilder}
import java.time.temporal.ChronoField
import java.time.{LocalDate, LocalDateTime, ZoneOffset, ZonedDateTime}
import java.util.Locale

import scala.util.Try

import io.github.sparkrest.http.Headers._

/** Reads the value of a header once, from start to end. A regular expression with nested repetitions overflows the stack, or takes
  * minutes, if a server makes the header long enough.
  */
final class HeaderScanner(header: String) {
  private var i = 0

  def atEnd: Boolean = i >= header.length

  /** Moves behind the next `c`; false if the rest does not contain it. */
  def skipTo(c: Char): Boolean = {
    val at = header.indexOf(c.toInt, i)
    i = if (at < 0) header.length else at + 1
    at >= 0
  }

  /** The text before the next `c`, which is skipped; `None` if the rest does not contain it. */
  def until(c: Char): Option[String] = {
    val from = i
    if (skipTo(c)) Some(header.substring(from, i - 1)) else None
  }

  /** The parameters that follow as `;name=value` (RFC 9110 §5.6.6). Blanks are allowed, names become lower case, and a name without
    * a value has the value "".
    */
  def parameters(): List[(String, String)] = {
    val found = List.newBuilder[(String, String)]
    blanks()
    while (take(';')) {
      blanks()
      val name = word(" \t\",;=").toLowerCase
      blanks()
      val value = if (take('=')) text() else ""
      if (name.nonEmpty) found += name -> value
      blanks()
    }
    found.result()
  }

  /** A string in quotes, or a word. */
  def item(): String = {
    blanks()
    if (take('"')) quoted() else word(" \t\",;=")
  }

  /** The value that follows as `=value`. */
  def value(): Option[String] = {
    blanks()
    if (take('=')) Some(text()) else None
  }

  private def text(): String = {
    blanks()
    if (take('"')) quoted() else word(" \t\",;")
  }

  private def blanks(): Unit = while (i < header.length && (header(i) == ' ' || header(i) == '\t')) i += 1

  private def take(c: Char): Boolean = {
    val there = i < header.length && header(i) == c
    if (there) i += 1
    there
  }

  private def word(ends: String): String = {
    val from = i
    while (i < header.length && ends.indexOf(header(i).toInt) < 0) i += 1
    header.substring(from, i)
  }

  /** Up to the closing quote or the end. A backslash escapes the next character. */
  private def quoted(): String = {
    val out = new StringBuilder
    while (i < header.length && header(i) != '"') {
      if (header(i) == '\\' && i + 1 < header.length) i += 1
      out += header(i)
      i += 1
    }
    take('"')
    out.toString
  }
}

/** `Link` headers (RFC 8288): `<url>; rel="next", <url>; rel=prev`. */
object LinkHeader {

  /** The first URL whose relation types contain `wanted`, as the header spells it.
    *
    * A link with `results="false"` does not count: Sentry names a next page on every page, and marks the last one like this.
    */
  def find(headers: Seq[(String, String)], wanted: String): Option[String] = headers
    .values("Link")
    .iterator
    .flatMap(links)
    .collectFirst { case (url, parameters) if leads(parameters, wanted) => url }

  private def leads(parameters: List[(String, String)], wanted: String): Boolean = {
    // RFC 8288 §3.3: only the first rel of a link counts.
    val relations = parameters.collectFirst { case ("rel", v) => v.split("\\s+").toList }.getOrElse(Nil)
    relations.exists(_.equalsIgnoreCase(wanted)) &&
    !parameters.exists { case (name, value) => name == "results" && value.trim.equalsIgnoreCase("false") }
  }

  /** The links of one header with their parameters. Unknown text between two links is skipped. */
  private def links(text: String): Iterator[(String, List[(String, String)])] = {
    val scanner = new HeaderScanner(text)
    Iterator
      .continually(if (scanner.skipTo('<')) scanner.until('>').map(a => (a, scanner.parameters())) else None)
      .takeWhile(_.isDefined)
      .collect { case Some(link) => link }
  }
}

/** Dates in headers (RFC 9110 §5.6.7): the preferred form, and the two obsolete ones that a recipient must accept. */
object HttpDate {

  /** More than the longest of the three forms, blanks included. */
  private val MostChars = 100

  /** Epoch milliseconds. The name of the day is ignored. */
  def parse(text: String): Option[Long] = if (text.length > MostChars) None else parsed(text)

  private def parsed(text: String): Option[Long] = {
    val date = blanks.matcher(dayName.matcher(text.trim).replaceFirst("")).replaceAll(" ")
    Try(ZonedDateTime.parse(date, fixed).toInstant)
      .orElse(Try(ZonedDateTime.parse(date, rfc850).toInstant))
      .orElse(Try(LocalDateTime.parse(date, asctime).toInstant(ZoneOffset.UTC)))
      .map(_.toEpochMilli)
      .toOption
  }

  private val dayName = "^\\p{Alpha}+,?\\s+".r.pattern
  private val blanks = "\\s+".r.pattern

  /** `Sun, 06 Nov 1994 08:49:37 GMT` Some servers write `+0000` instead of `GMT`. */
  private val fixed = formatter(_.appendPattern("d MMM uuuu HH:mm:ss [zzz][xx]"))

  /** `Sunday, 06-Nov-94 08:49:37 GMT`. Two digits are a year from 1970 to 2069. */
  private val rfc850 = formatter(
    _.appendPattern("d-MMM-")
      .appendValueReduced(ChronoField.YEAR, 2, 2, LocalDate.of(1970, 1, 1))
      .appendPattern(" HH:mm:ss zzz")
  )

  /** `Sun Nov  6 08:49:37 1994`, as C's `asctime` writes it. */
  private val asctime = formatter(_.appendPattern("MMM d HH:mm:ss uuuu"))

  private def formatter(pattern: DateTimeFormatterBuilder => DateTimeFormatterBuilder): DateTimeFormatter =
    pattern(new DateTimeFormatterBuilder().parseCaseInsensitive()).toFormatter(Locale.US)
}
