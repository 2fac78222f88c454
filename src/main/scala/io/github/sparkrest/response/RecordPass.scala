// SPDX-License-Identifier: Apache-2.0
package io.github.sparkrest.response

import io.github.sparkrest.json.{JsonBytes, JsonScanner, RawControls}

/** Moves past records and passes each to the sink. */
final private[sparkrest] class RecordPass(scanner: JsonScanner, sink: RecordSink) {
  import scanner.window

  /** The elements of the array at `pos`. */
  def array(): Unit = scanner.elements(() => element())

  def element(): Unit = {
    begin()
    pass()
    window.mark = -1
  }

  /** Moves past one value, which stays in the window from `mark` on. */
  def begin(): Unit = {
    scanner.peek()
    window.mark = window.pos
    scanner.breaks = false
    scanner.skipValue()
  }

  /** The value in `[mark, pos)` is a record, unless it is null. */
  def pass(): Unit = {
    val (buf, from, to) = (window.buf, window.mark, window.pos)
    if (scanner.breaks) { // guard: I1.6
      val line = RawControls.onOneLine(buf, from, to)
      sink.record(line, 0, line.length)
    } else if (!isNull(buf, from, to)) sink.record(buf, from, to)
  }

  private def isNull(buf: Array[Byte], from: Int, to: Int) =
    buf(from) == 'n' && JsonBytes.same(buf, from, to, RecordPass.Null)

  def restart(): Unit = sink.restart()
}

private object RecordPass {
  private val Null = "null".getBytes("US-ASCII")
}
