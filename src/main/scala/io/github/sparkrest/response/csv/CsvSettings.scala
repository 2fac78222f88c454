// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.response.csv

import com.univocity.parsers.csv.{CsvParserSettings, UnescapedQuoteHandling}
import io.github.sparkrest.config.records.CsvConfig

/** The settings with which Spark makes its parser of CSV for `multiLine=true` (`CSVOptions.asParserSettings`). */
private[csv] object CsvSettings {

  /** Characters that are read at once. The form of line breaks is taken from the first ones. */
  val BufferChars: Int = 1 << 18

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
