// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.response.csv

import java.io.Reader

import com.univocity.parsers.csv.{CsvParserSettings, UnescapedQuoteHandling}
import io.github.sparkrest.config.records.CsvConfig

/** The settings with which Spark makes its parser of CSV for `multiLine=true` (`CSVOptions.asParserSettings`). */
private[csv] object CsvSettings {

  /** Characters that are read at once. The form of line breaks is taken from the first ones. */
  private val BufferChars: Int = 1 << 18

  /** Bytes that the parser may have read of the rows behind the current one: a character has at most four. */
  val ReadAhead: Long = 4L * BufferChars + (1 << 16)

  def of(csv: CsvConfig): CsvParserSettings = {
    val settings = new CsvParserSettings
    val format = settings.getFormat
    format.setDelimiter(csv.delimiter)
    format.setQuote(csv.quote)
    format.setQuoteEscape(csv.escape)
    csv.escapeOfEscape.foreach(format.setCharToEscapeQuoteEscaping(_))
    csv.lineSeparator.foreach { s =>
      format.setLineSeparator(s)
      settings.setNormalizeLineEndingsWithinQuotes(false)
    }
    if (csv.comment == '\u0000') settings.setCommentProcessingEnabled(false) else format.setComment(csv.comment)
    settings.setIgnoreLeadingWhitespaces(csv.ignoreLeadingWhiteSpace)
    settings.setIgnoreTrailingWhitespaces(csv.ignoreTrailingWhiteSpace)
    settings.setReadInputOnSeparateThread(false)
    settings.setAutoClosingEnabled(false)
    settings.setInputBufferSize(BufferChars)
    settings.setMaxColumns(csv.maxColumns)
    settings.setNullValue(csv.nullValue)
    settings.setEmptyValue(csv.emptyValue)
    settings.setMaxCharsPerColumn(csv.maxCharsPerColumn)
    settings.setUnescapedQuoteHandling(UnescapedQuoteHandling.valueOf(csv.unescapedQuotes))
    settings.setLineSeparatorDetectionEnabled(csv.lineSeparator.isEmpty)
    settings
  }
}

/** Fills each buffer to its end: the parser looks for the form of line breaks in the first one, and the network may have sent
  * only half of a line break.
  */
final private[csv] class FullReader(in: Reader) extends Reader {
  def read(buf: Array[Char], off: Int, len: Int): Int = {
    var n = 0
    var last = 0
    while (n < len && last >= 0) {
      last = in.read(buf, off + n, len - n)
      if (last > 0) n += last
    }
    if (n == 0 && len > 0) -1 else n
  }

  def close(): Unit = in.close()
}
