// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.response.csv

import java.nio.charset.StandardCharsets.UTF_8

import io.circe.Json
import io.github.sparkrest.json.QuotedText

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
