// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.response

import io.github.sparkrest.json.{JsonBytes, JsonScanner, RawControls, RecordSkipper}

/** Moves past records and passes each to the sink. */
final private[sparkrest] class RecordPass(scanner: JsonScanner, sink: RecordSink) {
  import scanner.window
  private val skipper = new RecordSkipper(scanner)

  /** Records that went to the sink. */
  var passed = 0L

  /** The elements of the array at `pos`. */
  def array(): Unit = {
    scanner.expect('[')
    var more = scanner.peek() != ']'
    if (!more) window.pos += 1
    while (more) {
      begin()
      val length = window.pos - window.mark
      val comma = scanner.peek() == ','
      if (comma) window.pos += 1
      pass(length, maybeLast = !comma || endsRecords(scanner.peek()))
      more = comma || scanner.separator(']')
    }
  }

  /** One value, with others around it that may not be records. */
  def element(): Unit = {
    begin()
    pass(window.pos - window.mark, maybeLast = true)
  }

  /** One of the values that follow each other in NDJSON. */
  def line(): Unit = {
    begin()
    val length = window.pos - window.mark
    pass(length, maybeLast = endsRecords(scanner.peek()))
  }

  /** Whether what begins with this byte is not a record for sure. `null` is not a record. */
  private def endsRecords(next: Int) = next < 0 || next == 'n'

  /** Moves past one value, which stays in the window from `mark` on. */
  def begin(): Unit = {
    scanner.peek()
    window.mark = window.pos
    scanner.breaks = false
    skipper.skip()
  }

  /** The value from `mark` on is a record, unless it is null. */
  def pass(length: Int, maybeLast: Boolean): Unit = {
    val buf = window.buf
    val from = window.mark
    val to = from + length
    if (scanner.breaks) { // guard: I1.6
      val line = RawControls.onOneLine(buf, from, to)
      pass(line, 0, line.length, maybeLast)
    } else if (!isNull(buf, from, to)) pass(buf, from, to, maybeLast)
    window.mark = -1
  }

  private def pass(buf: Array[Byte], from: Int, to: Int, maybeLast: Boolean): Unit = {
    passed += 1
    if (maybeLast) sink.maybeLast(buf, from, to) else sink.record(buf, from, to)
  }

  private def isNull(buf: Array[Byte], from: Int, to: Int) =
    buf(from) == 'n' && JsonBytes.same(buf, from, to, RecordPass.Null)

  def restart(): Unit = sink.restart()
}

private object RecordPass {
  private val Null = "null".getBytes("US-ASCII")
}
