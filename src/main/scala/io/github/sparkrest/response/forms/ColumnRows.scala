// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.response.forms

import io.github.sparkrest.json.{JsonBytes, JsonCursor, Malformed}
import io.github.sparkrest.response.{ByteText, RecordSink}

/** An object of arrays, a column each, as records: `{"time":[1,2],"temp":[3,4]}` is `{"time":1,"temp":3}` and
  * `{"time":2,"temp":4}`. Members that are not arrays are not columns.
  */
private[response] object ColumnRows {
  final private class Column(val label: Array[Byte], val from: Int, val to: Int) {
    val cursor = new JsonCursor
  }

  /** The number of records; -1: the object has no arrays. */
  def pass(buf: Array[Byte], from: Int, to: Int, sink: RecordSink): Long = {
    var columns = Vector.empty[Column]
    val isObject = JsonCursor.members(buf, from, to) { m =>
      if (buf(m.from) == '[')
        columns :+= new Column(java.util.Arrays.copyOfRange(buf, m.nameFrom, m.nameTo) :+ ':'.toByte, m.from, m.to)
    }
    // The columns behind the fault would be missing in each record.
    if (!isObject && buf(from) == '{') throw new Malformed("the object of its columns is not well-formed") // guard: I1.172
    columns.foreach(c => c.cursor.openArray(buf, c.from, c.to))
    val out = new ByteText
    var count = 0L
    while (moved(columns, count)) {
      count += 1
      out.clear()
      var separator = '{'
      columns.foreach { c =>
        out += separator
        out += c.label
        out += (buf, c.cursor.from, c.cursor.to)
        separator = ','
      }
      out += '}'
      sink.maybeLast(out.bytes, 0, out.length)
    }
    if (columns.isEmpty) -1 else count
  }

  /** Moves all columns to their next element; false at the end of all. */
  private def moved(columns: Vector[Column], count: Long): Boolean = {
    var some = Option.empty[Column]
    var ended = Option.empty[Column]
    columns.foreach(c => if (c.cursor.next()) some = some.orElse(Some(c)) else ended = ended.orElse(Some(c)))
    columns
      .find(_.cursor.broken)
      .foreach(c => throw new Malformed(s"the column ${nameOf(c)} is broken behind $count values"))
    for (longer <- some; shorter <- ended) throw differ(shorter, longer, count) // guard: I1.40
    some.isDefined
  }

  private def differ(shorter: Column, longer: Column, count: Long) = Misshapen(
    s"The columns of the response have different lengths: ${nameOf(shorter)} has $count values, and ${nameOf(longer)} has more.",
    "The same request is sent again at the next interval. Narrow dataField if the arrays do not belong together."
  )

  private def nameOf(c: Column) = JsonBytes.string(c.label, 0, c.label.length - 1)
}
