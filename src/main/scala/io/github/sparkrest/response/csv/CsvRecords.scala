// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.response.csv

import java.io.InputStream
import java.nio.charset.{Charset, StandardCharsets}

import com.univocity.parsers.common.TextParsingException
import com.univocity.parsers.csv.CsvParser
import io.github.sparkrest.config.records.RecordsConfig
import io.github.sparkrest.error.RestError
import io.github.sparkrest.response.{
  ByteOrderMark,
  Envelope,
  FormatErrors,
  GuardedBody,
  ReaderSettings,
  RecordReader,
  RecordSink
}

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
        rows(if (csv.header) next() else first, text)
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
