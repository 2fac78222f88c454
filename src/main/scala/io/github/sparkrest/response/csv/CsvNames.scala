// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.response.csv

import java.nio.charset.StandardCharsets.UTF_8
import java.util.Locale

import io.circe.Json
import io.github.sparkrest.config.records.RecordsConfig
import io.github.sparkrest.json.{Malformed, QuotedText}
import io.github.sparkrest.secret.Redact

/** The names of the columns, from `recordFields`, the header, or `_c0`, `_c1`, … as `spark.read.csv` makes them. */
private[csv] object CsvNames {

  /** @param first row of the response */
  def of(first: Array[String], config: RecordsConfig): Vector[String] = {
    val names =
      if (config.names.nonEmpty) config.names.toVector
      else if (config.csv.header) safe(first.toVector, config.csv.nullValue)
      else first.indices.map(i => s"_c$i").toVector
    if (config.csv.header && names.length != first.length)
      throw new Malformed(s"its header has ${first.length} columns, and recordFields has ${names.length} names")
    names.diff(names.distinct).headOption.foreach(n => throw new Malformed(s"two columns are named $n"))
    if (names.contains(CsvRecords.Broken))
      throw new Malformed(
        s"a column is named ${CsvRecords.Broken}, the name of the text of broken rows; set recordFields"
      )
    names
  }

  /** Empty names and names that differ from another one only in case get their index, as Spark does it. */
  private def safe(header: Vector[String], nullValue: String): Vector[String] = {
    val lower = header.map(n => Option(n).getOrElse("").toLowerCase(Locale.ROOT))
    val twice = lower.diff(lower.distinct).toSet
    header.indices.toVector.map { i =>
      val name = header(i)
      if (name == null || name.isEmpty || name == nullValue) s"_c$i" else if (twice(lower(i))) s"$name$i" else name
    }
  }

  /** A page for humans, or an error as JSON, which arrives with the status of a success. */
  def refuseOtherFormat(first: Array[String]): Unit = {
    val begin = first.headOption.flatMap(Option(_)).fold("")(_.trim)
    if (begin.startsWith("<"))
      throw new Malformed(s"it is HTML or XML, perhaps a login or error page: ${shown(begin)}")
    if (begin.startsWith("{") || begin.startsWith("[")) throw new Malformed(s"it is JSON: ${shown(begin)}")
  }

  /** A text for humans with the status of a success is a header without rows, whatever it says. */
  def refuseOtherTable(names: Vector[String], needed: Seq[String]): Unit =
    needed.find(!names.contains(_)).foreach { column =>
      throw new Malformed(s"it has no rows, and its header has no column $column: ${shown(names.mkString(","))}")
    }

  private def shown(text: String): String = Redact.snippet(text.take(Shown))
  private val Shown = 80
}

/** Rows of CSV as JSON objects of strings, on one line. A row with too few or too many values has its text too. */
final private[csv] class RowText(names: Vector[String], nullValue: String) {
  private val labels = names.map(n => Json.fromString(n).noSpaces + ":").toArray
  private val out = new java.lang.StringBuilder

  /** @param raw text of the row, for a row with too few or too many values */
  def read(row: Array[String], raw: => String): Unit = {
    out.setLength(0)
    var i = 0
    while (i < labels.length) {
      out.append(if (i == 0) '{' else ',').append(labels(i))
      value(if (i < row.length) row(i) else null)
      i += 1
    }
    if (row.length != labels.length) {
      out.append(",\"").append(CsvRecords.Broken).append("\":")
      QuotedText.append(out, Option(raw).fold("")(_.stripLineEnd))
    }
    out.append('}')
  }

  def bytes: Array[Byte] = out.toString.getBytes(UTF_8)

  private def value(text: String): Unit =
    if (text == null || text == nullValue) { out.append("null"); () }
    else QuotedText.append(out, text)
}
