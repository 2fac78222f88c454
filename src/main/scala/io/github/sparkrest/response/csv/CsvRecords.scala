// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.response.csv

import java.io.{InputStream, Reader, StringReader}
import java.nio.charset.{Charset, StandardCharsets}

import com.univocity.parsers.common.TextParsingException
import com.univocity.parsers.csv.{CsvParser, CsvParserSettings, UnescapedQuoteHandling}
import io.github.sparkrest.config.records.{CsvConfig, RecordsConfig}
import io.github.sparkrest.error.RestError
import io.github.sparkrest.json.Malformed
import io.github.sparkrest.response._

/** CSV (RFC 4180 and its dialects), by the parser that Spark uses. Each row becomes a JSON object of strings by the names of the
  * header, and a value that Spark would read as null becomes null. See ADR 31.
  *
  * @param declared the charset that the response names
  * @param mostOfRow bytes that one row may have
  */
final class CsvRecords(
    config: RecordsConfig,
    declared: Option[String],
    settings: ReaderSettings,
    mostOfRow: Long = GuardedBody.MostOfRow
) extends RecordReader {
  import CsvRecords._

  def read(body: InputStream, sink: RecordSink, recognized: Option[String] = None): Either[RestError, Envelope] = {
    val guarded = new GuardedBody(body, settings.maxBytes, mostOfRow, CsvSettings.ReadAhead)
    guarded.parsed(errors, { case e: TextParsingException => reasonOf(e) }) {
      new CsvPass(config, guarded, sink).run(charset, guarded)
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
final private class CsvPass(config: RecordsConfig, body: GuardedBody, sink: RecordSink) {
  private val csv = config.csv
  private val parser = new CsvParser(CsvSettings.of(csv))
  private var text: Option[EndMarked] = None

  def run(charset: Charset, in: InputStream): Unit =
    try {
      text = Some(new EndMarked(ByteOrderMark.reader(in, charset), csv))
      text.foreach(t => parser.beginParsing(new FullReader(t)))
      val first = next()
      // Without a header a value may begin with any character, but an error as JSON has another number of values.
      first
        .filter(row => csv.header || config.names.nonEmpty && row.length != config.names.length)
        .foreach(CsvNames.refuseOtherFormat)
      first.foreach { row =>
        val names = CsvNames.of(row, config)
        val text = new RowText(names, csv.nullValue)
        rows(if (csv.header) next() else first, text)
      }
    } finally parser.stopParsing()

  /** `None`: the mark of the end. The parser does not report a text that ends within quotes, but then the mark is in the last value. */
  private def next(): Option[Array[String]] = {
    val row = Option(parser.parseNext())
    body.rowRead()
    if (row.isEmpty && text.exists(_.isMarked)) // guard: I2.24
      throw new Malformed("it ends within a quote that is not closed; check the options quote and escape")
    row.filterNot(r => r.length == 1 && r(0) == EndMarked.Mark)
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

/** A text with one more row, which shows that the rows before it are complete: a half surrogate pair, which no charset yields. */
final private[csv] class EndMarked(in: Reader, csv: CsvConfig) extends Reader {
  import EndMarked._
  private val separator = csv.lineSeparator.getOrElse("\n")
  private val end = new StringReader(separator + Mark)
  private var lastLine: LastLine = LastLine.Empty

  /** The parser makes a row of whitespace at the end of a text, but not if a line follows. Spark does the same. */
  def isMarked: Boolean = !(csv.ignoreLeadingWhiteSpace && lastLine == LastLine.Blank)

  def read(buf: Array[Char], off: Int, len: Int): Int = {
    val n = in.read(buf, off, len)
    if (n > 0) note(buf, off, off + n)
    if (n >= 0) n else if (isMarked) end.read(buf, off, len) else -1
  }

  private def note(buf: Array[Char], from: Int, to: Int): Unit = {
    var i = to - 1
    while (i >= from && buf(i) <= ' ' && !isBreak(buf(i))) i -= 1
    if (i >= from && !isBreak(buf(i))) lastLine = LastLine.Filled
    else if (i >= from) lastLine = if (i == to - 1) LastLine.Empty else LastLine.Blank
    else if (lastLine == LastLine.Empty) lastLine = LastLine.Blank
  }

  private def isBreak(c: Char) = c == '\n' || c == '\r' || c == separator.last

  def close(): Unit = in.close()
}

private[csv] object EndMarked {

  /** What the text since the last line break has. */
  sealed private trait LastLine
  private object LastLine {
    case object Empty extends LastLine
    case object Blank extends LastLine
    case object Filled extends LastLine
  }
  val Mark: String = "\udc00"
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
