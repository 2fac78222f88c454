// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.response.csv

import java.io.{InputStream, Reader}
import java.nio.charset.{Charset, StandardCharsets}

import com.univocity.parsers.common.TextParsingException
import com.univocity.parsers.csv.{CsvParser, CsvParserSettings, UnescapedQuoteHandling}
import io.github.sparkrest.config.records.{CsvConfig, RecordsConfig}
import io.github.sparkrest.error.RestError
import io.github.sparkrest.response._

/** CSV (RFC 4180 and its dialects), by the parser that Spark uses. Each row becomes a JSON object of strings by the names of the
  * header, and a value that Spark would read as null becomes null. See ADR 31.
  *
  * @param declared the charset that the response names
  * @param mostOfRow bytes that one row may have
  * @param needed columns that progress is tracked by. A header without them is no empty table, but a text such as "try again"
  */
final class CsvRecords(
    config: RecordsConfig,
    declared: Option[String],
    settings: ReaderSettings,
    mostOfRow: Long = GuardedBody.MostOfRow,
    needed: Seq[String] = Nil
) extends RecordReader {
  import CsvRecords._

  def read(body: InputStream, sink: RecordSink, recognized: Option[String] = None): Either[RestError, Envelope] = {
    val guarded = new GuardedBody(body, settings.maxBytes, mostOfRow, CsvSettings.ReadAhead)
    guarded.parsed(errors, { case e: TextParsingException => reasonOf(e) }) {
      new CsvPass(config, needed, guarded, sink).run(charset, guarded)
      Right(Envelope.Empty)
    }
  }

  private def charset: Charset =
    config.csv.charset.orElse(declared).fold(StandardCharsets.UTF_8)(ByteOrderMark.charset)
}

object CsvRecords {

  /** The field of a row with too few or too many values: the text of the row. */
  val Broken: String = "_corrupt_record"

  private val errors = FormatErrors(
    "CSV",
    limit => s"One row of the response is larger than $limit bytes. A quote may not be closed.",
    "Check the options quote and escape, or give the executors more memory."
  )

  /** The first line: the others show the data and the settings of the parser. */
  private def reasonOf(e: Throwable): String =
    Option(e.getMessage).fold(e.getClass.getSimpleName)(
      _.linesIterator.toSeq.headOption.getOrElse("").take(200).stripSuffix(".")
    )
}

/** One pass through one response. */
final private class CsvPass(config: RecordsConfig, needed: Seq[String], body: GuardedBody, sink: RecordSink) {
  private val csv = config.csv
  private val parser = new CsvParser(CsvSettings.of(csv))

  def run(charset: Charset, in: InputStream): Unit =
    try {
      parser.beginParsing(new FullReader(ByteOrderMark.reader(in, charset)))
      val first = next()
      // Without a header a value may begin with any character, but an error as JSON has another number of values.
      first
        .filter(row => csv.header || config.names.nonEmpty && row.length != config.names.length)
        .foreach(CsvNames.refuseOtherFormat)
      first.foreach { row =>
        val names = CsvNames.of(row, config)
        val text = new RowText(names, csv.nullValue)
        val begin = if (csv.header) next() else first
        if (begin.isEmpty && config.names.isEmpty) CsvNames.refuseOtherTable(names, needed) // guard: I1.171
        rows(begin, text)
      }
    } finally parser.stopParsing()

  private def next(): Option[Array[String]] = {
    val row = Option(parser.parseNext())
    body.rowRead()
    row
  }

  /** The parser is one row ahead, to know which row is the last one. */
  private def rows(first: Option[Array[String]], text: RowText): Unit = {
    var row = first
    while (row.isDefined) {
      // The text of a row must be taken before the parser moves on.
      row.foreach(text.read(_, parser.getContext.currentParsedContent()))
      row = next()
      val bytes = text.bytes
      if (row.isEmpty) sink.maybeLast(bytes, 0, bytes.length) else sink.record(bytes, 0, bytes.length)
    }
  }
}

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
