// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.connector

import scala.collection.mutable

import io.github.sparkrest.pagelog.format.{PageFileReader, PageInFile, PageSlice}
import io.github.sparkrest.rows.{JsonRows, OwnedRows, RecordMetadata}
import org.apache.spark.sql.catalyst.InternalRow

/** Rows of the records of page files, each with its metadata columns. For one thread.
  *
  * @param of rows of the records of a format; `None`: an earlier version polled them
  * @param changes whether there are columns of changes (`readChanges`)
  */
final private[sparkrest] class PageRows(of: Option[String] => OwnedRows, changes: Boolean = false) {
  private val metadata = new RecordMetadata(changes)
  private var coming: Iterator[PageInFile] = Iterator.empty
  private var page = PageRows.NoPage
  private var bySpark = 0L
  private val made = mutable.Map.empty[Option[String], OwnedRows]
  private var make: OwnedRows = _

  /** Records so far that only Spark's own JSON parser could read. */
  def parsedBySpark: Long = bySpark

  /** The records that follow are those of a slice. */
  def begin(slice: PageSlice): Unit = {
    coming = slice.pages.iterator
    make = made.getOrElseUpdate(slice.format, of(slice.format)) // guard: I2.50
    page = PageRows.NoPage
  }

  /** The row of the current record, straight from its bytes; null: only [[rows]] knows. */
  def row(reader: PageFileReader): InternalRow = {
    val record = reader.record
    while (record >= page.end) advance()
    val row = make.row(page.row, reader.block.bytes, begin(reader), reader.block.to(reader.i))
    if (row == null) null else metadata.beside(row, record - page.begin)
  }

  /** The rows of the current record, after [[row]]. */
  def rows(reader: PageFileReader): Iterator[InternalRow] = {
    val record = reader.record
    bySpark += 1
    make
      .rows(page.row, reader.block.bytes, begin(reader), reader.block.to(reader.i))
      .map(metadata.beside(_, record - page.begin))
  }

  /** First byte of the current record, after the mark of its change. */
  private def begin(reader: PageFileReader): Int = {
    val from = reader.block.from(reader.i)
    if (page.changes) {
      metadata.change(reader.block.bytes(from))
      from + 1
    } else from
  }

  private def advance(): Unit = {
    page = coming.next()
    page.commit.foreach(c => metadata.commit(c.version, c.atMs))
    page.origin.fold(metadata.unknown(page.offset))(o => metadata.page(o.url, o.status, o.atMs, o.number, page.offset))
  }

  /** After the last record: see `JsonRows.finish`. */
  def finish(): Unit = made.valuesIterator.foreach(_.finish())
}

private[sparkrest] object PageRows {
  private val NoPage = PageInFile(0, 0, "", None, None)

  def alone(json: JsonRows): OwnedRows = new OwnedRows {
    def row(owner: String, buf: Array[Byte], from: Int, to: Int): InternalRow = json.row(buf, from, to)
    def rows(owner: String, buf: Array[Byte], from: Int, to: Int): Iterator[InternalRow] = json.rows(buf, from, to)
    def finish(): Unit = json.finish()
  }
}
